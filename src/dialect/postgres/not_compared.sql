-- What the database has and schemascope does not read yet, counted by kind.
select 'base types' as kinds, count(*) as count from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'b' and t.typelem = 0 and t.oid >= 16384 and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e')
union all
select 'subscriptions', count(s.subdbid) from pg_subscription s
where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())
  and not (select r.rolsuper from pg_roles r where r.rolname = current_user)
union all
select 'options of user mappings', count(*) from pg_user_mappings
where umoptions is null and not (select r.rolsuper from pg_roles r where r.rolname = current_user)
union all
select 'operators', count(*) from pg_operator o
where o.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = 'pg_operator'::regclass and e.objid = o.oid and e.deptype = 'e')
union all
select 'operator classes', count(*) from pg_opclass o
where o.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = 'pg_opclass'::regclass and e.objid = o.oid and e.deptype = 'e')
union all
select 'operator families', count(*) from pg_opfamily o
where o.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = 'pg_opfamily'::regclass and e.objid = o.oid and e.deptype = 'e')
union all
select 'casts', count(*) from pg_cast c
where c.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = 'pg_cast'::regclass and e.objid = c.oid and e.deptype = 'e')
union all
select 'text search objects', count(*) from (
  select 'pg_ts_config'::regclass as class, oid from pg_ts_config union all
  select 'pg_ts_dict'::regclass, oid from pg_ts_dict union all
  select 'pg_ts_parser'::regclass, oid from pg_ts_parser union all
  select 'pg_ts_template'::regclass, oid from pg_ts_template) x
where x.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = x.class and e.objid = x.oid and e.deptype = 'e')
union all
select 'conversions', count(*) from pg_conversion c where c.oid >= 16384
union all
select 'languages', count(*) from pg_language l
where l.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = 'pg_language'::regclass and e.objid = l.oid and e.deptype = 'e')
union all
select 'transforms', count(*) from pg_transform t
where t.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = 'pg_transform'::regclass and e.objid = t.oid and e.deptype = 'e')
union all
select 'access methods', count(*) from pg_am a
where a.oid >= 16384 and not exists (select 1 from pg_depend e where e.classid = 'pg_am'::regclass and e.objid = a.oid and e.deptype = 'e')
union all
select 'security labels', count(*) from pg_seclabel
union all
select 'large objects', count(*) from pg_largeobject_metadata
