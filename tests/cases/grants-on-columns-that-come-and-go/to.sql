CREATE TABLE t (a integer, d integer, b integer, e integer GENERATED ALWAYS AS (a + 9) STORED, g integer GENERATED ALWAYS AS (a + 2) STORED);
GRANT SELECT (b, g, e), UPDATE (d) ON t TO PUBLIC;
CREATE TABLE parted (id integer, g integer GENERATED ALWAYS AS (id + 2) STORED) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
GRANT SELECT (g) ON part TO PUBLIC;
