CREATE FUNCTION stamp(n integer, tail text) RETURNS character varying LANGUAGE sql IMMUTABLE AS $$ SELECT 's' || n || tail $$;
CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TABLE notes (
    id integer,
    code text DEFAULT stamp(1, 'x')::text,
    length integer GENERATED ALWAYS AS (length(stamp(id, 'y')::text)) STORED,
    CONSTRAINT notes_code CHECK (stamp(1, 'x')::text <> '')
);
CREATE INDEX notes_stamp ON notes ((stamp(id, 'y')::text));
CREATE TRIGGER notes_guard BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION guard();
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY stamped ON notes USING (stamp(1, 'x')::text = code);
CREATE VIEW stamps AS SELECT stamp(1, 'x') AS stamp FROM notes;
GRANT EXECUTE ON FUNCTION stamp TO stamper;
REVOKE EXECUTE ON FUNCTION stamp FROM PUBLIC;
