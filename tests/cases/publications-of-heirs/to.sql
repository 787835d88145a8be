CREATE TABLE parent (id integer PRIMARY KEY, note text);
CREATE TABLE child (more text) INHERITS (parent);
CREATE PUBLICATION filtered FOR TABLE parent (id, note) WHERE (id > 3);
CREATE PUBLICATION one FOR TABLE ONLY parent;
