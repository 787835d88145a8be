CREATE SCHEMA "new place";
CREATE SCHEMA extensions;
CREATE EXTENSION citext SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;
CREATE EXTENSION hstore SCHEMA "new place";

CREATE TABLE people (
    id integer PRIMARY KEY,
    email extensions.citext NOT NULL UNIQUE DEFAULT 'public.nobody'::extensions.citext,
    others extensions.citext[],
    more "new place".hstore DEFAULT ''::"new place".hstore,
    CHECK (email OPERATOR(extensions.<>) 'x'::extensions.citext)
);
CREATE INDEX people_email ON people USING gin (email extensions.gin_trgm_ops);
CREATE INDEX people_more ON people USING gin (more "new place".gin_hstore_ops);
CREATE INDEX people_lower ON people (extensions.similarity(email::text, 'x'));
CREATE DOMAIN address AS extensions.citext CHECK (VALUE OPERATOR(extensions.~) '@'::extensions.citext);
CREATE TYPE pair AS (one extensions.citext, two "new place".hstore);
CREATE VIEW seen AS SELECT id, email, more OPERATOR("new place".->) 'a' AS a FROM people;
CREATE FUNCTION nobody() RETURNS extensions.citext LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text';
