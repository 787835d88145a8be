-- prod-eu: what was changed by hand on the European production cluster.
-- Apply on top of schema.sql to get the database as it is today.
--
--    1  index     agent_runs_organization_created_idx        extra     (also on prod-us)
--    2  column    user_template_customizations.template_id   widened   (also on prod-us)
--    3  function  track_template_usage()                     body      (also on prod-us)
--    4  column    vibe_configs.max_tokens                    default   (also on prod-us)
--    5  policy    "Users can delete their own feedback"      dropped
--    6  table     gdpr_export_2025_03                        extra, nobody knows it
--    7  column    invitations.expires_at                     nullable
--    8  type      run_status                                 extra label
--    9  view      agent_run_summary                          definition
--   10  foreign key  template_usage_analytics_agent_run_id_fkey  dropped
--   11  index     background_events_pending_idx              predicate
--   12  check     template_feedback_rating_range             loosened


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

-- 5. 2025-03-04, Imre, on request of legal: feedback must not vanish while the
--    consumer complaint is open. The case was closed in April.
DROP POLICY "Users can delete their own feedback" ON public.template_feedback;

-- 6. 2025-03-11, author unknown. Looks like an access request that was answered
--    by hand. No row security, and it holds personal data.
CREATE TABLE public.gdpr_export_2025_03 (
    user_id      uuid,
    email        text,
    everything   jsonb,
    exported_at  timestamp DEFAULT now()
);

-- 7. 2025-03-18, Sofia: an enterprise customer wanted invitations that never
--    expire. NULL means "never" there; the application does not know.
ALTER TABLE public.invitations
    ALTER COLUMN expires_at DROP NOT NULL;

-- 8. 2025-03-27, Imre: prepared for the pause button, which was then built with
--    a column of its own. An enum label cannot be dropped again.
ALTER TYPE public.run_status ADD VALUE 'paused' AFTER 'running';

-- 9. 2025-04-02, Sofia: time-outs of one provider spoilt the weekly report.
CREATE OR REPLACE VIEW public.agent_run_summary WITH (security_barrier = true) AS
SELECT r.organization_id,
       date_trunc('day', r.created_at)                   AS day,
       count(*)                                          AS runs,
       count(*) FILTER (WHERE r.status = 'succeeded')    AS succeeded,
       count(*) FILTER (WHERE r.status = 'failed')       AS failed,
       sum(r.total_tokens)                               AS tokens,
       sum(r.cost_usd)                                   AS cost_usd,
       avg(r.finished_at - r.started_at)                 AS average_duration
  FROM public.agent_runs r
 WHERE r.organization_id IS NOT NULL
 GROUP BY r.organization_id, date_trunc('day', r.created_at);

-- 10. 2025-04-15, Dana: deleting old runs waited for locks on the analytics
--     table. Dropped "for the night of the clean-up".
ALTER TABLE public.template_usage_analytics
    DROP CONSTRAINT template_usage_analytics_agent_run_id_fkey;

-- 11. 2025-04-22, Dana: the workers here retry failed events as well.
DROP INDEX public.background_events_pending_idx;
CREATE INDEX background_events_pending_idx
    ON public.background_events (run_after)
    WHERE status IN ('pending', 'failed');

-- 12. 2025-05-06, Sofia: an import from the old system has zero stars for
--     "no opinion".
ALTER TABLE public.template_feedback DROP CONSTRAINT template_feedback_rating_range;
ALTER TABLE public.template_feedback
    ADD CONSTRAINT template_feedback_rating_range CHECK (rating BETWEEN 0 AND 5);
