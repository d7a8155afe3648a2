DROP TRIGGER receipts_not_of_the_past ON receipts;
DROP FUNCTION receipt_must_not_be_of_the_past;
ALTER TABLE refunds DROP CONSTRAINT refunds_void_by_hand;
ALTER TABLE refunds ADD CONSTRAINT refunds_void_by_hand CHECK (kind = 'refund'
    OR (kind = 'void' AND gateway IN ('cash', 'cheque', 'bank_transfer')));
DROP TABLE import_lines;
DROP TABLE import_parts;
DROP TABLE imports;
