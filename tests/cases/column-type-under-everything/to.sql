CREATE TABLE customers (no bigint PRIMARY KEY);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer bigint NOT NULL REFERENCES customers,
    amount numeric(12,2) NOT NULL DEFAULT 1,
    twice numeric(12,2) GENERATED ALWAYS AS (amount * 2) STORED,
    CONSTRAINT amount_positive CHECK (amount > 0)
);
CREATE INDEX orders_amount ON orders (amount) INCLUDE (customer) WHERE amount > 10;
CREATE VIEW big AS SELECT id, customer, amount FROM orders WHERE amount > 100;
CREATE VIEW big_customers AS SELECT DISTINCT customer FROM big;
CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(amount) AS total FROM orders GROUP BY customer;
CREATE UNIQUE INDEX totals_customer ON totals (customer);
CREATE FUNCTION log_change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER amount_changed BEFORE UPDATE OF amount ON orders FOR EACH ROW
    WHEN (OLD.amount <> NEW.amount) EXECUTE FUNCTION log_change();
ALTER TABLE orders DISABLE TRIGGER amount_changed;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY small ON orders FOR SELECT USING (amount < 1000);
CREATE STATISTICS orders_stats ON customer, amount FROM orders;
COMMENT ON COLUMN orders.amount IS 'In cents';
COMMENT ON VIEW big IS 'Worth a call';
COMMENT ON INDEX totals_customer IS 'One each';
GRANT SELECT ON big TO clerk;
GRANT SELECT ON totals TO clerk;
