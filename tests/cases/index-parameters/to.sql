CREATE TABLE t (a integer CONSTRAINT t_a PRIMARY KEY, b integer CONSTRAINT t_b UNIQUE WITH (deduplicate_items = 'off', fillfactor = 50), c text);
CREATE INDEX t_c ON t (c);
CREATE INDEX t_gin ON t USING gin (to_tsvector('simple', c)) WITH (fastupdate = 'off');
CREATE TABLE other (a integer CONSTRAINT other_a UNIQUE WITH (fillfactor = 40));
