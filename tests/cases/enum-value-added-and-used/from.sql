CREATE TYPE state AS ENUM ('open', 'done');
CREATE TABLE jobs (id integer, state state NOT NULL DEFAULT 'open');
