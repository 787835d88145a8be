-- The catalogs that hold a schema, apart from those that hold the rows of tables, statistics, or
-- what only the server needs. Each with whether this role may see its rows' versions.
select c.relname as name, has_table_privilege(c.oid, 'select') as readable
from pg_class c
where c.oid < 16384 and c.relkind = 'r' and c.relnamespace = 'pg_catalog'::regnamespace
  and c.relname not in ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject', 'pg_largeobject_metadata',
                        'pg_database', 'pg_parameter_acl', 'pg_replication_origin',
                        'pg_subscription_rel', 'pg_shdepend')
order by c.relname
