CREATE TYPE place AS (x integer, y integer, z integer);
CREATE TYPE span AS RANGE (subtype = integer);
CREATE TABLE t (id integer, at place, within span);
CREATE FUNCTION f(place) RETURNS integer LANGUAGE sql AS 'SELECT 1';
