-- 003: orders, payments, invoices and prescriptions

-- Some products may only be sold on prescription. A constant default: no
-- rewrite of the table since PostgreSQL 11.
ALTER TABLE products
    ADD COLUMN requires_prescription boolean NOT NULL DEFAULT false;

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
