-- What the database has and schemascope does not read yet, counted by kind.
select 'base types' as kinds, count(*) as count from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'b' and t.typelem = 0 and t.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
union all
select 'security labels of large objects', count(*) from pg_seclabel where classoid = 'pg_largeobject'::regclass
union all
select 'security labels of roles, databases and tablespaces', count(*) from pg_shseclabel
union all
select 'large objects', count(*) from pg_largeobject_metadata
