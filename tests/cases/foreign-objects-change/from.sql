CREATE SCHEMA s;
CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER far TYPE 'shop' VERSION '1' FOREIGN DATA WRAPPER w OPTIONS (host 'a', port '1');
CREATE SERVER gone FOREIGN DATA WRAPPER w;
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (username 'x', password 'hush');
CREATE USER MAPPING FOR PUBLIC SERVER gone;
CREATE FOREIGN TABLE s.orders (id integer OPTIONS (column_name 'nr'), note text, CONSTRAINT positive CHECK (id > 0))
    SERVER far OPTIONS (table_name 'o');
CREATE FOREIGN TABLE s.elsewhere (id integer) SERVER gone;
CREATE VIEW s.notes AS SELECT id, note FROM s.orders;
