CREATE TABLE all_people (id integer PRIMARY KEY, name text, hidden boolean);
CREATE VIEW people AS SELECT id, name FROM all_people WHERE NOT hidden;
CREATE MATERIALIZED VIEW things AS SELECT id FROM all_people;
CREATE VIEW names AS SELECT name FROM people;
