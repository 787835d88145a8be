-- warehouse: the canonical schema
--
-- A small warehouse management system: where things are (locations and bins),
-- what they are (SKUs), how many (stock), every change of that (movements), and
-- the work that changes it (receipts, picks, shipments).
--
-- Conventions
--   * Everything is in the schema wms; public holds schema_version only, where
--     tools expect it.
--   * Stock is never updated directly: a row goes into movements, and a trigger
--     keeps stock. The sum of the movements is the stock, at any time.
--   * Quantities are whole pieces. A SKU that comes in cartons says how many.
--
-- Loads into an empty database, PostgreSQL 13 or newer.


-- ---------------------------------------------------------------------------
-- Which version of this schema is installed
-- ---------------------------------------------------------------------------

CREATE TABLE public.schema_version (
    version             text         PRIMARY KEY,
    applied_at          timestamptz  NOT NULL DEFAULT now(),
    checksum            char(64)     NOT NULL,
    migrations_applied  text[]       NOT NULL DEFAULT '{}',
    CONSTRAINT schema_version_version_shape  CHECK (version ~ '^[0-9]+\.[0-9]+\.[0-9]+$'),
    CONSTRAINT schema_version_checksum_shape CHECK (checksum ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE  public.schema_version                    IS 'One row per release that was installed, the newest is what is there';
COMMENT ON COLUMN public.schema_version.checksum           IS 'SHA-256 over the release''s migration files, in their order';
COMMENT ON COLUMN public.schema_version.migrations_applied IS 'The migrations that this release brought';


-- ---------------------------------------------------------------------------
-- Types
-- ---------------------------------------------------------------------------

CREATE SCHEMA wms;
COMMENT ON SCHEMA wms IS 'Warehouse management';

CREATE TYPE wms.bin_type        AS ENUM ('receiving', 'pallet', 'shelf', 'packing', 'shipping', 'quarantine');
CREATE TYPE wms.movement_reason AS ENUM ('receipt', 'putaway', 'pick', 'shipment', 'count', 'scrap', 'return');
CREATE TYPE wms.pick_status     AS ENUM ('open', 'assigned', 'picked', 'short', 'cancelled');
CREATE TYPE wms.shipment_status AS ENUM ('planned', 'packing', 'ready', 'shipped', 'cancelled');

CREATE TYPE wms.dimensions AS (
    length_mm  integer,
    width_mm   integer,
    height_mm  integer
);

CREATE DOMAIN wms.barcode AS varchar(14)
    CONSTRAINT barcode_gtin CHECK (VALUE ~ '^([0-9]{8}|[0-9]{12,14})$');
COMMENT ON DOMAIN wms.barcode IS 'GTIN-8, -12, -13 or -14; the check digit is checked by the scanner';


-- ---------------------------------------------------------------------------
-- Where
-- ---------------------------------------------------------------------------

CREATE TABLE wms.locations (
    id         integer      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       varchar(10)  NOT NULL UNIQUE,
    name       text         NOT NULL,
    time_zone  text         NOT NULL DEFAULT 'Europe/Berlin',
    is_active  boolean      NOT NULL DEFAULT true
);
COMMENT ON TABLE wms.locations IS 'A building';

CREATE TABLE wms.bins (
    id              integer       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    location_id     integer       NOT NULL REFERENCES wms.locations (id),
    code            varchar(20)   NOT NULL,
    type            wms.bin_type  NOT NULL DEFAULT 'shelf',
    aisle           varchar(4)    NOT NULL,
    rack            smallint      NOT NULL,
    level           smallint      NOT NULL,
    max_weight_kg   numeric(8,2),
    walk_order      integer       NOT NULL DEFAULT 0,
    blocked_reason  text,
    CONSTRAINT bins_code_key            UNIQUE (location_id, code),
    CONSTRAINT bins_max_weight_positive CHECK (max_weight_kg > 0),
    CONSTRAINT bins_level_range         CHECK (level BETWEEN 0 AND 12)
);
COMMENT ON COLUMN wms.bins.walk_order IS 'Pickers walk in this order';

CREATE INDEX bins_walk_idx ON wms.bins (location_id, walk_order) WHERE blocked_reason IS NULL;


-- ---------------------------------------------------------------------------
-- What
-- ---------------------------------------------------------------------------

CREATE TABLE wms.skus (
    id            integer         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code          varchar(40)     NOT NULL UNIQUE,
    description   varchar(200)    NOT NULL,
    barcode       wms.barcode     UNIQUE,
    size          wms.dimensions,
    weight_grams  integer         NOT NULL,
    carton_size   smallint        NOT NULL DEFAULT 1,
    is_hazardous  boolean         NOT NULL DEFAULT false,
    created_at    timestamptz     NOT NULL DEFAULT now(),
    CONSTRAINT skus_weight_positive CHECK (weight_grams > 0),
    CONSTRAINT skus_carton_positive CHECK (carton_size > 0)
);
COMMENT ON TABLE wms.skus IS 'A thing that can be counted';

CREATE INDEX skus_description_idx ON wms.skus (lower(description) text_pattern_ops);


-- ---------------------------------------------------------------------------
-- How many, and every change of it
-- ---------------------------------------------------------------------------

CREATE TABLE wms.stock (
    bin_id      integer      NOT NULL REFERENCES wms.bins (id),
    sku_id      integer      NOT NULL REFERENCES wms.skus (id),
    lot         varchar(30)  NOT NULL DEFAULT '',
    quantity    integer      NOT NULL,
    expires_on  date,
    updated_at  timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (bin_id, sku_id, lot),
    CONSTRAINT stock_quantity_not_negative CHECK (quantity >= 0)
) WITH (fillfactor = 80);
COMMENT ON TABLE wms.stock IS 'Kept by apply_movement(), never written by hand';

CREATE INDEX stock_sku_idx     ON wms.stock (sku_id) INCLUDE (quantity) WHERE quantity > 0;
CREATE INDEX stock_expires_idx ON wms.stock (expires_on) WHERE expires_on IS NOT NULL AND quantity > 0;

CREATE TABLE wms.movements (
    id           bigint               GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sku_id       integer              NOT NULL REFERENCES wms.skus (id),
    lot          varchar(30)          NOT NULL DEFAULT '',
    from_bin_id  integer              REFERENCES wms.bins (id),
    to_bin_id    integer              REFERENCES wms.bins (id),
    quantity     integer              NOT NULL,
    reason       wms.movement_reason  NOT NULL,
    reference    text,
    moved_by     text                 NOT NULL DEFAULT current_user,
    moved_at     timestamptz          NOT NULL DEFAULT now(),
    CONSTRAINT movements_quantity_positive CHECK (quantity > 0),
    CONSTRAINT movements_from_or_to        CHECK (from_bin_id IS NOT NULL OR to_bin_id IS NOT NULL),
    CONSTRAINT movements_from_not_to       CHECK (from_bin_id <> to_bin_id)
);
COMMENT ON TABLE  wms.movements             IS 'The ledger; rows are never changed, a mistake is moved back';
COMMENT ON COLUMN wms.movements.from_bin_id IS 'NULL: came from outside';
COMMENT ON COLUMN wms.movements.to_bin_id   IS 'NULL: left the building';

CREATE INDEX movements_sku_idx      ON wms.movements (sku_id, moved_at DESC);
CREATE INDEX movements_moved_at_idx ON wms.movements USING brin (moved_at) WITH (pages_per_range = 32);

CREATE FUNCTION wms.apply_movement() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = wms, pg_temp
    AS $$
BEGIN
    IF NEW.from_bin_id IS NOT NULL THEN
        UPDATE stock
           SET quantity = quantity - NEW.quantity, updated_at = NEW.moved_at
         WHERE bin_id = NEW.from_bin_id AND sku_id = NEW.sku_id AND lot = NEW.lot;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'no stock of SKU % (lot "%") in bin %', NEW.sku_id, NEW.lot, NEW.from_bin_id
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    END IF;

    IF NEW.to_bin_id IS NOT NULL THEN
        INSERT INTO stock (bin_id, sku_id, lot, quantity, updated_at)
        VALUES (NEW.to_bin_id, NEW.sku_id, NEW.lot, NEW.quantity, NEW.moved_at)
        ON CONFLICT (bin_id, sku_id, lot) DO UPDATE
           SET quantity = stock.quantity + excluded.quantity, updated_at = excluded.updated_at;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER movements_apply
    AFTER INSERT ON wms.movements
    FOR EACH ROW EXECUTE FUNCTION wms.apply_movement();

CREATE FUNCTION wms.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is a ledger: % is not allowed', TG_TABLE_NAME, TG_OP;
END;
$$;

CREATE TRIGGER movements_are_final
    BEFORE UPDATE OR DELETE OR TRUNCATE ON wms.movements
    FOR EACH STATEMENT EXECUTE FUNCTION wms.refuse_change();


-- ---------------------------------------------------------------------------
-- Work
-- ---------------------------------------------------------------------------

CREATE TABLE wms.carriers (
    id            smallint     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          varchar(60)  NOT NULL UNIQUE,
    tracking_url  text,
    cutoff        time         NOT NULL DEFAULT '16:00'
);
COMMENT ON COLUMN wms.carriers.cutoff IS 'What is ready by then leaves today, local time of the location';

CREATE SEQUENCE wms.shipment_number AS integer START WITH 1000 CYCLE MAXVALUE 999999;

CREATE TABLE wms.shipments (
    id            bigint               GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number        text                 NOT NULL DEFAULT 'S' || lpad(nextval('wms.shipment_number')::text, 6, '0'),
    location_id   integer              NOT NULL REFERENCES wms.locations (id),
    carrier_id    smallint             REFERENCES wms.carriers (id),
    order_ref     text                 NOT NULL,
    status        wms.shipment_status  NOT NULL DEFAULT 'planned',
    priority      smallint             NOT NULL DEFAULT 5,
    ship_by       timestamptz          NOT NULL,
    tracking_no   varchar(40),
    shipped_at    timestamptz,
    CONSTRAINT shipments_priority_range      CHECK (priority BETWEEN 1 AND 9),
    CONSTRAINT shipments_shipped_has_time    CHECK ((status = 'shipped') = (shipped_at IS NOT NULL)),
    CONSTRAINT shipments_shipped_has_carrier CHECK (status <> 'shipped' OR carrier_id IS NOT NULL)
);
ALTER SEQUENCE wms.shipment_number OWNED BY wms.shipments.number;
COMMENT ON TABLE wms.shipments IS 'What leaves together for one order';

CREATE INDEX shipments_due_idx       ON wms.shipments (location_id, priority, ship_by) WHERE status IN ('planned', 'packing', 'ready');
CREATE INDEX shipments_order_ref_idx ON wms.shipments (order_ref);

CREATE TABLE wms.picks (
    id           bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shipment_id  bigint           NOT NULL REFERENCES wms.shipments (id) ON DELETE CASCADE,
    sku_id       integer          NOT NULL REFERENCES wms.skus (id),
    bin_id       integer          REFERENCES wms.bins (id),
    quantity     integer          NOT NULL,
    picked       integer          NOT NULL DEFAULT 0,
    status       wms.pick_status  NOT NULL DEFAULT 'open',
    assigned_to  text,
    picked_at    timestamptz,
    CONSTRAINT picks_quantity_positive CHECK (quantity > 0),
    CONSTRAINT picks_picked_range      CHECK (picked BETWEEN 0 AND quantity),
    CONSTRAINT picks_assigned_to_whom  CHECK (status <> 'assigned' OR assigned_to IS NOT NULL)
);
COMMENT ON TABLE wms.picks IS 'One walk to one bin';

CREATE INDEX picks_shipment_idx ON wms.picks (shipment_id);
CREATE INDEX picks_open_idx     ON wms.picks (bin_id) WHERE status = 'open';

CREATE TABLE wms.receipts (
    id           bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    location_id  integer      NOT NULL REFERENCES wms.locations (id),
    supplier     text         NOT NULL,
    delivery_no  varchar(40)  NOT NULL,
    expected_on  date,
    received_at  timestamptz,
    CONSTRAINT receipts_delivery_key UNIQUE (supplier, delivery_no)
);

CREATE TABLE wms.receipt_lines (
    receipt_id  bigint    NOT NULL REFERENCES wms.receipts (id) ON DELETE CASCADE,
    line_no     smallint  NOT NULL,
    sku_id      integer   NOT NULL REFERENCES wms.skus (id),
    expected    integer   NOT NULL,
    received    integer   NOT NULL DEFAULT 0,
    missing     integer   GENERATED ALWAYS AS (greatest(expected - received, 0)) STORED,
    PRIMARY KEY (receipt_id, line_no),
    CONSTRAINT receipt_lines_expected_positive     CHECK (expected > 0),
    CONSTRAINT receipt_lines_received_not_negative CHECK (received >= 0)
);


-- ---------------------------------------------------------------------------
-- Questions people ask
-- ---------------------------------------------------------------------------

CREATE VIEW wms.stock_by_sku AS
SELECT s.code,
       s.description,
       b.location_id,
       sum(t.quantity)                                          AS on_hand,
       sum(t.quantity) FILTER (WHERE b.type <> 'quarantine')    AS usable,
       min(t.expires_on)                                        AS first_expiry
  FROM wms.stock t
  JOIN wms.skus s ON s.id = t.sku_id
  JOIN wms.bins b ON b.id = t.bin_id
 WHERE t.quantity > 0
 GROUP BY s.code, s.description, b.location_id;
COMMENT ON VIEW wms.stock_by_sku IS 'How many of it are where';

CREATE VIEW wms.pick_list AS
SELECT p.id,
       h.number                  AS shipment,
       b.code                    AS bin,
       s.code                    AS sku,
       p.quantity - p.picked     AS to_pick,
       h.priority,
       h.ship_by
  FROM wms.picks p
  JOIN wms.shipments h ON h.id = p.shipment_id
  JOIN wms.skus      s ON s.id = p.sku_id
  JOIN wms.bins      b ON b.id = p.bin_id
 WHERE p.status IN ('open', 'assigned')
 ORDER BY h.priority, h.ship_by, b.walk_order;
COMMENT ON VIEW wms.pick_list IS 'What the handhelds show, in walking order';

-- Oldest first, so that nothing expires at the back of the shelf.
CREATE FUNCTION wms.best_bin(p_sku integer, p_location integer, p_quantity integer) RETURNS integer
    LANGUAGE sql STABLE
    AS $$
    SELECT t.bin_id
      FROM wms.stock t
      JOIN wms.bins b ON b.id = t.bin_id
     WHERE t.sku_id = p_sku
       AND b.location_id = p_location
       AND b.type IN ('pallet', 'shelf')
       AND b.blocked_reason IS NULL
       AND t.quantity >= p_quantity
     ORDER BY t.expires_on NULLS LAST, b.walk_order
     LIMIT 1
$$;
COMMENT ON FUNCTION wms.best_bin(integer, integer, integer) IS 'First expired, first out; NULL if no single bin has enough';


-- ---------------------------------------------------------------------------
-- What this file installs
-- ---------------------------------------------------------------------------

INSERT INTO public.schema_version (version, applied_at, checksum, migrations_applied) VALUES
    ('1.0.0', '2024-09-02 06:00:00+00', repeat('0a', 32), '{001_locations_and_bins,002_skus_and_stock,003_movements}'),
    ('1.1.0', '2024-11-18 06:00:00+00', repeat('1b', 32), '{004_shipments_and_picks,005_receipts}'),
    ('1.2.0', '2025-02-10 06:00:00+00', repeat('2c', 32), '{006_stock_expiry,007_pick_list}');
