-- commerce: the canonical schema
--
-- An online pharmacy: a catalogue with stock in several warehouses, orders with
-- payments and invoices, and the prescriptions that some products need.
--
-- Conventions
--   * Keys are bigint identity columns; what people type or read (sku, order
--     number, invoice number) is a column of its own.
--   * An amount is a money_amount with a currency beside it, never a float.
--   * created_at and updated_at on what people edit; updated_at by trigger.
--   * What an auditor may ask about is written to audit_log by trigger.
--
-- Loads into an empty database, PostgreSQL 13 or newer. The files in migrations/,
-- run in the order of their names, give exactly the same schema.


-- ===========================================================================
-- Migration tracker
-- ===========================================================================

-- One row per migration file, written by whoever runs them.
CREATE TABLE schema_migrations (
    version       integer      PRIMARY KEY,
    name          text         NOT NULL,
    checksum      text         NOT NULL,
    applied_at    timestamptz  NOT NULL DEFAULT now(),
    applied_by    text         NOT NULL DEFAULT current_user,
    execution_ms  integer,
    CONSTRAINT schema_migrations_name_key       UNIQUE (name),
    CONSTRAINT schema_migrations_checksum_shape CHECK (checksum ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE  schema_migrations          IS 'Which migration files have been run on this database';
COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of the file as it was run';


-- ===========================================================================
-- Core: extensions, types, people, audit
-- ===========================================================================

CREATE EXTENSION IF NOT EXISTS btree_gist;   -- equality inside exclusion constraints
CREATE EXTENSION IF NOT EXISTS pg_trgm;      -- search in the middle of names

CREATE DOMAIN email_address AS text
    CONSTRAINT email_address_shape CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$');
COMMENT ON DOMAIN email_address IS 'Shape only; that it can be reached is proven by a mail with a link';

CREATE DOMAIN money_amount AS numeric(12,2)
    CONSTRAINT money_amount_not_negative CHECK (VALUE >= 0);

CREATE DOMAIN currency_code AS char(3)
    DEFAULT 'EUR'
    CONSTRAINT currency_code_shape CHECK (VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN currency_code IS 'ISO 4217';

CREATE TYPE notification_channel AS ENUM ('email', 'sms', 'push');

CREATE FUNCTION set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

CREATE TABLE roles (
    id           smallint     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         varchar(40)  NOT NULL UNIQUE,
    permissions  text[]       NOT NULL DEFAULT '{}',
    description  text
);
COMMENT ON TABLE roles IS 'What the staff may do; customers have no role';

CREATE TABLE users (
    id             bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email          email_address  NOT NULL,
    password_hash  text           NOT NULL,
    full_name      varchar(120)   NOT NULL,
    role_id        smallint       NOT NULL REFERENCES roles (id),
    is_active      boolean        NOT NULL DEFAULT true,
    last_login_at  timestamptz,
    created_at     timestamptz    NOT NULL DEFAULT now(),
    updated_at     timestamptz    NOT NULL DEFAULT now()
);
COMMENT ON TABLE users IS 'Staff accounts';

CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX        users_role_idx  ON users (role_id);

CREATE TRIGGER users_set_updated_at
    BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE customers (
    id              bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email           email_address  NOT NULL,
    full_name       varchar(120)   NOT NULL,
    phone           varchar(32)    NOT NULL,
    birth_date      date,
    address         jsonb          NOT NULL DEFAULT '{}',
    loyalty_points  integer        NOT NULL DEFAULT 0,
    created_at      timestamptz    NOT NULL DEFAULT now(),
    updated_at      timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT customers_loyalty_not_negative CHECK (loyalty_points >= 0),
    CONSTRAINT customers_birth_date_sane      CHECK (birth_date >= DATE '1900-01-01')
);
COMMENT ON TABLE  customers            IS 'People who order';
COMMENT ON COLUMN customers.birth_date IS 'Asked for only when a prescription is';

CREATE UNIQUE INDEX customers_email_key     ON customers (lower(email));
CREATE INDEX        customers_full_name_idx ON customers USING gin (full_name gin_trgm_ops);

CREATE TRIGGER customers_set_updated_at
    BEFORE UPDATE ON customers
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE audit_log (
    id          bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name  text         NOT NULL,
    row_id      bigint       NOT NULL,
    action      text         NOT NULL,
    old_row     jsonb,
    new_row     jsonb,
    user_id     bigint       REFERENCES users (id) ON DELETE SET NULL,
    changed_at  timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT audit_log_action CHECK (action IN ('INSERT', 'UPDATE', 'DELETE'))
);
COMMENT ON TABLE audit_log IS 'Append-only; kept for ten years';

CREATE INDEX audit_log_row_idx        ON audit_log (table_name, row_id, changed_at DESC);
CREATE INDEX audit_log_changed_at_idx ON audit_log USING brin (changed_at);

-- Argument 0: the name of the key column.
CREATE FUNCTION write_audit_log() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    key_column text  := TG_ARGV[0];
    before     jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after      jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_row, new_row, user_id)
    VALUES (TG_TABLE_NAME,
            (coalesce(after, before) ->> key_column)::bigint,
            TG_OP, before, after,
            nullif(current_setting('commerce.user_id', true), '')::bigint);
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION write_audit_log() IS 'The application says who it is: SET LOCAL commerce.user_id';

CREATE TRIGGER users_audit
    AFTER INSERT OR UPDATE OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION write_audit_log('id');

CREATE TABLE notifications (
    id           bigint                GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  bigint                NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    channel      notification_channel  NOT NULL DEFAULT 'email',
    template     varchar(60)           NOT NULL,
    payload      jsonb                 NOT NULL DEFAULT '{}',
    attempts     smallint              NOT NULL DEFAULT 0,
    sent_at      timestamptz,
    created_at   timestamptz           NOT NULL DEFAULT now(),
    CONSTRAINT notifications_attempts_range CHECK (attempts BETWEEN 0 AND 5)
);
COMMENT ON TABLE notifications IS 'Messages to customers, sent by a worker';

CREATE INDEX notifications_customer_idx ON notifications (customer_id);
-- What the worker polls.
CREATE INDEX notifications_unsent_idx   ON notifications (created_at) WHERE sent_at IS NULL AND attempts < 5;


-- ===========================================================================
-- Catalogue and stock
-- ===========================================================================

CREATE TABLE categories (
    id         bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id  bigint        REFERENCES categories (id) ON DELETE RESTRICT,
    name       varchar(80)   NOT NULL,
    slug       varchar(80)   NOT NULL UNIQUE,
    position   integer       NOT NULL DEFAULT 0,
    CONSTRAINT categories_not_own_parent CHECK (parent_id <> id),
    -- Deferrable, so that two neighbours can swap places in one transaction.
    CONSTRAINT categories_position_key   UNIQUE (parent_id, position) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE categories IS 'The tree that the shop is browsed by';

CREATE TABLE brands (
    id       bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     varchar(80)  NOT NULL,
    country  char(2)
);

CREATE UNIQUE INDEX brands_name_key ON brands (lower(name));

CREATE TABLE products (
    id            bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku           varchar(50)    NOT NULL UNIQUE,
    name          varchar(200)   NOT NULL,
    brand_id      bigint         NOT NULL REFERENCES brands (id),
    category_id   bigint         NOT NULL REFERENCES categories (id),
    price         money_amount   NOT NULL,
    currency      currency_code  NOT NULL,
    vat_rate      numeric(4,3)   NOT NULL DEFAULT 0.190,
    gross_price   numeric(12,2)  GENERATED ALWAYS AS (round(price::numeric * (1 + vat_rate), 2)) STORED,
    attributes    jsonb          NOT NULL DEFAULT '{}',
    weight_grams  integer,
    is_active     boolean        NOT NULL DEFAULT true,
    created_at    timestamptz    NOT NULL DEFAULT now(),
    updated_at    timestamptz    NOT NULL DEFAULT now(),
    -- Added with the prescriptions.
    requires_prescription  boolean  NOT NULL DEFAULT false,
    CONSTRAINT products_vat_rate_range   CHECK (vat_rate BETWEEN 0 AND 0.5),
    CONSTRAINT products_weight_positive  CHECK (weight_grams > 0)
);
COMMENT ON TABLE  products             IS 'What can be ordered';
COMMENT ON COLUMN products.gross_price IS 'With VAT, as shown in the shop';

CREATE INDEX products_brand_idx      ON products (brand_id);
CREATE INDEX products_category_idx   ON products (category_id) INCLUDE (name, price) WHERE is_active;
CREATE INDEX products_name_idx       ON products USING gin (name gin_trgm_ops);
CREATE INDEX products_attributes_idx ON products USING gin (attributes jsonb_path_ops);

-- A brand sells in few categories; without this the planner multiplies.
CREATE STATISTICS products_brand_category (ndistinct, dependencies)
    ON brand_id, category_id FROM products;

CREATE TRIGGER products_set_updated_at
    BEFORE UPDATE ON products
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER products_price_audit
    AFTER UPDATE OF price, currency, vat_rate ON products
    FOR EACH ROW
    WHEN (OLD.price IS DISTINCT FROM NEW.price
          OR OLD.currency IS DISTINCT FROM NEW.currency
          OR OLD.vat_rate IS DISTINCT FROM NEW.vat_rate)
    EXECUTE FUNCTION write_audit_log('id');

CREATE TABLE warehouses (
    id         smallint     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       varchar(8)   NOT NULL UNIQUE,
    name       varchar(80)  NOT NULL,
    address    jsonb        NOT NULL DEFAULT '{}',
    is_active  boolean      NOT NULL DEFAULT true,
    CONSTRAINT warehouses_code_shape CHECK (code ~ '^[A-Z]{3}[0-9]{0,5}$')
);

CREATE TABLE inventory_items (
    warehouse_id   smallint     NOT NULL REFERENCES warehouses (id),
    product_id     bigint       NOT NULL REFERENCES products (id),
    on_hand        integer      NOT NULL DEFAULT 0,
    reserved       integer      NOT NULL DEFAULT 0,
    available      integer      GENERATED ALWAYS AS (on_hand - reserved) STORED,
    reorder_point  integer      NOT NULL DEFAULT 0,
    counted_at     timestamptz,
    PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT inventory_items_not_oversold         CHECK (reserved BETWEEN 0 AND on_hand),
    CONSTRAINT inventory_items_reorder_not_negative CHECK (reorder_point >= 0)
);
COMMENT ON TABLE inventory_items IS 'Stock per warehouse; on_hand includes what is reserved';

CREATE INDEX inventory_items_product_idx ON inventory_items (product_id) INCLUDE (on_hand, reserved);

CREATE VIEW low_stock AS
SELECT w.code AS warehouse,
       p.sku,
       p.name,
       i.available,
       i.reorder_point
  FROM inventory_items i
  JOIN warehouses w ON w.id = i.warehouse_id
  JOIN products   p ON p.id = i.product_id
 WHERE w.is_active
   AND p.is_active
   AND i.available <= i.reorder_point;
COMMENT ON VIEW low_stock IS 'What purchasing looks at every morning';

CREATE FUNCTION reserve_stock(p_warehouse smallint, p_product bigint, p_quantity integer) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE inventory_items
       SET reserved = reserved + p_quantity
     WHERE warehouse_id = p_warehouse
       AND product_id = p_product
       AND on_hand - reserved >= p_quantity;
    RETURN FOUND;
END;
$$;
COMMENT ON FUNCTION reserve_stock(smallint, bigint, integer) IS 'False if there is not enough; never oversells, also under concurrency';


-- ===========================================================================
-- Orders, payments, invoices, prescriptions
-- ===========================================================================

CREATE TYPE order_status        AS ENUM ('draft', 'placed', 'paid', 'picking', 'shipped', 'delivered', 'cancelled', 'refunded');
CREATE TYPE payment_status      AS ENUM ('pending', 'authorised', 'captured', 'failed', 'refunded', 'chargeback');
CREATE TYPE prescription_status AS ENUM ('received', 'verified', 'dispensed', 'rejected', 'expired');

CREATE TABLE orders (
    id                     bigint         GENERATED ALWAYS AS IDENTITY (START WITH 100000) PRIMARY KEY,
    customer_id            bigint         NOT NULL REFERENCES customers (id),
    warehouse_id           smallint       REFERENCES warehouses (id),
    status                 order_status   NOT NULL DEFAULT 'draft',
    currency               currency_code  NOT NULL DEFAULT 'EUR',
    shipping_address       jsonb          NOT NULL,
    shipping_cost          money_amount   NOT NULL DEFAULT 0,
    note                   text,
    placed_at              timestamptz,
    settled_by_payment_id  bigint,
    created_at             timestamptz    NOT NULL DEFAULT now(),
    updated_at             timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT orders_placed_has_time CHECK (status IN ('draft', 'cancelled') OR placed_at IS NOT NULL)
);
COMMENT ON TABLE  orders                       IS 'From the basket (draft) to delivery';
COMMENT ON COLUMN orders.settled_by_payment_id IS 'The payment that covered the rest of the amount';

CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at DESC) INCLUDE (status);
-- What the warehouse works on: a few thousand of millions.
CREATE INDEX orders_open_idx     ON orders (warehouse_id, placed_at) WHERE status IN ('paid', 'picking');
CREATE INDEX orders_settled_by_payment_idx ON orders (settled_by_payment_id) WHERE settled_by_payment_id IS NOT NULL;

CREATE TRIGGER orders_set_updated_at
    BEFORE UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER orders_audit
    AFTER INSERT OR UPDATE OR DELETE ON orders
    FOR EACH ROW EXECUTE FUNCTION write_audit_log('id');

CREATE TABLE order_items (
    order_id    bigint         NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line_no     smallint       NOT NULL,
    product_id  bigint         NOT NULL REFERENCES products (id),
    quantity    integer        NOT NULL,
    unit_price  money_amount   NOT NULL,
    discount    money_amount   NOT NULL DEFAULT 0,
    line_total  numeric(14,2)  GENERATED ALWAYS AS (quantity * unit_price::numeric - discount::numeric) STORED,
    PRIMARY KEY (order_id, line_no),
    CONSTRAINT order_items_quantity_positive    CHECK (quantity > 0),
    CONSTRAINT order_items_discount_within_line CHECK (discount <= quantity * unit_price)
);
COMMENT ON COLUMN order_items.unit_price IS 'As it was when the order was placed';

CREATE INDEX order_items_product_idx ON order_items (product_id);

-- At the end of the transaction, so that an order and its lines can come in any order.
CREATE FUNCTION check_order_has_items() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM order_items WHERE order_id = NEW.id) THEN
        RAISE EXCEPTION 'order % has no items', NEW.id
            USING ERRCODE = 'check_violation', TABLE = 'orders', CONSTRAINT = 'orders_has_items';
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER orders_has_items
    AFTER INSERT OR UPDATE OF status ON orders
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (NEW.status = 'placed')
    EXECUTE FUNCTION check_order_has_items();

CREATE TABLE payments (
    id            bigint          GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id      bigint          NOT NULL REFERENCES orders (id),
    status        payment_status  NOT NULL DEFAULT 'pending',
    method        varchar(30)     NOT NULL,
    amount        money_amount    NOT NULL,
    currency      currency_code   NOT NULL,
    provider_ref  varchar(120),
    captured_at   timestamptz,
    created_at    timestamptz     NOT NULL DEFAULT now(),
    CONSTRAINT payments_amount_positive   CHECK (amount > 0),
    CONSTRAINT payments_method_known      CHECK (method IN ('card', 'sepa', 'paypal', 'invoice')),
    CONSTRAINT payments_captured_has_time CHECK (status <> 'captured' OR captured_at IS NOT NULL)
);
COMMENT ON COLUMN payments.provider_ref IS 'The provider''s own identifier, unique with the method';

CREATE INDEX        payments_order_idx        ON payments (order_id);
CREATE UNIQUE INDEX payments_provider_ref_key ON payments (method, provider_ref) WHERE provider_ref IS NOT NULL;
CREATE INDEX        payments_open_idx         ON payments (created_at) WHERE status IN ('pending', 'authorised');

CREATE TRIGGER payments_audit
    AFTER INSERT OR UPDATE OR DELETE ON payments
    FOR EACH ROW EXECUTE FUNCTION write_audit_log('id');

-- An order names its payment and the payment its order; deferred, so that both
-- can be written in one transaction.
ALTER TABLE orders
    ADD CONSTRAINT orders_settled_by_payment_id_fkey
    FOREIGN KEY (settled_by_payment_id) REFERENCES payments (id)
    DEFERRABLE INITIALLY DEFERRED;

-- Never reused. Not without gaps: a sequence does not roll back.
CREATE SEQUENCE invoice_number_seq AS bigint
    START WITH 10000 INCREMENT BY 1 MINVALUE 10000 NO CYCLE;

CREATE FUNCTION next_invoice_number() RETURNS text
    LANGUAGE sql
    AS $$ SELECT to_char(current_date, 'YYYY') || '-' || lpad(nextval('invoice_number_seq')::text, 8, '0') $$;

CREATE TABLE invoices (
    id          bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number      text           NOT NULL DEFAULT next_invoice_number() UNIQUE,
    order_id    bigint         NOT NULL REFERENCES orders (id),
    net_total   money_amount   NOT NULL,
    vat_total   money_amount   NOT NULL,
    total       numeric(12,2)  GENERATED ALWAYS AS (net_total::numeric + vat_total::numeric) STORED,
    currency    currency_code  NOT NULL,
    issued_on   date           NOT NULL DEFAULT current_date,
    due_on      date           NOT NULL DEFAULT current_date + 14,
    paid_on     date,
    CONSTRAINT invoices_due_after_issue CHECK (due_on >= issued_on)
);
ALTER SEQUENCE invoice_number_seq OWNED BY invoices.number;

CREATE INDEX invoices_order_idx ON invoices (order_id);
CREATE INDEX invoices_due_idx   ON invoices (due_on) WHERE paid_on IS NULL;

CREATE TRIGGER invoices_audit
    AFTER INSERT OR UPDATE OR DELETE ON invoices
    FOR EACH ROW EXECUTE FUNCTION write_audit_log('id');

CREATE TABLE prescriptions (
    id             bigint               GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id    bigint               NOT NULL REFERENCES customers (id),
    prescriber_no  varchar(20)          NOT NULL,
    status         prescription_status  NOT NULL DEFAULT 'received',
    valid          daterange            NOT NULL,
    document_ref   text                 NOT NULL,
    verified_by    bigint               REFERENCES users (id),
    created_at     timestamptz          NOT NULL DEFAULT now(),
    updated_at     timestamptz          NOT NULL DEFAULT now(),
    CONSTRAINT prescriptions_valid_bounded     CHECK (NOT isempty(valid) AND NOT lower_inf(valid) AND NOT upper_inf(valid)),
    CONSTRAINT prescriptions_verified_by_whom  CHECK (status NOT IN ('verified', 'dispensed') OR verified_by IS NOT NULL),
    -- For the foreign key of prescription_items.
    CONSTRAINT prescriptions_id_customer_key   UNIQUE (id, customer_id)
);
COMMENT ON COLUMN prescriptions.valid IS 'First day to last day that it may be dispensed';

CREATE INDEX prescriptions_status_idx ON prescriptions (status, upper(valid));

CREATE TRIGGER prescriptions_set_updated_at
    BEFORE UPDATE ON prescriptions
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER prescriptions_audit
    AFTER INSERT OR UPDATE OR DELETE ON prescriptions
    FOR EACH ROW EXECUTE FUNCTION write_audit_log('id');

-- The customer and the dates are repeated here, because an exclusion constraint
-- sees one table only; the foreign key keeps the customer right.
CREATE TABLE prescription_items (
    prescription_id  bigint     NOT NULL,
    line_no          smallint   NOT NULL,
    customer_id      bigint     NOT NULL,
    product_id       bigint     NOT NULL REFERENCES products (id),
    valid            daterange  NOT NULL,
    quantity         smallint   NOT NULL DEFAULT 1,
    dispensed        smallint   NOT NULL DEFAULT 0,
    dosage           text,
    PRIMARY KEY (prescription_id, line_no),
    CONSTRAINT prescription_items_prescription_fkey
        FOREIGN KEY (prescription_id, customer_id)
        REFERENCES prescriptions (id, customer_id) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT prescription_items_dispensed_range CHECK (dispensed BETWEEN 0 AND quantity),
    -- Nobody gets the same medicine on two prescriptions at the same time.
    CONSTRAINT prescription_items_no_overlap
        EXCLUDE USING gist (customer_id WITH =, product_id WITH =, valid WITH &&)
        WHERE (dispensed < quantity)
);

CREATE INDEX prescription_items_product_idx ON prescription_items (product_id);

CREATE VIEW order_totals AS
SELECT o.id                                              AS order_id,
       o.customer_id,
       o.status,
       o.currency,
       coalesce(sum(i.line_total), 0) + o.shipping_cost  AS total
  FROM orders o
  LEFT JOIN order_items i ON i.order_id = o.id
 GROUP BY o.id;
COMMENT ON VIEW order_totals IS 'What an order costs, shipping included';

-- On top of another view.
CREATE VIEW unpaid_orders AS
SELECT t.order_id,
       t.customer_id,
       t.total,
       t.total - coalesce((SELECT sum(p.amount)
                             FROM payments p
                            WHERE p.order_id = t.order_id
                              AND p.status = 'captured'), 0) AS open_amount
  FROM order_totals t
 WHERE t.status = 'placed';

CREATE FUNCTION customer_spent(p_customer bigint, p_since date DEFAULT '2000-01-01') RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    SELECT coalesce(sum(i.line_total), 0)
      FROM orders o
      JOIN order_items i ON i.order_id = o.id
     WHERE o.customer_id = p_customer
       AND o.placed_at >= p_since
       AND o.status NOT IN ('cancelled', 'refunded')
$$;

-- A procedure, because it commits in between: run nightly by the scheduler.
CREATE PROCEDURE expire_prescriptions(p_as_of date DEFAULT current_date, p_batch integer DEFAULT 1000)
    LANGUAGE plpgsql
    AS $$
DECLARE
    changed integer;
BEGIN
    LOOP
        UPDATE prescriptions
           SET status = 'expired'
         WHERE id IN (SELECT id
                        FROM prescriptions
                       WHERE status IN ('received', 'verified')
                         AND upper(valid) <= p_as_of
                       LIMIT p_batch
                         FOR UPDATE SKIP LOCKED);
        GET DIAGNOSTICS changed = ROW_COUNT;
        EXIT WHEN changed = 0;
        COMMIT;
    END LOOP;
END;
$$;
COMMENT ON PROCEDURE expire_prescriptions(date, integer) IS 'Marks what has run out, in batches';
