DROP TABLE bank_line_refusals;
DROP TABLE bank_lines;
DROP TABLE bank_statement_parts;
DROP TABLE bank_statements;
DROP TABLE bank_mappings;
