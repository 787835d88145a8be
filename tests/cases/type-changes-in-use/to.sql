CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    ref bigint NOT NULL DEFAULT 7,
    "odd ""name" date,
    note text,
    UNIQUE (ref, note),
    CHECK (ref > 0)
);
CREATE INDEX orders_ref_idx ON orders (ref DESC, note) WHERE note IS NOT NULL;
CREATE INDEX orders_twice_idx ON orders ((ref * 2));
COMMENT ON INDEX orders_ref_idx IS 'newest first';
COMMENT ON COLUMN orders.ref IS 'a number';
ALTER TABLE orders ALTER ref SET STATISTICS 50;
GRANT SELECT (ref) ON orders TO "case reader";
CREATE VIEW shown AS SELECT id, ref FROM orders;
GRANT SELECT ON shown TO "case reader";
CREATE VIEW shown_again AS SELECT id FROM shown WHERE ref > 10;
CREATE TABLE lines (order_id integer REFERENCES orders, n integer);
CREATE TABLE untouched (a bigint);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON untouched FOR EACH ROW EXECUTE FUNCTION touch();
