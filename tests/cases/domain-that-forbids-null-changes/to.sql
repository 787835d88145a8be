CREATE DOMAIN code AS text NOT NULL CHECK (VALUE <> '');
CREATE TABLE t (a code DEFAULT 'x', b integer);
