CREATE TABLE people (id integer PRIMARY KEY, name text);
CREATE TABLE things (id integer PRIMARY KEY);
CREATE VIEW names AS SELECT name FROM people;
