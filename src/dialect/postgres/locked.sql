-- The relations that another session has, or is about to have, for itself alone, and what speaks of
-- them: views, rules, policies, functions.
select l.relation, l.pid, concat(n.nspname, '.', c.relname) as name, coalesce(r.ev_class, d.objid) as dependent
from pg_locks l
join pg_class c on c.oid = l.relation
join pg_namespace n on n.oid = c.relnamespace
left join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.deptype in ('n', 'a')
left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid and r.rulename = '_RETURN'
where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.pid <> pg_backend_pid()
  and l.database = (select b.oid from pg_database b where b.datname = current_database())
