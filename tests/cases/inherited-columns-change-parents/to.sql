CREATE TABLE parent (other text);
CREATE TABLE parent2 (id bigserial NOT NULL);
CREATE TABLE child (own integer) INHERITS (parent2);
CREATE TABLE steady (id bigserial NOT NULL, note text DEFAULT 'b');
CREATE TABLE stays (own integer) INHERITS (steady);
ALTER TABLE stays ALTER COLUMN note SET DEFAULT 'mine';
CREATE TABLE follows () INHERITS (steady);
COMMENT ON COLUMN follows.note IS 'of its own';
