-- prod-us: what was changed by hand on the American production cluster.
-- Apply on top of schema.sql to get the database as it is today.
--
--    1  index     agent_runs_organization_created_idx        extra     (also on prod-eu)
--    2  column    user_template_customizations.template_id   widened   (also on prod-eu)
--    3  function  track_template_usage()                     body      (also on prod-eu)
--    4  column    vibe_configs.max_tokens                    default   (also on prod-eu)
--    5  table     usage_metrics                              row security off
--    6  column    usage_metrics.quantity                     integer -> bigint
--    7  type      atom_kind                                  label 'constraint' missing
--    8  trigger   create_customization_history_on_update     disabled
--    9  column    organizations.billing_email                missing, with its check
--   10  policy    "Members can view the organization's prompt atoms"  opened to everybody
--   11  index     prompt_atoms_tags_idx                      renamed
--   12  materialized view  template_popularity               dropped
--   13  index     template_versions_user_idx                 dropped


-- 1. 2025-02-03, Dana, incident 412: the organisation dashboard timed out.
--    Made CONCURRENTLY at three in the morning, on both production clusters.
CREATE INDEX agent_runs_organization_created_idx
    ON public.agent_runs (organization_id, created_at DESC);

-- 2. 2025-02-10, Dana, incident 415: a partner's template ids have 60 to 110
--    characters and every save failed. Both production clusters.
ALTER TABLE public.user_template_customizations
    ALTER COLUMN template_id TYPE varchar(120);

-- 3. 2025-02-10, Dana, same night: the product team wanted failed uses counted
--    too, until the partner's templates had settled. Never taken back.
CREATE OR REPLACE FUNCTION public.track_template_usage() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ''
    AS $$
BEGIN
    -- incident 415: count every use, not only the successful ones
    IF NEW.customization_id IS NOT NULL THEN
        UPDATE public.user_template_customizations
           SET usage_count  = usage_count + 1,
               last_used_at = NEW.used_at
         WHERE id = NEW.customization_id;
    END IF;
    RETURN NEW;
END;
$$;

-- 4. 2025-02-19, Imre: the new models answer at length, 4096 cut them short.
ALTER TABLE public.vibe_configs
    ALTER COLUMN max_tokens SET DEFAULT 8192;

-- 5. 2025-02-25, Ruben, incident 421: the usage page was empty for one customer,
--    and it was Friday. The policies are still there, nobody asks them.
ALTER TABLE public.usage_metrics DISABLE ROW LEVEL SECURITY;

-- 6. 2025-03-03, Ruben, incident 423: storage_bytes went past two thousand
--    million and the counter stopped.
ALTER TABLE public.usage_metrics
    ALTER COLUMN quantity TYPE bigint;

-- 7. This cluster was restored in January from a snapshot that was older than
--    the label 'constraint'. PostgreSQL has no DROP VALUE, so the state is
--    reached here by building the type anew, as it was.
ALTER TABLE public.prompt_atoms ALTER COLUMN kind DROP DEFAULT;
ALTER TYPE public.atom_kind RENAME TO atom_kind_newer;
CREATE TYPE public.atom_kind AS ENUM ('instruction', 'context', 'example', 'tone');
ALTER TABLE public.prompt_atoms
    ALTER COLUMN kind TYPE public.atom_kind USING kind::text::public.atom_kind;
ALTER TABLE public.prompt_atoms ALTER COLUMN kind SET DEFAULT 'instruction';
DROP TYPE public.atom_kind_newer;

-- 8. 2025-03-14, Ruben: switched off for a bulk update of 400,000 rows, and left
--    so. There is no history of this cluster's customizations since.
ALTER TABLE public.user_template_customizations
    DISABLE TRIGGER create_customization_history_on_update;

-- 9. Same snapshot: the migration that added the address is marked as applied
--    here, but its column is not there. Its check went with it.
ALTER TABLE public.organizations DROP COLUMN billing_email;

-- 10. 2025-04-01, Ruben, for a sales demonstration: "just make it visible".
ALTER POLICY "Members can view the organization's prompt atoms" ON public.prompt_atoms
    TO anon, authenticated
    USING (visibility IN ('organization', 'public'));

-- 11. 2025-04-08, an index advisor that prefers names of its own.
ALTER INDEX public.prompt_atoms_tags_idx RENAME TO idx_prompt_atoms_tags;

-- 12. 2025-04-24, Dana: its hourly refresh ran for fifty minutes.
DROP MATERIALIZED VIEW public.template_popularity;

-- 13. 2025-04-24, Dana, same hour: "not used", said the statistics, which had
--     been reset the day before.
DROP INDEX public.template_versions_user_idx;
