CREATE TYPE place AS (x bigint, y integer, name text COLLATE "C");
CREATE TYPE span AS RANGE (subtype = bigint);
CREATE TABLE t (id integer);
CREATE FUNCTION f(place) RETURNS integer LANGUAGE sql AS 'SELECT 1';
