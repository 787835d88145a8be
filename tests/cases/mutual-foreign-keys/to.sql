CREATE TABLE anchor (id integer PRIMARY KEY);
CREATE TABLE hen (id integer PRIMARY KEY, egg integer NOT NULL, anchor integer REFERENCES anchor);
CREATE TABLE egg (id integer PRIMARY KEY, hen integer NOT NULL REFERENCES hen DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE hen ADD CONSTRAINT hen_egg_fkey FOREIGN KEY (egg) REFERENCES egg ON DELETE CASCADE;
CREATE TABLE tree (id integer PRIMARY KEY, parent integer REFERENCES tree, root integer NOT NULL REFERENCES tree);
ALTER TABLE anchor ADD COLUMN hen integer REFERENCES hen;
