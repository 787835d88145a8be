CREATE TABLE t (id integer, room text, during int4range, box box, note text,
    CONSTRAINT one UNIQUE (id),
    CONSTRAINT nulls UNIQUE (room),
    CONSTRAINT covering UNIQUE (note),
    CONSTRAINT deferred UNIQUE (id, note),
    CONSTRAINT room_once EXCLUDE USING gist (during WITH &&),
    CONSTRAINT box_once EXCLUDE USING gist (box WITH &&) DEFERRABLE,
    CONSTRAINT goes EXCLUDE (note WITH =));
CREATE TABLE u (id integer);
ALTER TABLE u ADD CONSTRAINT valid CHECK (id > 0) NOT VALID;
ALTER TABLE u ADD CONSTRAINT refers FOREIGN KEY (id) REFERENCES t (id) NOT VALID;
ALTER TABLE u ADD CONSTRAINT invalid CHECK (id > 1);
ALTER TABLE u ADD CONSTRAINT refers_too FOREIGN KEY (id) REFERENCES t (id);
CREATE UNIQUE INDEX i_nulls ON u (id) NULLS NOT DISTINCT;
