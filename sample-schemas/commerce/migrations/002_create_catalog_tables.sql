-- 002: the catalogue and the stock

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
