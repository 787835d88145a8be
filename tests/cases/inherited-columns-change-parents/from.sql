CREATE TABLE parent (id bigserial NOT NULL, gone text);
CREATE TABLE child (own integer) INHERITS (parent);
CREATE TABLE steady (id bigserial NOT NULL, note text DEFAULT 'a');
CREATE TABLE stays (own integer) INHERITS (steady);
ALTER TABLE stays ALTER COLUMN note SET DEFAULT 'mine';
ALTER TABLE stays ALTER COLUMN id DROP DEFAULT;
CREATE TABLE follows () INHERITS (steady);
COMMENT ON COLUMN follows.note IS 'of its own';
