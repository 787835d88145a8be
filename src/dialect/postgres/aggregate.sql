-- Aggregate functions.
select n.nspname as path1,
       p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as path2,
       p.oid as _oid,
       p.proacl::text[] as _acl,
       pg_get_userbyid(p.proowner) as owner,
       p.proname as name,
       pg_get_function_arguments(p.oid) as arguments,
       case g.aggkind when 'o' then 'ordered-set' when 'h' then 'hypothetical' end as set,
       g.aggtransfn::text as state_function,
       format_type(g.aggtranstype, null) as state_type,
       case when g.aggtransspace <> 0 then g.aggtransspace end as state_size,
       case when g.aggfinalfn <> 0 then g.aggfinalfn::text end as final_function,
       g.aggfinalextra as final_extra,
       case when g.aggfinalmodify <> (case when g.aggkind = 'n' then 'r' else 'w' end)
            then case g.aggfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end end as final_modify,
       case when g.aggcombinefn <> 0 then g.aggcombinefn::text end as combine_function,
       case when g.aggserialfn <> 0 then g.aggserialfn::text end as serial_function,
       case when g.aggdeserialfn <> 0 then g.aggdeserialfn::text end as deserial_function,
       to_json(g.agginitval) as initial_value,
       case when g.aggmtransfn <> 0 then g.aggmtransfn::text end as moving_state_function,
       case when g.aggminvtransfn <> 0 then g.aggminvtransfn::text end as moving_inverse_function,
       case when g.aggmtranstype <> 0 then format_type(g.aggmtranstype, null) end as moving_state_type,
       case when g.aggmtransspace <> 0 then g.aggmtransspace end as moving_state_size,
       case when g.aggmfinalfn <> 0 then g.aggmfinalfn::text end as moving_final_function,
       g.aggmfinalextra as moving_final_extra,
       case when g.aggmfinalmodify <> (case when g.aggkind = 'n' then 'r' else 'w' end)
            then case g.aggmfinalmodify when 'r' then 'READ_ONLY' when 's' then 'SHAREABLE' else 'READ_WRITE' end end as moving_final_modify,
       to_json(g.aggminitval) as moving_initial_value,
       case when g.aggsortop <> 0 then g.aggsortop::regoper::text end as sort_operator,
       case p.proparallel when 's' then 'SAFE' when 'r' then 'RESTRICTED' end as parallel,
       obj_description(p.oid, 'pg_proc') as comment
from pg_proc p
join pg_aggregate g on g.aggfnoid = p.oid
join pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
