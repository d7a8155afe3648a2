DROP TRIGGER receipts_not_of_the_past;
ALTER TABLE refunds ADD COLUMN kind_before TEXT NOT NULL DEFAULT 'refund';
UPDATE refunds SET kind_before = kind;
ALTER TABLE refunds DROP COLUMN kind;
ALTER TABLE refunds ADD COLUMN kind TEXT NOT NULL DEFAULT 'refund'
    CONSTRAINT refunds_void_by_hand CHECK (kind = 'refund'
        OR (kind = 'void' AND gateway IN ('cash', 'cheque', 'bank_transfer')));
UPDATE refunds SET kind = kind_before;
ALTER TABLE refunds DROP COLUMN kind_before;
DROP TABLE import_lines;
DROP TABLE import_parts;
DROP TABLE imports;
