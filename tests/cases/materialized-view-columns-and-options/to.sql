CREATE TABLE t (a text, b integer);
CREATE MATERIALIZED VIEW m WITH (autovacuum_enabled = false, toast.autovacuum_enabled = false) AS SELECT a, b FROM t;
ALTER MATERIALIZED VIEW m ALTER COLUMN b SET (n_distinct = -0.5, n_distinct_inherited = 3), ALTER COLUMN a SET STATISTICS 7;
