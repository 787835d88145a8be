-- Operators. A shell is one that another operator names and nobody has made yet.
select n.nspname as path1,
       o.oprname || '(' || coalesce(format_type(nullif(o.oprleft, 0), null), 'NONE') || ', '
            || coalesce(format_type(nullif(o.oprright, 0), null), 'NONE') || ')' as path2,
       o.oid as _oid,
       pg_get_userbyid(o.oprowner) as owner,
       o.oprname as name,
       format_type(nullif(o.oprleft, 0), null) as left,
       format_type(nullif(o.oprright, 0), null) as right,
       o.oprcode = 0 as shell,
       case when o.oprcode <> 0 then o.oprcode::text end as function,
       case when o.oprcode <> 0 then
            (select 'OPERATOR(' || quote_ident(m.nspname) || '.' || c.oprname || ')'
             from pg_operator c join pg_namespace m on m.oid = c.oprnamespace where c.oid = o.oprcom) end as commutator,
       case when o.oprcode <> 0 then
            (select 'OPERATOR(' || quote_ident(m.nspname) || '.' || c.oprname || ')'
             from pg_operator c join pg_namespace m on m.oid = c.oprnamespace where c.oid = o.oprnegate) end as negator,
       case when o.oprrest <> 0 then o.oprrest::text end as restrict,
       case when o.oprjoin <> 0 then o.oprjoin::text end as join,
       o.oprcanhash as hashes,
       o.oprcanmerge as merges,
       obj_description(o.oid, 'pg_operator') as comment
from pg_operator o
join pg_namespace n on n.oid = o.oprnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
