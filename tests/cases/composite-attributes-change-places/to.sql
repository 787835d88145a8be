CREATE TYPE place AS (y integer, x bigint, label text);
CREATE TABLE t (id integer, at place);
