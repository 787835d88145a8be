-- Roles, but for those of the server itself and the one that made it. Passwords are not read.
select r.rolname as path1,
       r.rolsuper as superuser,
       r.rolcreatedb as creates_databases,
       r.rolcreaterole as creates_roles,
       r.rolcanlogin as logs_in,
       not r.rolinherit as does_not_inherit,
       r.rolreplication as replicates,
       r.rolbypassrls as bypasses_row_security,
       nullif(r.rolconnlimit, -1) as connection_limit,
       r.rolvaliduntil::text as valid_until,
       (select json_agg(m order by m.role)
        from (select g.rolname as role,
                     bool_or(a.inherit_option) as inherit, bool_or(a.set_option) as set, -- since 16
                     bool_or(a.admin_option) as admin
              from pg_auth_members a join pg_roles g on g.oid = a.roleid
              where a.member = r.oid group by g.rolname) m) as member_of,
       (select array_agg(s order by s) from pg_db_role_setting d, unnest(d.setconfig) s
        where d.setrole = r.oid and d.setdatabase = 0) as settings,
       (select array_agg(s order by s) from pg_db_role_setting d, unnest(d.setconfig) s
        where d.setrole = r.oid and d.setdatabase = (select b.oid from pg_database b where b.datname = current_database())) as settings_here,
       (select e.description from pg_shdescription e where e.objoid = r.oid and e.classoid = 'pg_authid'::regclass) as comment
from pg_roles r
where r.oid >= 16384
