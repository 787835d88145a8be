CREATE DOMAIN code AS text CHECK (VALUE <> '') CONSTRAINT short CHECK (length(VALUE) < 9);
CREATE DOMAIN number AS bigint NOT NULL;
CREATE DOMAIN plain AS text CONSTRAINT short CHECK (length(VALUE) < 9);
CREATE TABLE t (a code[] DEFAULT '{x}', b number DEFAULT 2, c plain);
