CREATE TABLE t (
    id integer PRIMARY KEY,
    a integer,
    v integer GENERATED ALWAYS AS (a * 3) VIRTUAL NOT NULL,
    k varchar(20) GENERATED ALWAYS AS (a::text || 'x') VIRTUAL,
    plain integer GENERATED ALWAYS AS (a + 7) VIRTUAL,
    computed integer,
    stored integer GENERATED ALWAYS AS (a + 1) VIRTUAL
);
GRANT SELECT (v, computed) ON t TO PUBLIC;
CREATE VIEW w AS SELECT id, v FROM t;
CREATE TABLE checked (a integer CHECK (a > 0), v integer GENERATED ALWAYS AS (a * 3) VIRTUAL);
CREATE TABLE published (id integer PRIMARY KEY, a integer, v integer GENERATED ALWAYS AS (a * 3) VIRTUAL);
CREATE PUBLICATION p FOR TABLE published;
CREATE TABLE parted (id integer, v integer GENERATED ALWAYS AS (id * 3) VIRTUAL) PARTITION BY LIST (id);
CREATE TABLE part PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE old_check (a integer, v integer GENERATED ALWAYS AS (a * 3) VIRTUAL);
