CREATE TYPE light AS ENUM ('red', 'amber', 'flashing', 'green');
CREATE TABLE crossing (
    id integer PRIMARY KEY,
    shows light NOT NULL DEFAULT 'red',
    history light[] NOT NULL DEFAULT '{red,amber}',
    CONSTRAINT crossing_not_stuck CHECK (shows <> ALL (history) OR shows = 'red')
);
CREATE INDEX crossing_moving ON crossing (shows) WHERE shows <> 'red';
CREATE VIEW moving AS SELECT id, shows FROM crossing WHERE shows > 'red';
CREATE VIEW moving_ids AS SELECT id FROM moving;
CREATE FUNCTION next_light(light) RETURNS light LANGUAGE sql IMMUTABLE AS $$ SELECT 'green'::light $$;
GRANT SELECT ON moving TO walker;
COMMENT ON VIEW moving IS 'Mind your step';
