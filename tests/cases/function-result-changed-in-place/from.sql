CREATE FUNCTION rate(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT a';
CREATE FUNCTION rows_of() RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1';
CREATE TABLE t (a integer DEFAULT rate(1, 2), CHECK (rate(a, 1) > 0));
CREATE VIEW v AS SELECT a FROM rows_of();
COMMENT ON FUNCTION rate IS 'Rates';
