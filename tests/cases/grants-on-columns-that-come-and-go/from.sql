CREATE TABLE t (a integer, c integer, g integer GENERATED ALWAYS AS (a + 1) STORED, d integer, e integer);
GRANT SELECT (c, g, d, e), UPDATE (d) ON t TO PUBLIC;
CREATE TABLE parted (id integer, g integer GENERATED ALWAYS AS (id + 1) STORED) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
GRANT SELECT (g) ON part TO PUBLIC;
