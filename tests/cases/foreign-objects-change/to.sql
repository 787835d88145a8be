CREATE SCHEMA s;
CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'it''s on');
GRANT USAGE ON FOREIGN DATA WRAPPER w TO intern;
CREATE SERVER far TYPE 'shop' VERSION '2' FOREIGN DATA WRAPPER w OPTIONS (host 'b', dbname 'd');
GRANT USAGE ON FOREIGN SERVER far TO intern;
COMMENT ON SERVER far IS 'Far away';
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (username 'y', password 'hush');
CREATE USER MAPPING FOR intern SERVER far OPTIONS (username 'i');
CREATE FOREIGN TABLE s.orders (id bigint OPTIONS (column_name 'number', key 'true') NOT NULL, note text, total numeric DEFAULT 0)
    SERVER far OPTIONS (table_name 'orders', schema_name 'x');
COMMENT ON FOREIGN TABLE s.orders IS 'Orders of the shop';
CREATE FOREIGN TABLE s.elsewhere (id integer) SERVER far;
GRANT SELECT (id) ON s.elsewhere TO intern;
CREATE VIEW s.notes AS SELECT id, note FROM s.orders;
