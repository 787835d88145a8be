-- The labels that providers of mandatory access control or masking have put on objects.
select l.classoid as class, l.objoid as oid, l.objsubid as sub, l.provider, l.label,
       case when l.objsubid <> 0 then a.attname end as column_name
from pg_seclabel l
left join pg_attribute a on l.classoid = 'pg_class'::regclass and a.attrelid = l.objoid and a.attnum = l.objsubid
where l.objoid >= 16384 and l.classoid <> 'pg_largeobject'::regclass
order by l.classoid, l.objoid, l.objsubid, l.provider
