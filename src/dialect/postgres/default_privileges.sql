-- Default privileges. An entry for all schemas takes the place of what new objects have by
-- themselves; an entry in a schema only adds to that.
select pg_get_userbyid(d.defaclrole) as path1,
       coalesce('in schema ' || n.nspname, 'in all schemas') as path2,
       k.kind as path3,
       d.oid as _oid,
       d.defaclacl::text[] as _acl,
       pg_get_userbyid(d.defaclrole) as _owner,
       case when d.defaclnamespace <> 0 then 'addition' else k.kind end as _grantable,
       n.nspname as schema
from pg_default_acl d
join (values ('r', 'tables'), ('S', 'sequences'), ('f', 'functions'), ('T', 'types'), ('n', 'schemas'), ('L', 'large objects'))
     as k(letter, kind) on k.letter = d.defaclobjtype::text
left join pg_namespace n on n.oid = d.defaclnamespace
