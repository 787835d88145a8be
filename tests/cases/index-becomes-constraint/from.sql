CREATE TABLE t (a integer NOT NULL, b integer, c integer, CONSTRAINT t_c UNIQUE (c));
CREATE UNIQUE INDEX t_a ON t (a);
CREATE UNIQUE INDEX t_b ON t (b);
