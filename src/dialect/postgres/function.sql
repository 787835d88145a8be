-- Functions, procedures and window functions; aggregates are a kind of their own.
-- print sql body: pg_get_function_sqlbody(t.oid)
select n.nspname as path1,
       p.proname || '(' || coalesce((select string_agg(format_type(a.type, null), ', ' order by a.at)
                               from unnest(p.proargtypes) with ordinality a(type, at)), '') || ')' as path2,
       p.oid as _oid,
       p.proacl::text[] as _acl,
       pg_get_userbyid(p.proowner) as owner,
       p.proname as name,
       p.prokind = 'w' as "window",
       pg_get_function_arguments(p.oid) as arguments,
       case when p.prokind <> 'p' then pg_get_function_result(p.oid) end as returns,
       l.lanname as language,
       case p.provolatile when 'i' then 'IMMUTABLE' when 's' then 'STABLE' end as volatility,
       p.proisstrict as strict,
       p.prosecdef as security_definer,
       p.proleakproof as leakproof,
       case p.proparallel when 's' then 'SAFE' when 'r' then 'RESTRICTED' end as parallel,
       case when p.procost <> (case when l.lanname in ('internal', 'c') then 1 else 100 end) then p.procost::text end as cost,
       case when p.prorows <> (case when p.proretset then 1000 else 0 end) then p.prorows::text end as rows,
       case when p.prosupport <> 0 then p.prosupport::text end as support,
       (select array_agg(format_type(t, null)) from unnest(p.protrftypes) t) as transforms,
       p.proconfig as configuration,
       case when l.lanname = 'c' then p.probin end as library,
       p.prosrc as body,
       case when p.prosqlbody is not null then p.oid end as sql_body, -- since 14
       (select e.description from pg_description e where e.objoid = p.oid and e.classoid = 'pg_proc'::regclass and e.objsubid = 0) as comment
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
join pg_language l on l.oid = p.prolang
where p.prokind in ('f', 'w') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and not exists (select 1 from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype in ('e', 'i'))
