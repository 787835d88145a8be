CREATE TABLE t (a integer NOT NULL, b integer, c integer, CONSTRAINT t_a PRIMARY KEY (a), CONSTRAINT t_b UNIQUE (b));
CREATE UNIQUE INDEX t_c ON t (c);
