-- Triggers that were made by people, on the table where they were made.
-- print definition: pg_get_triggerdef(t.oid)
select n.nspname as path1,
       c.relname as path2,
       t.tgname as path3,
       case c.relkind when 'v' then 'view' when 'f' then 'foreign table' else 'table' end as parent,
       t.oid as _oid,
       c.oid as _relation,
       t.oid as definition,
       case t.tgenabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' when 'A' then 'ENABLE ALWAYS' end as enabled,
       k.states as enabled_in_partitions,
       (select e.description from pg_description e where e.objoid = t.oid and e.classoid = 'pg_trigger'::regclass and e.objsubid = 0) as comment
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
left join (with recursive clone as
                (select g.tgparentid as origin, g.tgrelid, g.tgenabled from pg_trigger g where g.tgparentid <> 0
                 union all
                 select g.tgparentid, k.tgrelid, k.tgenabled
                 from clone k join pg_trigger g on g.oid = k.origin and g.tgparentid <> 0)
           select k.origin, json_agg(json_build_array(kn.nspname, kc.relname,
                      case k.tgenabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' when 'A' then 'ENABLE ALWAYS' else 'ENABLE' end)
                      order by kn.nspname, kc.relname) as states
           from clone k
           join pg_trigger g on g.oid = k.origin and g.tgparentid = 0 and not g.tgisinternal and g.tgenabled <> k.tgenabled
           join pg_class kc on kc.oid = k.tgrelid
           join pg_namespace kn on kn.oid = kc.relnamespace
           group by k.origin) k on k.origin = t.oid
where not t.tgisinternal and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and t.tgparentid = 0
