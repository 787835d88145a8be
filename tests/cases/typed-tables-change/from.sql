CREATE TYPE pair AS (a text, b numeric, c boolean);
CREATE TABLE typed OF pair (a WITH OPTIONS NOT NULL, b WITH OPTIONS DEFAULT 1000, c WITH OPTIONS DEFAULT true, PRIMARY KEY (a));
CREATE TABLE comes (a text, b numeric, c boolean);
CREATE TABLE leaves OF pair;
