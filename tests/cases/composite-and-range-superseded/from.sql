CREATE TYPE pair AS (a integer, b text);
CREATE TYPE span AS RANGE (subtype = integer);
CREATE TYPE mood AS ENUM ('sad', 'ok', 'glad');
CREATE DOMAIN feeling AS mood;
CREATE TABLE t (p pair, s span, f feeling DEFAULT 'ok');
CREATE FUNCTION sum_of(p pair) RETURNS integer LANGUAGE sql AS 'SELECT ($1).a';
