CREATE TABLE t (id integer, room text, during int4range, box box, note text,
    CONSTRAINT one UNIQUE (id),
    CONSTRAINT nulls UNIQUE NULLS NOT DISTINCT (room),
    CONSTRAINT covering UNIQUE (note) INCLUDE (room) WITH (fillfactor = 70),
    CONSTRAINT deferred UNIQUE (id, note) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT room_once EXCLUDE USING gist (during WITH &&) WHERE (note IS NOT NULL),
    CONSTRAINT box_once EXCLUDE USING gist (box WITH &&) INCLUDE (during) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT comes EXCLUDE USING gist (int4range(id, id, '[]') WITH &&, box WITH &&));
COMMENT ON CONSTRAINT comes ON t IS 'New';
CREATE TABLE u (id integer);
ALTER TABLE u ADD CONSTRAINT valid CHECK (id > 0);
ALTER TABLE u ADD CONSTRAINT refers FOREIGN KEY (id) REFERENCES t (id);
ALTER TABLE u ADD CONSTRAINT invalid CHECK (id > 1) NOT VALID;
ALTER TABLE u ADD CONSTRAINT refers_too FOREIGN KEY (id) REFERENCES t (id) ON DELETE CASCADE NOT VALID;
CREATE UNIQUE INDEX i_nulls ON u (id);
