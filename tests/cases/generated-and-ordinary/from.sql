CREATE TABLE t (a integer, b integer, c integer GENERATED ALWAYS AS (a * 2) STORED, d integer GENERATED ALWAYS AS (a + 1) STORED);
CREATE INDEX t_c ON t (c);
CREATE VIEW v AS SELECT c, d FROM t;
