CREATE SCHEMA s;
CREATE TABLE s.t (id integer PRIMARY KEY, note text);
CREATE TABLE s.u (id integer PRIMARY KEY);
CREATE TABLE s.gone (id integer PRIMARY KEY);
CREATE PUBLICATION filtered FOR TABLE s.t (id, note) WHERE (id > 5), s.u;
CREATE PUBLICATION few FOR TABLE s.gone, s.u WITH (publish = 'insert');
CREATE PUBLICATION everything FOR ALL TABLES;
