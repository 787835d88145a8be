CREATE TYPE place AS (x integer, y integer, name text);
CREATE TABLE t (id integer, at place);
