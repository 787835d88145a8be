-- prod (SQLite): what was changed by hand on the database of the branch.
-- Apply on top of schema.sqlite.sql, with no transaction open, to get the
-- database as it is today.
--
--    1  index    orders_status_placed_idx          extra
--    2  column   customers.phone                   nullable
--    3  trigger  payments_audit                    dropped
--    4  view     order_totals                      definition
--    5  table    orders_backup_20250214            extra, nobody knows it
--    6  index    notifications_unsent_idx          predicate
--    7  column   orders.marketing_source           extra
--    8  column   products.requires_prescription    missing
--    9  check    notifications_attempts_range      loosened
--   10  column   notifications.channel             default
--   11  table    invoices                          not STRICT any more
--   12  foreign key  invoices.order_id -> orders   missing
--
-- 2, 9 to 12: SQLite cannot alter a column or a constraint. The table is built
-- anew and filled from the old one, as its manual describes.

PRAGMA foreign_keys = OFF;


-- 1. 2025-01-20: as on the big database, the order list took too long.
CREATE INDEX orders_status_placed_idx ON orders (status, placed_at DESC);

-- 2. 2025-01-31: customers who were taken over have no phone number.
CREATE TABLE customers_new (
    id              INTEGER PRIMARY KEY,
    email           TEXT NOT NULL,
    full_name       TEXT NOT NULL,
    phone           TEXT,
    birth_date      TEXT,
    address         TEXT NOT NULL DEFAULT '{}',
    loyalty_points  INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT customers_email_shape          CHECK (email LIKE '%_@_%._%'),
    CONSTRAINT customers_address_json         CHECK (json_valid(address)),
    CONSTRAINT customers_loyalty_not_negative CHECK (loyalty_points >= 0)
) STRICT;
INSERT INTO customers_new SELECT * FROM customers;
DROP TABLE customers;
ALTER TABLE customers_new RENAME TO customers;
CREATE UNIQUE INDEX customers_email_key ON customers (lower(email));
CREATE INDEX customers_full_name_idx ON customers (full_name COLLATE NOCASE);

-- 3. 2025-02-14: the branch's disk was full of audit rows.
DROP TRIGGER payments_audit;

-- 4. 2025-02-12: no cancelled orders in the branch's list.
DROP VIEW order_totals;
CREATE VIEW order_totals AS
SELECT o.id                                                       AS order_id,
       o.customer_id,
       o.status,
       o.currency,
       coalesce(sum(i.line_total_cents), 0) + o.shipping_cents    AS total_cents
  FROM orders o
  LEFT JOIN order_items i ON i.order_id = o.id
 WHERE o.status <> 'cancelled'
 GROUP BY o.id;

-- 5. 2025-02-14, by whom is not known.
CREATE TABLE orders_backup_20250214 AS
SELECT id, customer_id, status, placed_at FROM orders;

-- 7. 2025-02-20: a trial of a marketing agency.
ALTER TABLE orders ADD COLUMN marketing_source TEXT;

-- 8. The branch was set up with an older schema and missed this column.
ALTER TABLE products DROP COLUMN requires_prescription;

-- 6., 9. and 10. 2025-03-19: the modem is down every other day, so the branch
--    tries for longer, by SMS, and the index has to follow.
CREATE TABLE notifications_new (
    id           INTEGER PRIMARY KEY,
    customer_id  INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    channel      TEXT NOT NULL DEFAULT 'sms',
    template     TEXT NOT NULL,
    payload      TEXT NOT NULL DEFAULT '{}',
    attempts     INTEGER NOT NULL DEFAULT 0,
    sent_at      TEXT,
    created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT notifications_channel_known  CHECK (channel IN ('email', 'sms', 'push')),
    CONSTRAINT notifications_payload_json   CHECK (json_valid(payload)),
    CONSTRAINT notifications_attempts_range CHECK (attempts BETWEEN 0 AND 500)
) STRICT;
INSERT INTO notifications_new SELECT * FROM notifications;
DROP TABLE notifications;
ALTER TABLE notifications_new RENAME TO notifications;
CREATE INDEX notifications_customer_idx ON notifications (customer_id);
CREATE INDEX notifications_unsent_idx ON notifications (created_at) WHERE sent_at IS NULL;

-- 11. and 12. 2025-03-28: edited with a desktop program that rebuilds the table
--    behind one's back. It knows neither STRICT nor what the column refers to.
CREATE TABLE invoices_new (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    order_id     INTEGER NOT NULL,
    net_cents    INTEGER NOT NULL,
    vat_cents    INTEGER NOT NULL,
    total_cents  INTEGER GENERATED ALWAYS AS (net_cents + vat_cents) STORED,
    currency     TEXT NOT NULL DEFAULT 'EUR',
    issued_on    TEXT NOT NULL DEFAULT (date('now')),
    due_on       TEXT NOT NULL DEFAULT (date('now', '+14 days')),
    paid_on      TEXT,
    CONSTRAINT invoices_due_after_issue CHECK (due_on >= issued_on)
);
INSERT INTO invoices_new (id, number, order_id, net_cents, vat_cents, currency, issued_on, due_on, paid_on)
SELECT id, number, order_id, net_cents, vat_cents, currency, issued_on, due_on, paid_on FROM invoices;
DROP TABLE invoices;
ALTER TABLE invoices_new RENAME TO invoices;
CREATE INDEX invoices_order_idx ON invoices (order_id);
CREATE INDEX invoices_due_idx ON invoices (due_on) WHERE paid_on IS NULL;

PRAGMA foreign_keys = ON;
