-- What a role that is no superuser sees the names of, but not what it is.
select 'subscription' as kind, s.subname as path1, null as path2, 'not visible to this role: only a superuser may read its connection' as reason
from pg_subscription s
where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())
union all
select 'user mapping', m.srvname, m.usename, 'not visible to this role: only its user and the owner of its server may read its options'
from pg_user_mappings m
join pg_foreign_server f on f.oid = m.srvid
where m.umoptions is null
  and not case when m.umuser = 0 then pg_has_role(f.srvowner, 'USAGE')
               else m.usename = current_user and (pg_has_role(f.srvowner, 'USAGE') or has_server_privilege(f.oid, 'USAGE')) end
