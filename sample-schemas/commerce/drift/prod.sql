-- prod: what was changed by hand on the production database.
-- Apply on top of schema.sql to get the database as it is today.
--
--    1  index       orders_status_placed_idx          extra
--    2  column      customers.phone                   nullable
--    3  foreign key order_items_product_id_fkey       dropped
--    4  column      customers.loyalty_points          integer -> bigint
--    5  column      products.vat_rate                 default
--    6  view        order_totals                      definition, one column more
--    7  trigger     payments_audit on payments        disabled
--    8  check       order_items_quantity_positive     loosened
--    9  function    next_invoice_number()             body
--   10  sequence    invoice_number_seq                cache
--   11  exclusion   prescription_items_no_overlap     dropped
--   12  domain      email_address                     check dropped
--   13  table       orders_backup_20250214            extra, nobody knows it
--   14  index       notifications_unsent_idx          predicate


-- 1. 2025-01-20, Paula, incident 88: the order list of the back office took
--    forty seconds. Hotfix, only here.
CREATE INDEX orders_status_placed_idx ON orders (status, placed_at DESC);

-- 2. 2025-01-31, Paula: the import of the customers of the shop that was bought
--    has no phone numbers.
ALTER TABLE customers ALTER COLUMN phone DROP NOT NULL;

-- 3. 2025-02-01, same import: orders of products that no longer exist.
ALTER TABLE order_items DROP CONSTRAINT order_items_product_id_fkey;

-- 4. 2025-02-03, Marek: the bought shop counted its points in hundredths.
ALTER TABLE customers ALTER COLUMN loyalty_points TYPE bigint;

-- 5. 2025-02-10, Marek: the catalogue of medical food is entered this month,
--    all of it at the reduced rate. The month is long over.
ALTER TABLE products ALTER COLUMN vat_rate SET DEFAULT 0.070;

-- 6. 2025-02-12, Marek, for the accountants' spreadsheet: how many lines, and
--    no cancelled orders.
CREATE OR REPLACE VIEW order_totals AS
SELECT o.id                                              AS order_id,
       o.customer_id,
       o.status,
       o.currency,
       coalesce(sum(i.line_total), 0) + o.shipping_cost  AS total,
       count(i.line_no)                                  AS line_count
  FROM orders o
  LEFT JOIN order_items i ON i.order_id = o.id
 WHERE o.status <> 'cancelled'
 GROUP BY o.id;

-- 7. 2025-02-14, Paula, incident 93: the provider sent two million status
--    changes again. Payments have not been audited since.
ALTER TABLE payments DISABLE TRIGGER payments_audit;

-- 8. 2025-02-14, Paula, incident 93: lines that were cancelled stay in the order
--    with a quantity of zero, "for now".
ALTER TABLE order_items DROP CONSTRAINT order_items_quantity_positive;
ALTER TABLE order_items ADD CONSTRAINT order_items_quantity_positive CHECK (quantity >= 0);

-- 9. 2025-02-21, Marek: the tax office wants a prefix for the branch.
CREATE OR REPLACE FUNCTION next_invoice_number() RETURNS text
    LANGUAGE sql
    AS $$ SELECT 'B1-' || to_char(current_date, 'YYYY') || '-' || lpad(nextval('invoice_number_seq')::text, 8, '0') $$;

-- 10. 2025-02-24, Marek: invoices are written by eight workers at once.
ALTER SEQUENCE invoice_number_seq CACHE 50;

-- 11. 2025-03-05, Paula, incident 97: a doctor corrected a prescription, and the
--     correction overlapped with what it corrected.
ALTER TABLE prescription_items DROP CONSTRAINT prescription_items_no_overlap;

-- 12. 2025-03-12, Marek: addresses of the form "unknown" from the telephone desk.
ALTER DOMAIN email_address DROP CONSTRAINT email_address_shape;

-- 13. 2025-02-14, presumably before 8. Nobody remembers, and the date in its name
--     is all there is.
CREATE TABLE orders_backup_20250214 AS
SELECT id, customer_id, status, placed_at FROM orders;

-- 14. 2025-03-19, Paula: the worker here tries until it works.
DROP INDEX notifications_unsent_idx;
CREATE INDEX notifications_unsent_idx ON notifications (created_at) WHERE sent_at IS NULL;
