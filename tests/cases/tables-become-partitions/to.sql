CREATE TABLE p (id integer NOT NULL, k text, n integer DEFAULT 1) PARTITION BY LIST (k);
CREATE TABLE joins PARTITION OF p FOR VALUES IN ('j');
CREATE TABLE joins_not_alike PARTITION OF p FOR VALUES IN ('n');
CREATE TABLE leaves (id integer NOT NULL, k text, n integer DEFAULT 1);
CREATE TABLE q (id integer NOT NULL, k text, n integer DEFAULT 1) PARTITION BY LIST (k);
CREATE TABLE moves PARTITION OF q FOR VALUES IN ('m');
CREATE INDEX joins_id ON joins (id);
