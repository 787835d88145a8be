CREATE TABLE p (id integer NOT NULL, k text, n integer DEFAULT 1) PARTITION BY LIST (k);
CREATE TABLE joins (id integer NOT NULL, k text, n integer DEFAULT 1);
CREATE TABLE joins_not_alike (id integer, k text, n integer);
CREATE TABLE leaves PARTITION OF p FOR VALUES IN ('l');
CREATE TABLE q (id integer NOT NULL, k text, n integer DEFAULT 1) PARTITION BY LIST (k);
CREATE TABLE moves PARTITION OF p FOR VALUES IN ('m');
CREATE INDEX joins_id ON joins (id);
