CREATE TABLE t (kind varchar(10) CONSTRAINT t_kind CHECK (kind IN ('a', 'b')), other varchar(10) DEFAULT 'x' CONSTRAINT t_other CHECK (other IN ('x', 'y')));
CREATE DOMAIN d AS varchar(5) CONSTRAINT d_check CHECK (VALUE IN ('p', 'q'));
CREATE VIEW v AS SELECT kind FROM t WHERE other IN ('x', 'y');
