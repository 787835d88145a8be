CREATE TABLE t (a integer CONSTRAINT t_a PRIMARY KEY WITH (fillfactor = 80), b integer CONSTRAINT t_b UNIQUE, c text);
CREATE INDEX t_c ON t (c) WITH (fillfactor = 60);
CREATE INDEX t_gin ON t USING gin (to_tsvector('simple', c));
CREATE TABLE other (a integer);
