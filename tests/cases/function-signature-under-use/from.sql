CREATE FUNCTION stamp(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 's' || n $$;
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TABLE notes (
    id integer,
    code text DEFAULT stamp(1)::text,
    length integer GENERATED ALWAYS AS (length(stamp(id)::text)) STORED,
    CONSTRAINT notes_code CHECK (stamp(1)::text <> '')
);
CREATE INDEX notes_stamp ON notes ((stamp(id)::text));
CREATE TRIGGER notes_guard BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION guard();
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY stamped ON notes USING (stamp(1)::text = code);
CREATE VIEW stamps AS SELECT stamp(1) AS stamp FROM notes;
GRANT EXECUTE ON FUNCTION stamp TO stamper;
REVOKE EXECUTE ON FUNCTION stamp FROM PUBLIC;
