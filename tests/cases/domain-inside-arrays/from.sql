CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE DOMAIN number AS integer;
CREATE DOMAIN plain AS text;
CREATE TABLE t (a code[] DEFAULT '{x}', b number DEFAULT 1, c plain);
