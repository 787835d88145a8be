CREATE TABLE base (id integer, name text);
CREATE TABLE joins (id integer, name text, own text);
CREATE TABLE leaves (id integer, name text, extra text) INHERITS (base);
