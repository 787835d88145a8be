CREATE TYPE pair AS (a text, b bigint, c date);
CREATE TABLE typed OF pair;
