CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE TABLE t (a code DEFAULT 'x', b integer);
CREATE INDEX t_a ON t (a);
CREATE VIEW v AS SELECT a FROM t;
