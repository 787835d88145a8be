-- staging: restored from an old copy, then only some of the migrations were
-- run again, and by hand.
-- Apply on top of schema.sql to get the database as it is today.
--
--    1  column      products.requires_prescription     missing
--    2  type        payment_status                     label 'refunded_partly' extra
--    3  procedure   expire_prescriptions(date, integer)  missing
--    4  view        low_stock                          missing
--    5  index       orders_customer_idx                without INCLUDE
--    6  foreign key orders_settled_by_payment_id_fkey  not deferrable
--    7  check       payments_amount_positive           not validated
--    8  trigger     orders_audit on orders             events
--    9  column      inventory_items.counted_at         default
--   10  table       notifications                      comment
--   11  statistics  products_brand_category            missing
--   12  table       feature_flags                      extra


-- 1. The copy is older than the column; the ALTER TABLE at the head of migration
--    003 was skipped when the rest of the file was pasted in.
ALTER TABLE products DROP COLUMN requires_prescription;

-- 2. A branch that was never merged.
ALTER TYPE payment_status ADD VALUE 'refunded_partly' BEFORE 'refunded';

-- 3. The end of the same paste got lost.
DROP PROCEDURE expire_prescriptions(date, integer);

-- 4. Dropped to change a column below it, and not made again.
DROP VIEW low_stock;

-- 5. Made by hand from memory.
DROP INDEX orders_customer_idx;
CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at DESC);

-- 6. A tester wanted the error at the statement and not at COMMIT.
ALTER TABLE orders
    ALTER CONSTRAINT orders_settled_by_payment_id_fkey NOT DEFERRABLE;

-- 7. Old test data has payments of zero; validating was left for later.
ALTER TABLE payments DROP CONSTRAINT payments_amount_positive;
ALTER TABLE payments
    ADD CONSTRAINT payments_amount_positive CHECK (amount > 0) NOT VALID;

-- 8. Deletes by the nightly reset filled the log.
DROP TRIGGER orders_audit ON orders;
CREATE TRIGGER orders_audit
    AFTER INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION write_audit_log('id');

-- 9. So that the stock-taking screens show something.
ALTER TABLE inventory_items ALTER COLUMN counted_at SET DEFAULT now();

-- 10. A note to colleagues.
COMMENT ON TABLE notifications IS 'Messages to customers. STAGING: the worker is off, do not wait for mail';

-- 11. A casualty of the restore; nobody noticed, the plans just got worse.
DROP STATISTICS products_brand_category;

-- 12. The start of something, by a contractor.
CREATE TABLE feature_flags (
    name      text     PRIMARY KEY,
    enabled   boolean  NOT NULL DEFAULT false,
    rollout   smallint NOT NULL DEFAULT 0 CHECK (rollout BETWEEN 0 AND 100)
);
