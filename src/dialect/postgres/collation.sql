-- Collations.
select n.nspname as path1,
       c.collname as path2,
       c.oid as _oid,
       pg_get_userbyid(c.collowner) as owner,
       case c.collprovider when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' else 'default' end as provider,
       case when c.collprovider = 'i' then c.collcollate::text end as locale, -- until 14
       c.colliculocale as locale, -- since 15 until 16
       c.colllocale as locale, -- since 17
       case when c.collprovider = 'c' then c.collcollate::text end as collate,
       case when c.collprovider = 'c' then c.collctype::text end as ctype,
       c.collicurules as rules, -- since 16
       not c.collisdeterministic as nondeterministic,
       obj_description(c.oid, 'pg_collation') as comment
from pg_collation c
join pg_namespace n on n.oid = c.collnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
