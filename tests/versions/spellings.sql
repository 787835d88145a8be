-- What servers of different versions print differently, or know in other words. For 13 and later.
CREATE SCHEMA s;
GRANT USAGE ON SCHEMA public TO reader;
CREATE TYPE s.span AS RANGE (subtype = numeric);
CREATE TYPE s.state AS ENUM ('new', 'done');
CREATE DOMAIN s.code AS varchar(8) DEFAULT 'a' CHECK (VALUE IN ('a', 'b') AND VALUE IS NOT NULL);

CREATE TABLE s.a (
    id         serial PRIMARY KEY,
    name       varchar(40) NOT NULL DEFAULT 'x' CHECK (name IN ('x', 'y', 'z')),
    short      char(3) CHECK (short = ANY (ARRAY['a', 'b'])),
    code       s.code,
    at         timestamptz DEFAULT now(),
    day        date DEFAULT CURRENT_DATE,
    amount     numeric(12, 2) DEFAULT 0 CHECK (amount BETWEEN 0 AND 100 OR amount IS NULL),
    year       integer GENERATED ALWAYS AS (EXTRACT(YEAR FROM DATE '2020-01-01')) STORED,
    state      s.state DEFAULT 'new',
    tags       text[] DEFAULT ARRAY[]::text[],
    during     s.span,
    who        text DEFAULT CURRENT_USER,
    CONSTRAINT years CHECK (EXTRACT(YEAR FROM day) > 1900 AND date_part('month', day) <= 12),
    CONSTRAINT once EXCLUDE USING gist (during WITH &&) WHERE (state <> 'done')
);
CREATE TABLE s.b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a integer REFERENCES s.a ON DELETE CASCADE, note text, at timestamptz);

CREATE INDEX years ON s.a (EXTRACT(YEAR FROM day));
CREATE INDEX zone ON s.a ((at AT TIME ZONE 'UTC'));
CREATE INDEX some_names ON s.a (lower(name)) WHERE name IN ('x', 'y') AND trim(both from name) <> '';

CREATE VIEW s.plain AS SELECT id, name, EXTRACT(EPOCH FROM at) AS seconds, EXTRACT(DOW FROM day) AS dow FROM s.a;
CREATE VIEW s.texts AS SELECT trim(name) AS t, trim(leading 'x' from name) AS l, trim(trailing from name) AS r,
    substring(name from 2 for 3) AS part, substring(name from '[a-z]+') AS found, position('a' in name) AS place,
    overlay(name placing 'z' from 1 for 2) AS laid, name LIKE 'a%' AS likes, name ILIKE 'b%' AS ilikes,
    name SIMILAR TO 'a|b' AS similar_to, collation for (name) AS c, normalize(name) AS n, name IS NORMALIZED AS is_n FROM s.a;
CREATE VIEW s.times AS SELECT at AT TIME ZONE 'UTC' AS utc, CURRENT_TIMESTAMP AS now, LOCALTIME AS lt,
    (day, day + 1) OVERLAPS (day, day + 2) AS o, date_part('year', at) AS y, interval '1 day' AS i,
    EXTRACT(YEAR FROM at) + EXTRACT(MONTH FROM at) AS sums, day - interval '1 month' AS before FROM s.a;
CREATE VIEW s.tests AS SELECT id IS DISTINCT FROM 1 AS d, id IS NOT DISTINCT FROM 2 AS nd, name IS NULL AS n, (id > 1) IS NOT TRUE AS nt,
    id = ANY (ARRAY[1, 2]) AS a, id NOT IN (3, 4) AS ni, name = ALL ('{a,b}') AS al, ROW(id, name) = ROW(1, 'x') AS ro,
    CASE name WHEN 'x' THEN 1 ELSE 2 END AS c, COALESCE(name, 'q') AS co, NULLIF(name, 'x') AS nu, GREATEST(id, 2) AS g, NOT id > 3 AS no FROM s.a;
CREATE VIEW s.joins AS SELECT a.id, b.note, x.n FROM s.a LEFT JOIN s.b ON b.a = a.id CROSS JOIN LATERAL (SELECT a.id + 1 AS n) x;
CREATE VIEW s.using AS SELECT * FROM s.a JOIN s.b USING (id, at) ORDER BY id;
CREATE VIEW s.counts AS SELECT name, count(*) FILTER (WHERE state = 'new') AS news, sum(amount) AS total, array_agg(id ORDER BY id DESC) AS ids,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS median, string_agg(DISTINCT name, ',') AS names
    FROM s.a GROUP BY GROUPING SETS ((name), ()) HAVING count(*) > 1;
CREATE VIEW s.windows AS SELECT id, row_number() OVER w AS n, lag(name, 1, 'none') OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS l,
    rank() OVER (PARTITION BY state ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES) AS r
    FROM s.a WINDOW w AS (PARTITION BY name ORDER BY id);
CREATE VIEW s.of_one AS SELECT x.n, x.n + 1 AS more FROM (SELECT a.id AS n FROM s.a WHERE a.id > 0) x WHERE x.n < 9;
CREATE VIEW s.of_values AS SELECT v.a FROM (VALUES (1, 'x'), (2, 'y')) v(a, b) ORDER BY v.b;
CREATE VIEW s.of_function AS SELECT f.n FROM generate_series(1, 3) WITH ORDINALITY AS f(n, at) WHERE f.at > 1;
CREATE VIEW s.of_functions AS SELECT f.n, f.m FROM ROWS FROM (generate_series(1, 3), generate_series(1, 4)) AS f(n, m);
CREATE VIEW s.of_renamed AS SELECT r.first FROM s.a AS r(first);
CREATE VIEW s.recursive AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3), m AS MATERIALIZED (SELECT 2 AS two)
    SELECT r.n, m.two FROM r, m;
CREATE VIEW s.sets AS (SELECT id, name FROM s.a EXCEPT SELECT 1, 'x') UNION SELECT id::integer, note FROM s.b ORDER BY 1 LIMIT 5 OFFSET 1;
CREATE VIEW s.firsts AS SELECT DISTINCT ON (name) name, id FROM s.a ORDER BY name, id DESC FETCH FIRST 3 ROWS WITH TIES;
CREATE VIEW s.functions AS SELECT f.n, f.ordinality, v.a, u.* FROM generate_series(1, 3) WITH ORDINALITY AS f(n), (VALUES (1, 'x'), (2, 'y')) v(a, b),
    unnest(ARRAY[1], ARRAY['x']) u(i, t), ROWS FROM (generate_series(1, 2), generate_series(1, 3)) g(x, y);
CREATE VIEW s.casts AS SELECT id::text AS t, name::varchar(3) AS v, '1'::numeric(5, 2) AS n, '{}'::jsonb -> 'a' AS j, '{}'::jsonb #>> '{a,b}' AS p,
    CAST(amount AS integer) AS i, tags[1] AS f, tags[1:2] AS sl, E'a\nb' AS e, B'101' AS b, X'1F' AS x, -1 AS m, - id AS neg, 1.0 AS d, 'x' || id AS cat FROM s.a;
CREATE VIEW s.xmls AS SELECT a.name AS "Odd ""Name", EXISTS (SELECT 1 FROM s.b WHERE b.a = a.id) AS has, ARRAY(SELECT b.note FROM s.b) AS notes,
    (SELECT max(b.id) FROM s.b) AS most, id IN (SELECT b.a FROM s.b) AS inside, name COLLATE "C" AS c FROM ONLY s.a TABLESAMPLE system (10);
CREATE MATERIALIZED VIEW s.kept AS SELECT EXTRACT(YEAR FROM day) AS year, count(*) FROM s.a GROUP BY 1;
CREATE INDEX kept_year ON s.kept (year);

CREATE FUNCTION s.f(a integer DEFAULT 1, b text DEFAULT 'x'::text) RETURNS TABLE (n integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.t() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE PROCEDURE s.p(INOUT a integer) LANGUAGE plpgsql AS $$BEGIN a := 1; END$$;
CREATE TRIGGER t BEFORE UPDATE OF name ON s.a FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name AND EXTRACT(YEAR FROM NEW.day) > 2000) EXECUTE PROCEDURE s.t();
CREATE RULE r AS ON INSERT TO s.b WHERE NEW.note IN ('a', 'b') DO ALSO UPDATE s.a SET name = trim(NEW.note) WHERE id = NEW.a;
ALTER TABLE s.a ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON s.a FOR SELECT TO reader USING (name IN ('x', 'y') AND EXTRACT(YEAR FROM day) = 2020 AND who IS NOT DISTINCT FROM CURRENT_USER);
CREATE POLICY q ON s.a USING (id IN (SELECT b.a FROM s.b WHERE b.at AT TIME ZONE 'UTC' > now()));

CREATE TABLE s.parts (at timestamptz, kind varchar(5), n integer) PARTITION BY RANGE (EXTRACT(YEAR FROM at AT TIME ZONE 'UTC'), n);
CREATE TABLE s.part_one PARTITION OF s.parts FOR VALUES FROM (2020, MINVALUE) TO (2021, MAXVALUE);
CREATE TABLE s.lists (kind varchar(5)) PARTITION BY LIST (lower(kind));
CREATE TABLE s.list_one PARTITION OF s.lists FOR VALUES IN ('x', 'y');
CREATE STATISTICS s.together ON name, state FROM s.a;

GRANT ALL ON s.a TO reader;
GRANT ALL ON ALL TABLES IN SCHEMA s TO "Writer of Things" WITH GRANT OPTION;
GRANT SELECT (name), UPDATE (name) ON s.a TO auditor;
GRANT ALL ON SEQUENCE s.a_id_seq TO reader;
GRANT ALL ON SCHEMA s TO reader;
GRANT ALL ON FUNCTION s.f(integer, text) TO reader;
REVOKE ALL ON s.b FROM postgres;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT ALL ON TABLES TO auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE auditor REVOKE ALL ON TABLES FROM auditor;
ALTER DEFAULT PRIVILEGES FOR ROLE auditor REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER TABLE s.parts OWNER TO auditor;
