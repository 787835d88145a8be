-- staging: ahead with a feature branch, behind with a migration, and poked at.
-- Apply on top of schema.sql to get the database as it is today.
--
--    1  table     template_presets                   missing
--    2  column    agent_runs.trace_id                extra
--    3  index     agent_runs_trace_idx               extra
--    4  table     experiment_flags                   extra
--    5  function  assign_experiment(uuid, text)      extra
--    6  index     prompt_atoms_embedding_idx         method and options
--    7  materialized view  template_popularity       definition
--    8  column    template_feedback.comment          not null, default
--    9  table     agent_runs                         comment
--   10  function  is_organization_member(uuid, member_role)  volatility
--   11  trigger   update_vibe_configs_updated_at     dropped
--   12  table     background_events                  row security off


-- 1. The migration that brought presets has not been run here yet.
DROP TABLE public.template_presets;

-- 2. and 3. Branch feature/tracing, deployed here two weeks ago.
ALTER TABLE public.agent_runs ADD COLUMN trace_id uuid;
CREATE INDEX agent_runs_trace_idx ON public.agent_runs (trace_id) WHERE trace_id IS NOT NULL;

-- 4. and 5. Branch feature/experiments, abandoned, but still deployed.
CREATE TABLE public.experiment_flags (
    user_id      uuid         NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    experiment   text         NOT NULL,
    variant      text         NOT NULL DEFAULT 'control',
    assigned_at  timestamptz  NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, experiment)
);
COMMENT ON TABLE public.experiment_flags IS 'Which variant of an experiment a user sees';

CREATE FUNCTION public.assign_experiment(who uuid, what text) RETURNS text
    LANGUAGE sql
    AS $$
    INSERT INTO public.experiment_flags (user_id, experiment, variant)
    VALUES (who, what, CASE WHEN random() < 0.5 THEN 'control' ELSE 'treatment' END)
    ON CONFLICT (user_id, experiment) DO UPDATE SET assigned_at = excluded.assigned_at
    RETURNING variant
$$;

-- 6. This machine is too small to build the graph, so the vectors got lists.
DROP INDEX public.prompt_atoms_embedding_idx;
CREATE INDEX prompt_atoms_embedding_idx ON public.prompt_atoms
    USING ivfflat (embedding extensions.vector_cosine_ops) WITH (lists = 100);

-- 7. The team wants to see failed uses too. A materialized view cannot be
--    replaced: its index, comment and grant are made again, as they were.
DROP MATERIALIZED VIEW public.template_popularity;
CREATE MATERIALIZED VIEW public.template_popularity AS
SELECT a.template_id,
       count(*)                   AS uses,
       count(DISTINCT a.user_id)  AS users,
       max(a.used_at)             AS last_used_at,
       (SELECT round(avg(f.rating), 2)
          FROM public.template_feedback f
         WHERE f.template_id = a.template_id) AS average_rating
  FROM public.template_usage_analytics a
 GROUP BY a.template_id;
COMMENT ON MATERIALIZED VIEW public.template_popularity IS 'Refreshed every hour, concurrently';
CREATE UNIQUE INDEX template_popularity_template_key ON public.template_popularity (template_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.template_popularity TO service_role;

-- 8. A front-end developer was tired of NULL.
UPDATE public.template_feedback SET comment = '' WHERE comment IS NULL;
ALTER TABLE public.template_feedback
    ALTER COLUMN comment SET DEFAULT '',
    ALTER COLUMN comment SET NOT NULL;

-- 9. Left by the same branch as 2.
COMMENT ON TABLE public.agent_runs IS 'One execution of an agent (trace_id: see the tracing branch)';

-- 10. While hunting a stale membership in one long transaction.
ALTER FUNCTION public.is_organization_member(uuid, public.member_role) VOLATILE;

-- 11. A fixture loader wanted to set updated_at itself.
DROP TRIGGER update_vibe_configs_updated_at ON public.vibe_configs;

-- 12. Switched off while the workers were being debugged.
ALTER TABLE public.background_events DISABLE ROW LEVEL SECURITY;
