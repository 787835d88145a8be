CREATE TYPE pair AS (a text, b integer);
CREATE TABLE typed OF pair;
