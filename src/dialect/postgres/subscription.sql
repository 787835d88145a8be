-- Subscriptions of this database. Secrets in the connection stay on the server. Whether a subscription is enabled is no part of the schema: a copy must not
-- start to replicate.
-- superusers only
select s.subname as path1,
       s.oid as _oid,
       pg_get_userbyid(s.subowner) as owner,
       regexp_replace(regexp_replace(s.subconninfo, '(://[^:/@?\s]*):[^@\s]*@', '\1:***@', 'g'),
                      '\m(password|passfile|sslpassword|sslkey|oauth_client_secret)(\s*=\s*)(''(\\.|[^''\\])*''|[^\s&]+)', '\1\2***', 'gi') as connection,
       (select array_agg(p order by p) from unnest(s.subpublications) p) as publications,
       coalesce(s.subslotname::text, 'NONE') as slot,
       nullif(s.subsynccommit, 'off') as synchronous_commit,
       s.subbinary as "binary", -- since 14
       case when s.substream then 'on' else 'off' end as streaming, -- since 14 until 15
       case s.substream when 't' then 'on' when 'p' then 'parallel' else 'off' end as streaming, -- since 16
       s.subtwophasestate <> 'd' as two_phase, -- since 15
       s.subdisableonerr as disable_on_error, -- since 15
       not s.subpasswordrequired as no_password_required, -- since 16
       s.subrunasowner as run_as_owner, -- since 16
       nullif(s.suborigin, 'any') as origin, -- since 16
       s.subfailover as failover, -- since 17
       obj_description(s.oid, 'pg_subscription') as comment
from pg_subscription s
where s.subdbid = (select d.oid from pg_database d where d.datname = current_database())
