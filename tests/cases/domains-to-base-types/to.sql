CREATE DOMAIN plain AS integer;
CREATE DOMAIN checked AS integer CHECK (VALUE > 0);
CREATE DOMAIN short AS varchar(10);
CREATE DOMAIN over_checked AS checked;
CREATE TABLE t (a integer, b integer, c varchar(10), d integer, e plain, f checked, g plain, h varchar(20), i integer[], j over_checked, k bigint, l text);
