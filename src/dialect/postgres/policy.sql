-- Row security policies. Their expressions are told apart by their trees and by the columns that they use;
-- a subquery may name the table as well.
-- print using: (select pg_get_expr(p.polqual, p.polrelid) from pg_policy p where p.oid = t.oid)
-- print check: (select pg_get_expr(p.polwithcheck, p.polrelid) from pg_policy p where p.oid = t.oid)
select n.nspname as path1,
       c.relname as path2,
       p.polname as path3,
       'table' as parent,
       p.oid as _oid,
       not p.polpermissive as restrictive,
       case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' end as command,
       (select array_agg(case when r = 0 then 'public' else pg_get_userbyid(r)::text end order by r <> 0, pg_get_userbyid(r)::text)
        from unnest(p.polroles) r where p.polroles <> '{0}') as roles,
       c.oid as _relation,
       case when x.tree !~ 'SUBLINK' then encode(sha256(convert_to(x.tree, 'SQL_ASCII')), 'base64') end as _tree,
       case when x.tree !~ 'SUBLINK'
            then (select concat('{', string_agg(distinct v[1], ','), '}') from regexp_matches(x.tree, ':varattno (-?[0-9]+)', 'g') v) end as _used,
       case when p.polqual is not null then p.oid end as "using",
       case when p.polwithcheck is not null then p.oid end as "check",
       (select e.description from pg_description e where e.objoid = p.oid and e.classoid = 'pg_policy'::regclass and e.objsubid = 0) as comment
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
cross join lateral (select concat(p.polqual, ' ', p.polwithcheck)) x(tree)
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
