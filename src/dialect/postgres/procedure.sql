-- Procedures.
-- print sql body: pg_get_function_sqlbody(t.oid)
select n.nspname as path1,
       p.proname || '(' || coalesce((select string_agg(format_type(a.type, null), ', ' order by a.at)
                               from unnest(p.proargtypes) with ordinality a(type, at)), '') || ')' as path2,
       p.oid as _oid,
       p.proacl::text[] as _acl,
       pg_get_userbyid(p.proowner) as owner,
       p.proname as name,
       pg_get_function_arguments(p.oid) as arguments,
       l.lanname as language,
       p.prosecdef as security_definer,
       (select array_agg(format_type(t, null)) from unnest(p.protrftypes) t) as transforms,
       p.proconfig as configuration,
       case when l.lanname = 'c' then p.probin end as library,
       p.prosrc as body,
       case when p.prosqlbody is not null then p.oid end as sql_body, -- since 14
       obj_description(p.oid, 'pg_proc') as comment
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where p.prokind = 'p' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype in ('e', 'i'))
