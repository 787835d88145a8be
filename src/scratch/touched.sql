-- The relations that this transaction has locked, with what became of them.
-- Object numbers below 16384 are the server's own.
SELECT l.relation::int8 AS oid,
       l.mode::text AS mode,
       c.oid IS NULL AS gone,
       n.nspname::text AS schema,
       c.relname::text AS name,
       pg_catalog.pg_relation_filenode(c.oid)::int8 AS filenode,
       pg_catalog.pg_stat_get_xact_numscans(l.relation)::int8 AS scans,
       (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attisdropped) AS dropped,
       (SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attgenerated = 'v') AS virtual
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= 16384
