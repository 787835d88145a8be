CREATE TYPE state AS ENUM ('draft', 'open', 'paused', 'done');
CREATE TABLE jobs (id integer, state state NOT NULL DEFAULT 'draft', before state DEFAULT 'paused');
ALTER TABLE jobs ADD CONSTRAINT jobs_state CHECK (state <> 'paused' OR id > 0);
CREATE VIEW drafts AS SELECT id FROM jobs WHERE state = 'draft';
CREATE INDEX jobs_paused ON jobs (id) WHERE state = 'paused';
