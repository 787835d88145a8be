CREATE TYPE pair AS (a text, b numeric, c boolean);
CREATE TABLE typed OF pair (b WITH OPTIONS DEFAULT 5000, c WITH OPTIONS NOT NULL);
CREATE TABLE comes OF pair;
CREATE TABLE leaves (a text, b numeric, c boolean, d date);
