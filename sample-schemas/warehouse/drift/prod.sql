-- prod: one release behind, and with what the night shift needed.
-- Apply on top of schema.sql to get the database as it is today.
--
--    1  column      wms.stock.expires_on              missing (release 1.2.0)
--    2  index       wms.stock_expires_idx             missing (release 1.2.0)
--    3  view        wms.stock_by_sku                  definition (release 1.1.0's)
--    4  view        wms.pick_list                     missing (release 1.2.0)
--    5  function    wms.best_bin(integer, integer, integer)  body
--    6  index       wms.picks_assigned_idx            extra
--    7  column      wms.skus.description              widened
--    8  trigger     movements_are_final on wms.movements  dropped
--    9  check       stock_quantity_not_negative       dropped
--   10  foreign key picks_bin_id_fkey                 dropped
--   11  type        wms.bin_type                      extra label
--   12  column      wms.shipments.priority            default
--   13  table       wms.inventur_2024                 extra, nobody knows it
--   14  table       wms.stock                         storage parameters


-- 1. to 4. Release 1.2.0 was rolled back on the evening of its installation.
--    The row in schema_version went with it, so at least that is honest.
DROP VIEW wms.pick_list;
DROP VIEW wms.stock_by_sku;
DROP INDEX wms.stock_expires_idx;
ALTER TABLE wms.stock DROP COLUMN expires_on;
CREATE VIEW wms.stock_by_sku AS
SELECT s.code,
       s.description,
       b.location_id,
       sum(t.quantity)                                          AS on_hand,
       sum(t.quantity) FILTER (WHERE b.type <> 'quarantine')    AS usable
  FROM wms.stock t
  JOIN wms.skus s ON s.id = t.sku_id
  JOIN wms.bins b ON b.id = t.bin_id
 WHERE t.quantity > 0
 GROUP BY s.code, s.description, b.location_id;
COMMENT ON VIEW wms.stock_by_sku IS 'How many of it are where';
DELETE FROM public.schema_version WHERE version = '1.2.0';

-- 5. 2025-02-11, Karim: without the column, oldest first is a guess.
CREATE OR REPLACE FUNCTION wms.best_bin(p_sku integer, p_location integer, p_quantity integer) RETURNS integer
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
     ORDER BY t.updated_at, b.walk_order
     LIMIT 1
$$;

-- 6. 2025-03-03, Karim, during the night shift: the handhelds took ten seconds.
CREATE INDEX picks_assigned_idx ON wms.picks (assigned_to, status) WHERE status = 'assigned';

-- 7. 2025-03-10, Lena: suppliers' descriptions are longer than 200 characters.
--    stock_by_sku uses the column, so the view has to go and come back.
DROP VIEW wms.stock_by_sku;
ALTER TABLE wms.skus ALTER COLUMN description TYPE varchar(500);
CREATE VIEW wms.stock_by_sku AS
SELECT s.code,
       s.description,
       b.location_id,
       sum(t.quantity)                                          AS on_hand,
       sum(t.quantity) FILTER (WHERE b.type <> 'quarantine')    AS usable
  FROM wms.stock t
  JOIN wms.skus s ON s.id = t.sku_id
  JOIN wms.bins b ON b.id = t.bin_id
 WHERE t.quantity > 0
 GROUP BY s.code, s.description, b.location_id;
COMMENT ON VIEW wms.stock_by_sku IS 'How many of it are where';

-- 8. 2025-03-17, Lena: a supplier's pallets had been booked twice, and were
--    deleted from the ledger. The trigger was to come back.
DROP TRIGGER movements_are_final ON wms.movements;

-- 9. 2025-03-17, same evening: the deletions did not add up.
ALTER TABLE wms.stock DROP CONSTRAINT stock_quantity_not_negative;

-- 10. 2025-03-24, Karim: aisle 14 was taken down while picks still named its bins.
ALTER TABLE wms.picks DROP CONSTRAINT picks_bin_id_fkey;

-- 11. 2025-04-01, Lena: a cold store was rented for the summer.
ALTER TYPE wms.bin_type ADD VALUE 'cold' AFTER 'shelf';

-- 12. 2025-04-07, Karim: everything is urgent.
ALTER TABLE wms.shipments ALTER COLUMN priority SET DEFAULT 3;

-- 13. Found in January by the auditors. The name is German for stock-taking.
CREATE TABLE wms.inventur_2024 (
    bin       text,
    sku       text,
    counted   integer,
    "Zähler"  text,
    notes     text
);

-- 14. 2025-04-14, Karim, after reading about bloat.
ALTER TABLE wms.stock SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
