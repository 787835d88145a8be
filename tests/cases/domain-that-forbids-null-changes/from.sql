CREATE DOMAIN code AS varchar(5) NOT NULL CHECK (VALUE <> '');
CREATE TABLE t (a code DEFAULT 'x', b integer);
