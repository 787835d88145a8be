CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 3) STORED, c integer GENERATED ALWAYS AS (a * 4) STORED, d integer);
CREATE INDEX t_c ON t (c);
CREATE VIEW v AS SELECT c, d FROM t;
