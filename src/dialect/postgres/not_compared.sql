-- What the database has and schemascope does not read yet, counted by kind.
select 'security labels of large objects' as kinds, count(*) as count from pg_seclabel where classoid = 'pg_largeobject'::regclass
union all
select 'security labels of roles, databases and tablespaces', count(*) from pg_shseclabel
union all
select 'large objects', count(*) from pg_largeobject_metadata
