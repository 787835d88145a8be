CREATE TABLE t (usual integer NOT NULL, named integer CONSTRAINT "a name" NOT NULL, gone integer CONSTRAINT gone NOT NULL, new integer, renamed integer CONSTRAINT before NOT NULL, alone integer CONSTRAINT alone NOT NULL, told integer CONSTRAINT told NOT NULL, open integer, closed integer);
ALTER TABLE t ADD CONSTRAINT closed NOT NULL closed NOT VALID;
CREATE TABLE own (id integer NOT NULL NO INHERIT, code integer CONSTRAINT coded NOT NULL NO INHERIT);
CREATE TABLE child (size integer) INHERITS (own);
CREATE DOMAIN usual AS integer NOT NULL;
CREATE DOMAIN renamed AS integer CONSTRAINT before NOT NULL;
CREATE DOMAIN new AS integer;
CREATE TABLE p (id integer NOT NULL, name text CONSTRAINT p_named NOT NULL) PARTITION BY LIST (id);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
