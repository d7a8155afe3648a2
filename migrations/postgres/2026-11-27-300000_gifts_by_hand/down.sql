DROP TABLE gifts_by_hand;
ALTER TABLE refunds DROP COLUMN kind;
