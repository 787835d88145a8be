-- commerce: the canonical schema for SQLite (3.38 or newer)
--
-- The same online pharmacy as in schema.sql, as it runs in a branch without a
-- network. What differs, and why:
--   * Amounts are whole cents; SQLite has no decimal type.
--   * Times are ISO 8601 text in UTC, which sorts as it should.
--   * Enumerations and domains are CHECK constraints.
--   * All tables are STRICT: a column holds what it says.
--   * Two tables that are only ever read by their whole key are WITHOUT ROWID.
--   * No overlap of prescriptions is a trigger; there are no exclusion constraints.
--
-- Connections must set PRAGMA foreign_keys = ON; it is not kept in the file.


-- Migration tracker ----------------------------------------------------------

CREATE TABLE schema_migrations (
    version       INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    checksum      TEXT NOT NULL,
    applied_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    execution_ms  INTEGER,
    CONSTRAINT schema_migrations_checksum_shape CHECK (length(checksum) = 64)
) STRICT;


-- People and audit -----------------------------------------------------------

CREATE TABLE roles (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE COLLATE NOCASE,
    permissions  TEXT NOT NULL DEFAULT '[]',
    description  TEXT,
    CONSTRAINT roles_permissions_json CHECK (json_valid(permissions))
) STRICT;

CREATE TABLE users (
    id             INTEGER PRIMARY KEY,
    email          TEXT NOT NULL,
    password_hash  TEXT NOT NULL,
    full_name      TEXT NOT NULL,
    role_id        INTEGER NOT NULL REFERENCES roles (id),
    is_active      INTEGER NOT NULL DEFAULT 1,
    last_login_at  TEXT,
    created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT users_email_shape    CHECK (email LIKE '%_@_%._%'),
    CONSTRAINT users_active_boolean CHECK (is_active IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_role_idx ON users (role_id);

CREATE TABLE customers (
    id              INTEGER PRIMARY KEY,
    email           TEXT NOT NULL,
    full_name       TEXT NOT NULL,
    phone           TEXT NOT NULL,
    birth_date      TEXT,
    address         TEXT NOT NULL DEFAULT '{}',
    loyalty_points  INTEGER NOT NULL DEFAULT 0,
    created_at      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT customers_email_shape          CHECK (email LIKE '%_@_%._%'),
    CONSTRAINT customers_address_json         CHECK (json_valid(address)),
    CONSTRAINT customers_loyalty_not_negative CHECK (loyalty_points >= 0)
) STRICT;

CREATE UNIQUE INDEX customers_email_key ON customers (lower(email));
CREATE INDEX customers_full_name_idx ON customers (full_name COLLATE NOCASE);

-- AUTOINCREMENT: a number must not be used again, not even that of a row that
-- somebody managed to delete.
CREATE TABLE audit_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name  TEXT NOT NULL,
    row_id      INTEGER NOT NULL,
    action      TEXT NOT NULL,
    old_row     TEXT,
    new_row     TEXT,
    changed_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT audit_log_action CHECK (action IN ('INSERT', 'UPDATE', 'DELETE'))
) STRICT;

CREATE INDEX audit_log_row_idx ON audit_log (table_name, row_id, changed_at DESC);

CREATE TRIGGER audit_log_append_only
BEFORE DELETE ON audit_log
BEGIN
    SELECT raise(ABORT, 'the audit log is append-only');
END;

CREATE TABLE notifications (
    id           INTEGER PRIMARY KEY,
    customer_id  INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    channel      TEXT NOT NULL DEFAULT 'email',
    template     TEXT NOT NULL,
    payload      TEXT NOT NULL DEFAULT '{}',
    attempts     INTEGER NOT NULL DEFAULT 0,
    sent_at      TEXT,
    created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT notifications_channel_known  CHECK (channel IN ('email', 'sms', 'push')),
    CONSTRAINT notifications_payload_json   CHECK (json_valid(payload)),
    CONSTRAINT notifications_attempts_range CHECK (attempts BETWEEN 0 AND 5)
) STRICT;

CREATE INDEX notifications_customer_idx ON notifications (customer_id);
CREATE INDEX notifications_unsent_idx ON notifications (created_at) WHERE sent_at IS NULL AND attempts < 5;


-- Catalogue and stock --------------------------------------------------------

CREATE TABLE categories (
    id         INTEGER PRIMARY KEY,
    parent_id  INTEGER REFERENCES categories (id) ON DELETE RESTRICT,
    name       TEXT NOT NULL,
    slug       TEXT NOT NULL UNIQUE,
    position   INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT categories_not_own_parent CHECK (parent_id <> id)
) STRICT;

CREATE INDEX categories_parent_idx ON categories (parent_id, position);

CREATE TABLE brands (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE COLLATE NOCASE,
    country  TEXT,
    CONSTRAINT brands_country_shape CHECK (length(country) = 2)
) STRICT;

CREATE TABLE products (
    id                     INTEGER PRIMARY KEY,
    sku                    TEXT NOT NULL UNIQUE,
    name                   TEXT NOT NULL,
    brand_id               INTEGER NOT NULL REFERENCES brands (id),
    category_id            INTEGER NOT NULL REFERENCES categories (id),
    price_cents            INTEGER NOT NULL,
    currency               TEXT NOT NULL DEFAULT 'EUR',
    vat_permille           INTEGER NOT NULL DEFAULT 190,
    gross_price_cents      INTEGER GENERATED ALWAYS AS ((price_cents * (1000 + vat_permille) + 500) / 1000) VIRTUAL,
    attributes             TEXT NOT NULL DEFAULT '{}',
    is_active              INTEGER NOT NULL DEFAULT 1,
    requires_prescription  INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT products_price_not_negative CHECK (price_cents >= 0),
    CONSTRAINT products_currency_shape     CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    CONSTRAINT products_vat_range          CHECK (vat_permille BETWEEN 0 AND 500),
    CONSTRAINT products_attributes_json    CHECK (json_valid(attributes)),
    CONSTRAINT products_active_boolean     CHECK (is_active IN (0, 1))
) STRICT;

CREATE INDEX products_brand_idx ON products (brand_id);
CREATE INDEX products_category_idx ON products (category_id, name) WHERE is_active = 1;
CREATE INDEX products_form_idx ON products (json_extract(attributes, '$.form'));

CREATE TABLE warehouses (
    id         INTEGER PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    is_active  INTEGER NOT NULL DEFAULT 1,
    CONSTRAINT warehouses_active_boolean CHECK (is_active IN (0, 1))
) STRICT;

CREATE TABLE inventory_items (
    warehouse_id   INTEGER NOT NULL REFERENCES warehouses (id),
    product_id     INTEGER NOT NULL REFERENCES products (id),
    on_hand        INTEGER NOT NULL DEFAULT 0,
    reserved       INTEGER NOT NULL DEFAULT 0,
    available      INTEGER GENERATED ALWAYS AS (on_hand - reserved) STORED,
    reorder_point  INTEGER NOT NULL DEFAULT 0,
    counted_at     TEXT,
    PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT inventory_items_not_oversold CHECK (reserved BETWEEN 0 AND on_hand)
) STRICT, WITHOUT ROWID;

CREATE INDEX inventory_items_product_idx ON inventory_items (product_id);

CREATE VIEW low_stock AS
SELECT w.code AS warehouse,
       p.sku,
       p.name,
       i.available,
       i.reorder_point
  FROM inventory_items i
  JOIN warehouses w ON w.id = i.warehouse_id
  JOIN products   p ON p.id = i.product_id
 WHERE w.is_active = 1
   AND p.is_active = 1
   AND i.available <= i.reorder_point;

-- Purchasing sets the reorder point where it sees it.
CREATE TRIGGER low_stock_set_reorder_point
INSTEAD OF UPDATE OF reorder_point ON low_stock
BEGIN
    UPDATE inventory_items
       SET reorder_point = NEW.reorder_point
     WHERE warehouse_id = (SELECT id FROM warehouses WHERE code = OLD.warehouse)
       AND product_id = (SELECT id FROM products WHERE sku = OLD.sku);
END;


-- Orders, payments, invoices -------------------------------------------------

CREATE TABLE orders (
    id                     INTEGER PRIMARY KEY,
    customer_id            INTEGER NOT NULL REFERENCES customers (id),
    warehouse_id           INTEGER REFERENCES warehouses (id),
    status                 TEXT NOT NULL DEFAULT 'draft',
    currency               TEXT NOT NULL DEFAULT 'EUR',
    shipping_address       TEXT NOT NULL,
    shipping_cents         INTEGER NOT NULL DEFAULT 0,
    note                   TEXT,
    placed_at              TEXT,
    settled_by_payment_id  INTEGER REFERENCES payments (id) DEFERRABLE INITIALLY DEFERRED,
    created_at             TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT orders_status_known    CHECK (status IN ('draft', 'placed', 'paid', 'picking', 'shipped', 'delivered', 'cancelled', 'refunded')),
    CONSTRAINT orders_placed_has_time CHECK (status IN ('draft', 'cancelled') OR placed_at IS NOT NULL),
    CONSTRAINT orders_address_json    CHECK (json_valid(shipping_address))
) STRICT;

CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at DESC);
CREATE INDEX orders_open_idx ON orders (warehouse_id, placed_at) WHERE status IN ('paid', 'picking');

CREATE TABLE order_items (
    order_id          INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line_no           INTEGER NOT NULL,
    product_id        INTEGER NOT NULL REFERENCES products (id),
    quantity          INTEGER NOT NULL,
    unit_price_cents  INTEGER NOT NULL,
    discount_cents    INTEGER NOT NULL DEFAULT 0,
    line_total_cents  INTEGER GENERATED ALWAYS AS (quantity * unit_price_cents - discount_cents) STORED,
    PRIMARY KEY (order_id, line_no),
    CONSTRAINT order_items_quantity_positive    CHECK (quantity > 0),
    CONSTRAINT order_items_discount_within_line CHECK (discount_cents BETWEEN 0 AND quantity * unit_price_cents)
) STRICT, WITHOUT ROWID;

CREATE INDEX order_items_product_idx ON order_items (product_id);

CREATE TABLE payments (
    id            INTEGER PRIMARY KEY,
    order_id      INTEGER NOT NULL REFERENCES orders (id),
    status        TEXT NOT NULL DEFAULT 'pending',
    method        TEXT NOT NULL,
    amount_cents  INTEGER NOT NULL,
    currency      TEXT NOT NULL DEFAULT 'EUR',
    provider_ref  TEXT,
    captured_at   TEXT,
    created_at    TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT payments_status_known      CHECK (status IN ('pending', 'authorised', 'captured', 'failed', 'refunded', 'chargeback')),
    CONSTRAINT payments_method_known      CHECK (method IN ('card', 'sepa', 'paypal', 'invoice')),
    CONSTRAINT payments_amount_positive   CHECK (amount_cents > 0),
    CONSTRAINT payments_captured_has_time CHECK (status <> 'captured' OR captured_at IS NOT NULL)
) STRICT;

CREATE INDEX payments_order_idx ON payments (order_id);
CREATE UNIQUE INDEX payments_provider_ref_key ON payments (method, provider_ref) WHERE provider_ref IS NOT NULL;

CREATE TRIGGER orders_audit
AFTER UPDATE OF status ON orders
WHEN OLD.status IS NOT NEW.status
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_row, new_row)
    VALUES ('orders', NEW.id, 'UPDATE',
            json_object('status', OLD.status), json_object('status', NEW.status));
END;

CREATE TRIGGER payments_audit
AFTER UPDATE ON payments
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_row, new_row)
    VALUES ('payments', NEW.id, 'UPDATE',
            json_object('status', OLD.status, 'amount_cents', OLD.amount_cents),
            json_object('status', NEW.status, 'amount_cents', NEW.amount_cents));
END;

CREATE TABLE invoices (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    order_id     INTEGER NOT NULL REFERENCES orders (id),
    net_cents    INTEGER NOT NULL,
    vat_cents    INTEGER NOT NULL,
    total_cents  INTEGER GENERATED ALWAYS AS (net_cents + vat_cents) STORED,
    currency     TEXT NOT NULL DEFAULT 'EUR',
    issued_on    TEXT NOT NULL DEFAULT (date('now')),
    due_on       TEXT NOT NULL DEFAULT (date('now', '+14 days')),
    paid_on      TEXT,
    CONSTRAINT invoices_due_after_issue CHECK (due_on >= issued_on)
) STRICT;

CREATE INDEX invoices_order_idx ON invoices (order_id);
CREATE INDEX invoices_due_idx ON invoices (due_on) WHERE paid_on IS NULL;

CREATE VIEW order_totals AS
SELECT o.id                                                       AS order_id,
       o.customer_id,
       o.status,
       o.currency,
       coalesce(sum(i.line_total_cents), 0) + o.shipping_cents    AS total_cents
  FROM orders o
  LEFT JOIN order_items i ON i.order_id = o.id
 GROUP BY o.id;

CREATE VIEW unpaid_orders (order_id, customer_id, total_cents, open_cents) AS
SELECT t.order_id,
       t.customer_id,
       t.total_cents,
       t.total_cents - coalesce((SELECT sum(p.amount_cents)
                                   FROM payments p
                                  WHERE p.order_id = t.order_id
                                    AND p.status = 'captured'), 0)
  FROM order_totals t
 WHERE t.status = 'placed';


-- Prescriptions --------------------------------------------------------------

CREATE TABLE prescriptions (
    id             INTEGER PRIMARY KEY,
    customer_id    INTEGER NOT NULL REFERENCES customers (id),
    prescriber_no  TEXT NOT NULL,
    status         TEXT NOT NULL DEFAULT 'received',
    valid_from     TEXT NOT NULL,
    valid_until    TEXT NOT NULL,
    document_ref   TEXT NOT NULL,
    verified_by    INTEGER REFERENCES users (id),
    created_at     TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    CONSTRAINT prescriptions_status_known     CHECK (status IN ('received', 'verified', 'dispensed', 'rejected', 'expired')),
    CONSTRAINT prescriptions_valid_in_order   CHECK (valid_until > valid_from),
    CONSTRAINT prescriptions_verified_by_whom CHECK (status NOT IN ('verified', 'dispensed') OR verified_by IS NOT NULL)
) STRICT;

CREATE INDEX prescriptions_customer_idx ON prescriptions (customer_id);
CREATE INDEX prescriptions_status_idx ON prescriptions (status, valid_until);

CREATE TABLE prescription_items (
    id               INTEGER PRIMARY KEY,
    prescription_id  INTEGER NOT NULL REFERENCES prescriptions (id) ON UPDATE CASCADE ON DELETE CASCADE,
    product_id       INTEGER NOT NULL REFERENCES products (id),
    quantity         INTEGER NOT NULL DEFAULT 1,
    dispensed        INTEGER NOT NULL DEFAULT 0,
    dosage           TEXT,
    UNIQUE (prescription_id, product_id),
    CONSTRAINT prescription_items_dispensed_range CHECK (dispensed BETWEEN 0 AND quantity)
) STRICT;

CREATE INDEX prescription_items_product_idx ON prescription_items (product_id);

-- Nobody gets the same medicine on two prescriptions at the same time.
CREATE TRIGGER prescription_items_no_overlap
BEFORE INSERT ON prescription_items
WHEN EXISTS (
    SELECT 1
      FROM prescriptions mine
      JOIN prescriptions other     ON other.customer_id = mine.customer_id
                                  AND other.valid_from < mine.valid_until
                                  AND other.valid_until > mine.valid_from
      JOIN prescription_items item ON item.prescription_id = other.id
     WHERE mine.id = NEW.prescription_id
       AND item.product_id = NEW.product_id
       AND item.dispensed < item.quantity
)
BEGIN
    SELECT raise(ABORT, 'the same product is open on another prescription');
END;
