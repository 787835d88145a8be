-- 000: the table in which the migrations are recorded

-- One row per migration file, written by whoever runs them.
CREATE TABLE schema_migrations (
    version       integer      PRIMARY KEY,
    name          text         NOT NULL,
    checksum      text         NOT NULL,
    applied_at    timestamptz  NOT NULL DEFAULT now(),
    applied_by    text         NOT NULL DEFAULT current_user,
    execution_ms  integer,
    CONSTRAINT schema_migrations_name_key       UNIQUE (name),
    CONSTRAINT schema_migrations_checksum_shape CHECK (checksum ~ '^[0-9a-f]{64}$')
);
COMMENT ON TABLE  schema_migrations          IS 'Which migration files have been run on this database';
COMMENT ON COLUMN schema_migrations.checksum IS 'SHA-256 of the file as it was run';
