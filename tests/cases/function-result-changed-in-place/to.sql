CREATE FUNCTION rate(x integer, b integer) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT x::bigint';
CREATE FUNCTION rows_of() RETURNS TABLE (a integer, b text) LANGUAGE sql AS 'SELECT 1, ''x''';
CREATE TABLE t (a integer DEFAULT rate(1, 2), CHECK (rate(a, 1) > 0));
CREATE VIEW v AS SELECT a FROM rows_of();
COMMENT ON FUNCTION rate IS 'Rates';
