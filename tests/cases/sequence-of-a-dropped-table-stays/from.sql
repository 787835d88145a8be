CREATE TABLE old (id serial);
ALTER TABLE old ADD COLUMN n integer;
CREATE TABLE new (id integer);
