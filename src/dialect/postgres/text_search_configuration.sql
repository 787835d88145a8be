-- Configurations of text search: which dictionaries look at which tokens of a parser.
select n.nspname as path1,
       c.cfgname as path2,
       c.oid as _oid,
       pg_get_userbyid(c.cfgowner) as owner,
       (select quote_ident(m.nspname) || '.' || quote_ident(p.prsname)
        from pg_ts_parser p join pg_namespace m on m.oid = p.prsnamespace where p.oid = c.cfgparser) as parser,
       (select json_agg(json_build_array(x.alias, x.dictionaries) order by x.alias)
        from (select t.alias, json_agg(m.mapdict::regdictionary::text order by m.mapseqno) as dictionaries
              from pg_ts_config_map m join ts_token_type(c.cfgparser) t on t.tokid = m.maptokentype
              where m.mapcfg = c.oid group by t.alias) x) as mappings,
       obj_description(c.oid, 'pg_ts_config') as comment
from pg_ts_config c
join pg_namespace n on n.oid = c.cfgnamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
