CREATE SCHEMA "old place";
CREATE EXTENSION citext SCHEMA public;
CREATE EXTENSION pg_trgm SCHEMA public;
CREATE EXTENSION hstore SCHEMA "old place";

CREATE TABLE people (
    id integer PRIMARY KEY,
    email public.citext NOT NULL UNIQUE DEFAULT 'public.nobody'::public.citext,
    others public.citext[],
    more "old place".hstore DEFAULT ''::"old place".hstore,
    CHECK (email OPERATOR(public.<>) 'x'::public.citext)
);
CREATE INDEX people_email ON people USING gin (email public.gin_trgm_ops);
CREATE INDEX people_more ON people USING gin (more "old place".gin_hstore_ops);
CREATE INDEX people_lower ON people (public.similarity(email::text, 'x'));
CREATE DOMAIN address AS public.citext CHECK (VALUE OPERATOR(public.~) '@'::public.citext);
CREATE TYPE pair AS (one public.citext, two "old place".hstore);
CREATE VIEW seen AS SELECT id, email, more OPERATOR("old place".->) 'a' AS a FROM people;
CREATE FUNCTION nobody() RETURNS public.citext LANGUAGE sql IMMUTABLE AS 'SELECT NULL::text';
