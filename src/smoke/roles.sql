-- What roles can do beyond what they are granted.
select r.rolname::text as role,
       r.rolsuper as superuser,
       r.rolbypassrls as bypasses,
       r.rolinherit as inherits,
       (select array_agg(g.rolname::text order by g.rolname)
        from pg_catalog.pg_auth_members m
        join pg_catalog.pg_roles g on g.oid = m.roleid
        where m.member = r.oid) as member_of
from pg_catalog.pg_roles r
