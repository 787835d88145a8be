CREATE SCHEMA s;
CREATE TYPE s.v AS (a integer);
CREATE FUNCTION s.less(s.v, s.v) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a < ($2).a';
CREATE FUNCTION s.less(s.v, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a < $2';
CREATE FUNCTION s.compare(s.v, s.v) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a - ($2).a';
CREATE FUNCTION s.compare(s.v, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a - $2';
CREATE FUNCTION s.text(s.v) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a::text';
CREATE OPERATOR s.<< (FUNCTION = s.less, LEFTARG = s.v, RIGHTARG = s.v, COMMUTATOR = OPERATOR(s.>>), RESTRICT = scalarltsel);
CREATE OPERATOR s.>> (FUNCTION = s.less, LEFTARG = s.v, RIGHTARG = s.v, COMMUTATOR = OPERATOR(s.<<));
CREATE OPERATOR s.<< (FUNCTION = s.less, LEFTARG = s.v, RIGHTARG = integer, NEGATOR = OPERATOR(s.>>=));
COMMENT ON OPERATOR s.<< (s.v, integer) IS 'Less';
CREATE OPERATOR FAMILY s.things USING btree;
CREATE OPERATOR CLASS s.by_a DEFAULT FOR TYPE s.v USING btree FAMILY s.things AS
    OPERATOR 1 s.<<, FUNCTION 1 s.compare(s.v, s.v);
ALTER OPERATOR FAMILY s.things USING btree
    ADD OPERATOR 1 s.<< (s.v, integer), FUNCTION 1 (s.v, integer) s.compare(s.v, integer);
CREATE TABLE s.t (v s.v);
CREATE INDEX t_v ON s.t (v s.by_a);
CREATE CAST (s.v AS text) WITH FUNCTION s.text(s.v);
CREATE CAST (text AS s.v) WITH INOUT AS IMPLICIT;
COMMENT ON CAST (text AS s.v) IS 'Reads one';
