-- Every relation that is not the server's own, as it stands before a plan.
SELECT c.oid::int8 AS oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       c.relkind::text AS kind,
       pg_catalog.pg_relation_filenode(c.oid)::int8 AS filenode,
       pg_catalog.pg_stat_get_xact_numscans(c.oid)::int8 AS scans,
       i.indrelid::int8 AS "table",
       (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attisdropped) AS dropped,
       (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attgenerated = 'v') AS virtual
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
 WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f', 'S', 'i', 'I')
   AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
