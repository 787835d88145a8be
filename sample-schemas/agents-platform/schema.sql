-- agents-platform: the canonical schema
--
-- A multi-tenant platform on which people collect prompt fragments ("atoms"),
-- combine them under a tone of voice ("vibe"), run agents with the result, and
-- share their customised templates with colleagues.
--
-- Conventions
--   * Every table that holds a user's data has row security, and one policy
--     each for SELECT, INSERT, UPDATE and DELETE. Organisations only ever add
--     permissive policies on top of these.
--   * A policy never queries another table that has policies: it asks a
--     SECURITY DEFINER function. Otherwise two tables whose policies ask each
--     other end in "infinite recursion detected in policy".
--   * SECURITY DEFINER functions pin an empty search_path and qualify names.
--   * Policies write (SELECT auth.uid()), not auth.uid(): the planner then
--     evaluates it once per statement and not once per row.
--
-- Loads into an empty database, PostgreSQL 13 or newer, with pgvector >= 0.5.
-- The roles anon, authenticated and service_role belong to the cluster, not to
-- this file; service_role is meant to have BYPASSRLS.

CREATE SCHEMA auth;
COMMENT ON SCHEMA auth IS 'What the API gateway tells us about the caller';

CREATE SCHEMA extensions;
COMMENT ON SCHEMA extensions IS 'Home of every extension, so that public holds nothing but our own objects';

CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions;


-- ---------------------------------------------------------------------------
-- Who is calling
-- ---------------------------------------------------------------------------

CREATE FUNCTION auth.uid() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;

COMMENT ON FUNCTION auth.uid() IS 'Account of the caller, NULL when the request carries no token';


-- ---------------------------------------------------------------------------
-- Types
-- ---------------------------------------------------------------------------

CREATE TYPE public.atom_kind         AS ENUM ('instruction', 'context', 'example', 'constraint', 'tone');
CREATE TYPE public.event_status      AS ENUM ('pending', 'processing', 'done', 'failed');
CREATE TYPE public.invitation_status AS ENUM ('pending', 'accepted', 'revoked', 'expired');
CREATE TYPE public.run_status        AS ENUM ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out');
CREATE TYPE public.share_permission  AS ENUM ('view', 'use', 'edit');
CREATE TYPE public.visibility        AS ENUM ('private', 'organization', 'public');

-- In ascending order of power: is_organization_member() compares with >=.
CREATE TYPE public.member_role       AS ENUM ('viewer', 'member', 'admin', 'owner');
COMMENT ON TYPE public.member_role IS 'Ascending order of power; new labels must be added in their place';


-- ---------------------------------------------------------------------------
-- People and organisations
-- ---------------------------------------------------------------------------

CREATE TABLE public.user_profiles (
    user_id       uuid         PRIMARY KEY,
    display_name  varchar(80)  NOT NULL,
    email         text         NOT NULL,
    avatar_url    text,
    locale        text         NOT NULL DEFAULT 'en',
    preferences   jsonb        NOT NULL DEFAULT '{}',
    suspended_at  timestamptz,
    created_at    timestamptz  NOT NULL DEFAULT now(),
    updated_at    timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT user_profiles_email_shape        CHECK (email LIKE '%_@_%'),
    CONSTRAINT user_profiles_preferences_object CHECK (jsonb_typeof(preferences) = 'object')
);
COMMENT ON TABLE  public.user_profiles              IS 'One row per account; the account itself lives with the identity provider';
COMMENT ON COLUMN public.user_profiles.user_id      IS 'The subject of the access token, see auth.uid()';
COMMENT ON COLUMN public.user_profiles.suspended_at IS 'Set by support; a suspended account can read but not start runs';

CREATE UNIQUE INDEX user_profiles_email_key ON public.user_profiles (lower(email));

CREATE TABLE public.organizations (
    id             uuid         PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    name           varchar(120) NOT NULL,
    slug           varchar(60)  NOT NULL UNIQUE,
    owner_id       uuid         NOT NULL REFERENCES public.user_profiles (user_id),
    billing_email  text,
    seats          integer      NOT NULL DEFAULT 5,
    settings       jsonb        NOT NULL DEFAULT '{}',
    created_at     timestamptz  NOT NULL DEFAULT now(),
    updated_at     timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT organizations_slug_shape          CHECK (slug ~ '^[a-z0-9](-?[a-z0-9])+$'),
    CONSTRAINT organizations_billing_email_shape CHECK (billing_email LIKE '%_@_%'),
    CONSTRAINT organizations_seats_positive      CHECK (seats > 0)
);
COMMENT ON TABLE public.organizations IS 'The tenant: what is billed, and within what things are shared';

CREATE INDEX organizations_owner_idx ON public.organizations (owner_id);

CREATE TABLE public.organization_members (
    organization_id  uuid                NOT NULL REFERENCES public.organizations (id) ON DELETE CASCADE,
    user_id          uuid                NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    role             public.member_role  NOT NULL DEFAULT 'member',
    joined_at        timestamptz         NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, user_id)
);
COMMENT ON TABLE public.organization_members IS 'Who belongs to which organisation, and what they may do there';

-- "Which organisations am I in?" is asked by every policy.
CREATE INDEX organization_members_user_idx ON public.organization_members (user_id) INCLUDE (role);

CREATE TABLE public.invitations (
    id               uuid                      PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    organization_id  uuid                      NOT NULL REFERENCES public.organizations (id) ON DELETE CASCADE,
    user_id          uuid                      NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    email            text                      NOT NULL,
    role             public.member_role        NOT NULL DEFAULT 'member',
    status           public.invitation_status  NOT NULL DEFAULT 'pending',
    token_hash       bytea                     NOT NULL UNIQUE,
    expires_at       timestamptz               NOT NULL DEFAULT now() + interval '7 days',
    accepted_at      timestamptz,
    created_at       timestamptz               NOT NULL DEFAULT now(),
    CONSTRAINT invitations_not_as_owner      CHECK (role <> 'owner'),
    CONSTRAINT invitations_accepted_has_time CHECK ((status = 'accepted') = (accepted_at IS NOT NULL)),
    CONSTRAINT invitations_expire_later      CHECK (expires_at > created_at)
);
COMMENT ON TABLE  public.invitations            IS 'Invitations by mail to join an organisation';
COMMENT ON COLUMN public.invitations.user_id    IS 'The member who sent the invitation';
COMMENT ON COLUMN public.invitations.token_hash IS 'SHA-256 of the token in the link; the token itself is never stored';

-- One open invitation for an address; old ones stay as a record.
CREATE UNIQUE INDEX invitations_one_pending_idx
    ON public.invitations (organization_id, lower(email))
    WHERE status = 'pending';


-- ---------------------------------------------------------------------------
-- Prompts and runs
-- ---------------------------------------------------------------------------

CREATE TABLE public.prompt_atoms (
    id               uuid               PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    user_id          uuid               NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    organization_id  uuid               REFERENCES public.organizations (id) ON DELETE SET NULL,
    kind             public.atom_kind   NOT NULL DEFAULT 'instruction',
    name             varchar(120)       NOT NULL,
    content          text               NOT NULL,
    tags             text[]             NOT NULL DEFAULT '{}',
    metadata         jsonb              NOT NULL DEFAULT '{}',
    visibility       public.visibility  NOT NULL DEFAULT 'private',
    embedding        extensions.vector(384),
    -- 'simple': prompts come in every language, stemming them as English would lose words.
    search           tsvector           GENERATED ALWAYS AS (to_tsvector('simple', name || ' ' || content)) STORED,
    created_at       timestamptz        NOT NULL DEFAULT now(),
    updated_at       timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT prompt_atoms_content_length  CHECK (char_length(content) BETWEEN 1 AND 20000),
    CONSTRAINT prompt_atoms_shared_has_home CHECK (visibility <> 'organization' OR organization_id IS NOT NULL)
);
COMMENT ON TABLE  public.prompt_atoms           IS 'The smallest reusable piece of a prompt';
COMMENT ON COLUMN public.prompt_atoms.embedding IS 'all-MiniLM-L6-v2 of the content; NULL until the embedding worker has seen the row';

CREATE UNIQUE INDEX prompt_atoms_user_name_key       ON public.prompt_atoms (user_id, lower(name));
CREATE INDEX        prompt_atoms_organization_idx    ON public.prompt_atoms (organization_id) WHERE organization_id IS NOT NULL;
CREATE INDEX        prompt_atoms_tags_idx            ON public.prompt_atoms USING gin (tags);
CREATE INDEX        prompt_atoms_metadata_idx        ON public.prompt_atoms USING gin (metadata jsonb_path_ops);
CREATE INDEX        prompt_atoms_search_idx          ON public.prompt_atoms USING gin (search);
CREATE INDEX        prompt_atoms_embedding_idx       ON public.prompt_atoms
    USING hnsw (embedding extensions.vector_cosine_ops) WITH (m = 16, ef_construction = 64);

CREATE TABLE public.vibe_configs (
    id               uuid          PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    user_id          uuid          NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    organization_id  uuid          REFERENCES public.organizations (id) ON DELETE SET NULL,
    name             varchar(80)   NOT NULL,
    model            text          NOT NULL,
    temperature      numeric(3,2)  NOT NULL DEFAULT 0.70,
    max_tokens       integer       NOT NULL DEFAULT 4096,
    settings         jsonb         NOT NULL DEFAULT '{}',
    is_default       boolean       NOT NULL DEFAULT false,
    created_at       timestamptz   NOT NULL DEFAULT now(),
    updated_at       timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT vibe_configs_temperature_range CHECK (temperature BETWEEN 0 AND 2),
    CONSTRAINT vibe_configs_max_tokens_range  CHECK (max_tokens BETWEEN 1 AND 200000),
    UNIQUE (user_id, name)
);
COMMENT ON TABLE public.vibe_configs IS 'A tone of voice: model, sampling settings and style, under one name';

-- At most one default for a user.
CREATE UNIQUE INDEX vibe_configs_one_default_idx ON public.vibe_configs (user_id) WHERE is_default;
CREATE INDEX        vibe_configs_settings_idx    ON public.vibe_configs USING gin (settings);

CREATE TABLE public.agent_runs (
    id                 uuid               PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    user_id            uuid               NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    organization_id    uuid               REFERENCES public.organizations (id) ON DELETE SET NULL,
    vibe_config_id     uuid               REFERENCES public.vibe_configs (id) ON DELETE SET NULL,
    status             public.run_status  NOT NULL DEFAULT 'queued',
    input              jsonb              NOT NULL,
    output             jsonb,
    error              text,
    prompt_tokens      integer            NOT NULL DEFAULT 0,
    completion_tokens  integer            NOT NULL DEFAULT 0,
    total_tokens       integer            GENERATED ALWAYS AS (prompt_tokens + completion_tokens) STORED,
    cost_usd           numeric(12,6)      NOT NULL DEFAULT 0,
    started_at         timestamptz,
    finished_at        timestamptz,
    created_at         timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT agent_runs_tokens_not_negative CHECK (prompt_tokens >= 0 AND completion_tokens >= 0),
    CONSTRAINT agent_runs_cost_not_negative   CHECK (cost_usd >= 0),
    CONSTRAINT agent_runs_times_in_order      CHECK (finished_at IS NULL OR finished_at >= started_at),
    CONSTRAINT agent_runs_failed_has_error    CHECK (status <> 'failed' OR error IS NOT NULL)
);
COMMENT ON TABLE  public.agent_runs          IS 'One execution of an agent, from the queue to its result';
COMMENT ON COLUMN public.agent_runs.cost_usd IS 'As billed by the model provider, fixed when the run ends';

CREATE INDEX agent_runs_user_created_idx ON public.agent_runs (user_id, created_at DESC);
CREATE INDEX agent_runs_vibe_config_idx  ON public.agent_runs (vibe_config_id);
CREATE INDEX agent_runs_input_idx        ON public.agent_runs USING gin (input jsonb_path_ops);
-- What the scheduler polls. Finished runs are 99 % of the table and stay out.
CREATE INDEX agent_runs_open_idx         ON public.agent_runs (created_at) WHERE status IN ('queued', 'running');

CREATE TABLE public.background_events (
    id          bigint               GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id     uuid                 NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    run_id      uuid                 REFERENCES public.agent_runs (id) ON DELETE CASCADE,
    event_type  text                 NOT NULL,
    payload     jsonb                NOT NULL DEFAULT '{}',
    status      public.event_status  NOT NULL DEFAULT 'pending',
    attempts    smallint             NOT NULL DEFAULT 0,
    run_after   timestamptz          NOT NULL DEFAULT now(),
    created_at  timestamptz          NOT NULL DEFAULT now(),
    updated_at  timestamptz          NOT NULL DEFAULT now(),
    CONSTRAINT background_events_type_shape     CHECK (event_type ~ '^[a-z_]+(\.[a-z_]+)+$'),
    CONSTRAINT background_events_attempts_range CHECK (attempts BETWEEN 0 AND 10)
);
COMMENT ON TABLE public.background_events IS 'Work queue of the background workers, taken with FOR UPDATE SKIP LOCKED';

CREATE INDEX background_events_user_idx    ON public.background_events (user_id);
CREATE INDEX background_events_run_idx     ON public.background_events (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX background_events_pending_idx ON public.background_events (run_after) WHERE status = 'pending';
CREATE INDEX background_events_payload_idx ON public.background_events USING gin (payload);


-- ---------------------------------------------------------------------------
-- Templates: the shipped ones live in the application, under their template_id;
-- here is what users make of them.
-- ---------------------------------------------------------------------------

CREATE TABLE public.user_template_customizations (
    id               uuid          PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    user_id          uuid          NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    template_id      varchar(50)   NOT NULL,
    name             varchar(120)  NOT NULL,
    custom_content   text          NOT NULL,
    variables        jsonb         NOT NULL DEFAULT '{}',
    is_active        boolean       NOT NULL DEFAULT true,
    usage_count      integer       NOT NULL DEFAULT 0,
    last_used_at     timestamptz,
    created_at       timestamptz   NOT NULL DEFAULT now(),
    updated_at       timestamptz   NOT NULL DEFAULT now(),
    CONSTRAINT user_template_customizations_usage_not_negative CHECK (usage_count >= 0),
    CONSTRAINT user_template_customizations_name_key           UNIQUE (user_id, template_id, name)
);
COMMENT ON TABLE  public.user_template_customizations             IS 'A user''s own variant of a shipped template';
COMMENT ON COLUMN public.user_template_customizations.usage_count IS 'Kept by track_template_usage()';

CREATE INDEX user_template_customizations_active_idx
    ON public.user_template_customizations (user_id, template_id)
    WHERE is_active;
CREATE INDEX user_template_customizations_variables_idx
    ON public.user_template_customizations USING gin (variables);

CREATE TABLE public.template_versions (
    id                uuid         PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    customization_id  uuid         NOT NULL REFERENCES public.user_template_customizations (id) ON DELETE CASCADE,
    user_id           uuid         NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    version_number    integer      NOT NULL,
    content           text         NOT NULL,
    variables         jsonb        NOT NULL DEFAULT '{}',
    change_summary    text,
    created_at        timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT template_versions_number_positive CHECK (version_number > 0),
    UNIQUE (customization_id, version_number)
);
COMMENT ON TABLE public.template_versions IS 'Versions that a user saved on purpose, with a number and a summary';

CREATE INDEX template_versions_user_idx ON public.template_versions (user_id);

CREATE TABLE public.template_customization_history (
    id                bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customization_id  uuid         NOT NULL REFERENCES public.user_template_customizations (id) ON DELETE CASCADE,
    user_id           uuid         NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    action            text         NOT NULL,
    old_values        jsonb,
    new_values        jsonb        NOT NULL,
    changed_at        timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT template_customization_history_action CHECK (action IN ('created', 'updated', 'activated', 'deactivated'))
);
COMMENT ON TABLE public.template_customization_history IS 'Every change of a customization, written by create_customization_history()';

CREATE INDEX template_customization_history_customization_idx
    ON public.template_customization_history (customization_id, changed_at DESC);
CREATE INDEX template_customization_history_user_idx
    ON public.template_customization_history (user_id);

CREATE TABLE public.template_usage_analytics (
    id                bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id           uuid         NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    template_id       varchar(50)  NOT NULL,
    customization_id  uuid         REFERENCES public.user_template_customizations (id) ON DELETE SET NULL,
    agent_run_id      uuid         REFERENCES public.agent_runs (id) ON DELETE SET NULL,
    render_ms         integer      NOT NULL,
    succeeded         boolean      NOT NULL DEFAULT true,
    context           jsonb        NOT NULL DEFAULT '{}',
    used_at           timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT template_usage_analytics_render_not_negative CHECK (render_ms >= 0)
);
COMMENT ON TABLE public.template_usage_analytics IS 'One row each time that a template is rendered';

CREATE INDEX template_usage_analytics_user_idx          ON public.template_usage_analytics (user_id, used_at DESC);
CREATE INDEX template_usage_analytics_customization_idx ON public.template_usage_analytics (customization_id);
CREATE INDEX template_usage_analytics_run_idx           ON public.template_usage_analytics (agent_run_id);
-- Append-only and in order of time: a BRIN index is a thousandth of a btree's size.
CREATE INDEX template_usage_analytics_used_at_idx       ON public.template_usage_analytics USING brin (used_at);

CREATE TABLE public.template_feedback (
    id                uuid         PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    user_id           uuid         NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    template_id       varchar(50)  NOT NULL,
    customization_id  uuid         REFERENCES public.user_template_customizations (id) ON DELETE CASCADE,
    rating            smallint     NOT NULL,
    comment           text,
    created_at        timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT template_feedback_rating_range CHECK (rating BETWEEN 1 AND 5),
    UNIQUE (user_id, template_id)
);
COMMENT ON TABLE public.template_feedback IS 'One rating per user and template, one to five stars';

CREATE INDEX template_feedback_template_idx ON public.template_feedback (template_id, rating);

CREATE TABLE public.shared_template_customizations (
    id                   uuid                     PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    customization_id     uuid                     NOT NULL REFERENCES public.user_template_customizations (id) ON DELETE CASCADE,
    user_id              uuid                     NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    shared_with_user_id  uuid                     REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    organization_id      uuid                     REFERENCES public.organizations (id) ON DELETE CASCADE,
    permission           public.share_permission  NOT NULL DEFAULT 'use',
    expires_at           timestamptz,
    created_at           timestamptz              NOT NULL DEFAULT now(),
    CONSTRAINT shared_template_customizations_one_recipient CHECK (num_nonnulls(shared_with_user_id, organization_id) = 1),
    CONSTRAINT shared_template_customizations_not_with_self CHECK (shared_with_user_id <> user_id)
);
COMMENT ON TABLE  public.shared_template_customizations         IS 'A customization shared with one colleague or with a whole organisation';
COMMENT ON COLUMN public.shared_template_customizations.user_id IS 'The owner, who shares';

CREATE UNIQUE INDEX shared_template_customizations_user_key
    ON public.shared_template_customizations (customization_id, shared_with_user_id)
    WHERE shared_with_user_id IS NOT NULL;
CREATE UNIQUE INDEX shared_template_customizations_organization_key
    ON public.shared_template_customizations (customization_id, organization_id)
    WHERE organization_id IS NOT NULL;

CREATE TABLE public.template_presets (
    id               uuid               PRIMARY KEY DEFAULT extensions.uuid_generate_v4(),
    user_id          uuid               NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    organization_id  uuid               REFERENCES public.organizations (id) ON DELETE SET NULL,
    template_id      varchar(50)        NOT NULL,
    name             varchar(120)       NOT NULL,
    preset           jsonb              NOT NULL,
    visibility       public.visibility  NOT NULL DEFAULT 'private',
    created_at       timestamptz        NOT NULL DEFAULT now(),
    updated_at       timestamptz        NOT NULL DEFAULT now(),
    CONSTRAINT template_presets_preset_object CHECK (jsonb_typeof(preset) = 'object'),
    UNIQUE (user_id, template_id, name)
);
COMMENT ON TABLE public.template_presets IS 'Named sets of variables for a template';

CREATE INDEX template_presets_preset_idx ON public.template_presets USING gin (preset jsonb_path_ops);
CREATE INDEX template_presets_public_idx ON public.template_presets (template_id) WHERE visibility = 'public';

CREATE TABLE public.usage_metrics (
    id               bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id          uuid           NOT NULL REFERENCES public.user_profiles (user_id) ON DELETE CASCADE,
    organization_id  uuid           REFERENCES public.organizations (id) ON DELETE CASCADE,
    metric           text           NOT NULL,
    period_start     date           NOT NULL,
    quantity         integer        NOT NULL DEFAULT 0,
    cost_usd         numeric(12,6)  NOT NULL DEFAULT 0,
    updated_at       timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT usage_metrics_metric_known          CHECK (metric IN ('runs', 'prompt_tokens', 'completion_tokens', 'storage_bytes')),
    CONSTRAINT usage_metrics_quantity_not_negative CHECK (quantity >= 0),
    CONSTRAINT usage_metrics_starts_a_month        CHECK (date_part('day', period_start) = 1),
    UNIQUE (user_id, metric, period_start)
);
COMMENT ON TABLE public.usage_metrics IS 'Monthly totals per user, as the usage page shows them; invoices are computed from agent_runs';

CREATE INDEX usage_metrics_organization_idx ON public.usage_metrics (organization_id, period_start);


-- ---------------------------------------------------------------------------
-- Trigger functions
-- ---------------------------------------------------------------------------

CREATE FUNCTION public.update_updated_at_column() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = ''
    AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END;
$$;

-- The usage counter moves without the customization having been edited.
CREATE FUNCTION public.update_user_template_customizations_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = ''
    AS $$
BEGIN
    IF (NEW.name, NEW.custom_content, NEW.variables, NEW.is_active)
       IS DISTINCT FROM (OLD.name, OLD.custom_content, OLD.variables, OLD.is_active)
    THEN
        NEW.updated_at = now();
    END IF;
    RETURN NEW;
END;
$$;

-- SECURITY DEFINER: whoever uses a shared customization may not update it, but
-- must be counted all the same.
CREATE FUNCTION public.track_template_usage() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ''
    AS $$
BEGIN
    IF NEW.customization_id IS NOT NULL AND NEW.succeeded THEN
        UPDATE public.user_template_customizations
           SET usage_count  = usage_count + 1,
               last_used_at = NEW.used_at
         WHERE id = NEW.customization_id;
    END IF;
    RETURN NEW;
END;
$$;
COMMENT ON FUNCTION public.track_template_usage() IS 'Counts successful uses of a customization';

CREATE FUNCTION public.create_customization_history() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ''
    AS $$
DECLARE
    what text := 'updated';
BEGIN
    IF TG_OP = 'INSERT' THEN
        what := 'created';
    ELSIF NEW.is_active AND NOT OLD.is_active THEN
        what := 'activated';
    ELSIF OLD.is_active AND NOT NEW.is_active THEN
        what := 'deactivated';
    END IF;

    INSERT INTO public.template_customization_history (customization_id, user_id, action, old_values, new_values)
    VALUES (NEW.id, NEW.user_id, what,
            CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END,
            to_jsonb(NEW));
    RETURN NEW;
END;
$$;

-- Without it nobody could add the first member: only members may add members.
CREATE FUNCTION public.add_organization_owner() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = ''
    AS $$
BEGIN
    INSERT INTO public.organization_members (organization_id, user_id, role)
    VALUES (NEW.id, NEW.owner_id, 'owner');
    RETURN NEW;
END;
$$;


-- ---------------------------------------------------------------------------
-- Triggers
-- ---------------------------------------------------------------------------

CREATE TRIGGER update_user_profiles_updated_at
    BEFORE UPDATE ON public.user_profiles
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_organizations_updated_at
    BEFORE UPDATE ON public.organizations
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER add_organization_owner
    AFTER INSERT ON public.organizations
    FOR EACH ROW EXECUTE FUNCTION public.add_organization_owner();

CREATE TRIGGER update_prompt_atoms_updated_at
    BEFORE UPDATE ON public.prompt_atoms
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_vibe_configs_updated_at
    BEFORE UPDATE ON public.vibe_configs
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_background_events_updated_at
    BEFORE UPDATE ON public.background_events
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_template_presets_updated_at
    BEFORE UPDATE ON public.template_presets
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_usage_metrics_updated_at
    BEFORE UPDATE ON public.usage_metrics
    FOR EACH ROW EXECUTE FUNCTION public.update_updated_at_column();

CREATE TRIGGER update_user_template_customizations_updated_at
    BEFORE UPDATE ON public.user_template_customizations
    FOR EACH ROW EXECUTE FUNCTION public.update_user_template_customizations_updated_at();

CREATE TRIGGER create_customization_history_on_insert
    AFTER INSERT ON public.user_template_customizations
    FOR EACH ROW EXECUTE FUNCTION public.create_customization_history();

CREATE TRIGGER create_customization_history_on_update
    AFTER UPDATE OF name, custom_content, variables, is_active ON public.user_template_customizations
    FOR EACH ROW
    WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION public.create_customization_history();

CREATE TRIGGER track_template_usage
    AFTER INSERT ON public.template_usage_analytics
    FOR EACH ROW EXECUTE FUNCTION public.track_template_usage();


-- ---------------------------------------------------------------------------
-- What policies ask. SECURITY DEFINER: these look past the policies of the
-- tables they read, which is what keeps policies from recursing.
-- ---------------------------------------------------------------------------

CREATE FUNCTION public.is_organization_member(
    organization  uuid,
    at_least      public.member_role DEFAULT 'viewer'
) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = ''
    AS $$
    SELECT EXISTS (
        SELECT FROM public.organization_members m
         WHERE m.organization_id = organization
           AND m.user_id = auth.uid()
           AND m.role >= at_least
    )
$$;
COMMENT ON FUNCTION public.is_organization_member(uuid, public.member_role)
    IS 'Whether the caller belongs to the organisation, with at least this role';

CREATE FUNCTION public.shares_organization_with(other uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = ''
    AS $$
    SELECT EXISTS (
        SELECT FROM public.organization_members mine
          JOIN public.organization_members theirs USING (organization_id)
         WHERE mine.user_id = auth.uid()
           AND theirs.user_id = other
    )
$$;
COMMENT ON FUNCTION public.shares_organization_with(uuid) IS 'Whether the caller and the other are in one organisation';

CREATE FUNCTION public.can_access_customization(
    customization  uuid,
    at_least       public.share_permission DEFAULT 'view'
) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = ''
    AS $$
    SELECT EXISTS (
        SELECT FROM public.shared_template_customizations s
         WHERE s.customization_id = customization
           AND s.permission >= at_least
           AND (s.expires_at IS NULL OR s.expires_at > now())
           AND (s.shared_with_user_id = auth.uid()
                OR public.is_organization_member(s.organization_id))
    )
$$;
COMMENT ON FUNCTION public.can_access_customization(uuid, public.share_permission)
    IS 'Whether the customization is shared with the caller, with at least this permission';

CREATE FUNCTION public.owns_customization(customization uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = ''
    AS $$
    SELECT EXISTS (
        SELECT FROM public.user_template_customizations c
         WHERE c.id = customization
           AND c.user_id = auth.uid()
    )
$$;

CREATE FUNCTION public.account_is_active() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = ''
    AS $$
    SELECT EXISTS (
        SELECT FROM public.user_profiles p
         WHERE p.user_id = auth.uid()
           AND p.suspended_at IS NULL
    )
$$;


-- ---------------------------------------------------------------------------
-- Row security: what users own
-- ---------------------------------------------------------------------------

ALTER TABLE public.user_profiles ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own profile" ON public.user_profiles
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own profile" ON public.user_profiles
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own profile" ON public.user_profiles
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own profile" ON public.user_profiles
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.prompt_atoms ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own prompt atoms" ON public.prompt_atoms
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own prompt atoms" ON public.prompt_atoms
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own prompt atoms" ON public.prompt_atoms
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own prompt atoms" ON public.prompt_atoms
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.vibe_configs ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own vibe configs" ON public.vibe_configs
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own vibe configs" ON public.vibe_configs
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own vibe configs" ON public.vibe_configs
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own vibe configs" ON public.vibe_configs
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.agent_runs ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own agent runs" ON public.agent_runs
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own agent runs" ON public.agent_runs
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own agent runs" ON public.agent_runs
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own agent runs" ON public.agent_runs
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.background_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own background events" ON public.background_events
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own background events" ON public.background_events
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own background events" ON public.background_events
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own background events" ON public.background_events
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.user_template_customizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own customizations" ON public.user_template_customizations
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own customizations" ON public.user_template_customizations
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own customizations" ON public.user_template_customizations
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own customizations" ON public.user_template_customizations
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.template_versions ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own template versions" ON public.template_versions
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own template versions" ON public.template_versions
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.owns_customization(customization_id));

CREATE POLICY "Users can update their own template versions" ON public.template_versions
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.owns_customization(customization_id));

CREATE POLICY "Users can delete their own template versions" ON public.template_versions
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


-- The rows are written by a trigger; the policies leave its owner free to correct and clear them.
ALTER TABLE public.template_customization_history ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own customization history" ON public.template_customization_history
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own customization history" ON public.template_customization_history
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.owns_customization(customization_id));

CREATE POLICY "Users can update their own customization history" ON public.template_customization_history
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.owns_customization(customization_id));

CREATE POLICY "Users can delete their own customization history" ON public.template_customization_history
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.template_usage_analytics ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own template usage" ON public.template_usage_analytics
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own template usage" ON public.template_usage_analytics
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own template usage" ON public.template_usage_analytics
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own template usage" ON public.template_usage_analytics
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.template_feedback ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own feedback" ON public.template_feedback
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own feedback" ON public.template_feedback
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own feedback" ON public.template_feedback
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own feedback" ON public.template_feedback
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.shared_template_customizations ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own shares" ON public.shared_template_customizations
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own shares" ON public.shared_template_customizations
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.owns_customization(customization_id));

CREATE POLICY "Users can update their own shares" ON public.shared_template_customizations
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.owns_customization(customization_id));

CREATE POLICY "Users can delete their own shares" ON public.shared_template_customizations
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


ALTER TABLE public.template_presets ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own presets" ON public.template_presets
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own presets" ON public.template_presets
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own presets" ON public.template_presets
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own presets" ON public.template_presets
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


-- user_id is the sender, who must be an admin of the organisation.
ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own invitations" ON public.invitations
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own invitations" ON public.invitations
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.is_organization_member(organization_id, 'admin'));

CREATE POLICY "Users can update their own invitations" ON public.invitations
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id AND public.is_organization_member(organization_id, 'admin'));

CREATE POLICY "Users can delete their own invitations" ON public.invitations
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);


-- Users may write these: a client that was offline adds what it counted. Nothing is billed from them.
ALTER TABLE public.usage_metrics ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Users can view their own usage metrics" ON public.usage_metrics
    FOR SELECT TO authenticated
    USING ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can create their own usage metrics" ON public.usage_metrics
    FOR INSERT TO authenticated
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can update their own usage metrics" ON public.usage_metrics
    FOR UPDATE TO authenticated
    USING ((SELECT auth.uid()) = user_id)
    WITH CHECK ((SELECT auth.uid()) = user_id);

CREATE POLICY "Users can delete their own usage metrics" ON public.usage_metrics
    FOR DELETE TO authenticated
    USING ((SELECT auth.uid()) = user_id);



-- ---------------------------------------------------------------------------
-- Row security: organisations
-- ---------------------------------------------------------------------------

ALTER TABLE public.organizations ENABLE ROW LEVEL SECURITY;

-- The owner is named too: an INSERT ... RETURNING reads the new row before the
-- trigger has made its author a member.
CREATE POLICY "Members can view their organization" ON public.organizations
    FOR SELECT TO authenticated
    USING (owner_id = (SELECT auth.uid()) OR public.is_organization_member(id));

CREATE POLICY "Users can create organizations" ON public.organizations
    FOR INSERT TO authenticated
    WITH CHECK (owner_id = (SELECT auth.uid()) AND public.account_is_active());

CREATE POLICY "Admins can update their organization" ON public.organizations
    FOR UPDATE TO authenticated
    USING (public.is_organization_member(id, 'admin'))
    WITH CHECK (public.is_organization_member(id, 'admin'));

CREATE POLICY "Owners can delete their organization" ON public.organizations
    FOR DELETE TO authenticated
    USING (public.is_organization_member(id, 'owner'));


ALTER TABLE public.organization_members ENABLE ROW LEVEL SECURITY;

CREATE POLICY "Members can view the members" ON public.organization_members
    FOR SELECT TO authenticated
    USING (public.is_organization_member(organization_id));

CREATE POLICY "Admins can add members" ON public.organization_members
    FOR INSERT TO authenticated
    WITH CHECK (public.is_organization_member(organization_id, 'admin') AND role <> 'owner');

CREATE POLICY "Admins can change roles" ON public.organization_members
    FOR UPDATE TO authenticated
    USING (public.is_organization_member(organization_id, 'admin') AND role <> 'owner')
    WITH CHECK (public.is_organization_member(organization_id, 'admin') AND role <> 'owner');

CREATE POLICY "Members can leave and admins can remove" ON public.organization_members
    FOR DELETE TO authenticated
    USING (role <> 'owner'
           AND (user_id = (SELECT auth.uid()) OR public.is_organization_member(organization_id, 'admin')));


-- On top of what users own.

CREATE POLICY "Colleagues can view each other's profile" ON public.user_profiles
    FOR SELECT TO authenticated
    USING (public.shares_organization_with(user_id));

CREATE POLICY "Members can view the organization's prompt atoms" ON public.prompt_atoms
    FOR SELECT TO authenticated
    USING (visibility = 'organization' AND public.is_organization_member(organization_id));

CREATE POLICY "Admins can update the organization's prompt atoms" ON public.prompt_atoms
    FOR UPDATE TO authenticated
    USING (visibility = 'organization' AND public.is_organization_member(organization_id, 'admin'))
    WITH CHECK (public.is_organization_member(organization_id, 'admin'));

CREATE POLICY "Members can view the organization's vibe configs" ON public.vibe_configs
    FOR SELECT TO authenticated
    USING (organization_id IS NOT NULL AND public.is_organization_member(organization_id));

CREATE POLICY "Admins can view the organization's agent runs" ON public.agent_runs
    FOR SELECT TO authenticated
    USING (organization_id IS NOT NULL AND public.is_organization_member(organization_id, 'admin'));

-- Restrictive: it narrows whatever the permissive policies allow.
CREATE POLICY "Suspended accounts cannot start runs" ON public.agent_runs
    AS RESTRICTIVE FOR INSERT TO authenticated
    WITH CHECK (public.account_is_active());

CREATE POLICY "Recipients can view shared customizations" ON public.user_template_customizations
    FOR SELECT TO authenticated
    USING (public.can_access_customization(id));

CREATE POLICY "Recipients can edit shared customizations" ON public.user_template_customizations
    FOR UPDATE TO authenticated
    USING (public.can_access_customization(id, 'edit'))
    WITH CHECK (public.can_access_customization(id, 'edit'));

CREATE POLICY "Recipients can view what is shared with them" ON public.shared_template_customizations
    FOR SELECT TO authenticated
    USING (shared_with_user_id = (SELECT auth.uid()) OR public.is_organization_member(organization_id));

CREATE POLICY "Anyone can view public presets" ON public.template_presets
    FOR SELECT TO anon, authenticated
    USING (visibility = 'public');

CREATE POLICY "Members can view the organization's presets" ON public.template_presets
    FOR SELECT TO authenticated
    USING (visibility = 'organization' AND public.is_organization_member(organization_id));

CREATE POLICY "Admins can manage the organization's invitations" ON public.invitations
    FOR ALL TO authenticated
    USING (public.is_organization_member(organization_id, 'admin'))
    WITH CHECK (public.is_organization_member(organization_id, 'admin'));

CREATE POLICY "Admins can view the organization's usage" ON public.usage_metrics
    FOR SELECT TO authenticated
    USING (organization_id IS NOT NULL AND public.is_organization_member(organization_id, 'admin'));

-- The workers hold service_role. Said here too, for clusters where that role
-- cannot be given BYPASSRLS.
CREATE POLICY "Workers can process every event" ON public.background_events
    FOR ALL TO service_role
    USING (true)
    WITH CHECK (true);


-- ---------------------------------------------------------------------------
-- Reports. A view reads its tables with the rights of its owner, past their
-- policies: so no grant to authenticated here.
-- ---------------------------------------------------------------------------

CREATE VIEW public.agent_run_summary WITH (security_barrier = true) AS
SELECT r.organization_id,
       date_trunc('day', r.created_at)                   AS day,
       count(*)                                          AS runs,
       count(*) FILTER (WHERE r.status = 'succeeded')    AS succeeded,
       count(*) FILTER (WHERE r.status IN ('failed', 'timed_out')) AS failed,
       sum(r.total_tokens)                               AS tokens,
       sum(r.cost_usd)                                   AS cost_usd,
       avg(r.finished_at - r.started_at)                 AS average_duration
  FROM public.agent_runs r
 WHERE r.organization_id IS NOT NULL
 GROUP BY r.organization_id, date_trunc('day', r.created_at);

COMMENT ON VIEW public.agent_run_summary IS 'Runs, tokens and cost per organisation and day';

CREATE MATERIALIZED VIEW public.template_popularity AS
SELECT a.template_id,
       count(*)                   AS uses,
       count(DISTINCT a.user_id)  AS users,
       max(a.used_at)             AS last_used_at,
       (SELECT round(avg(f.rating), 2)
          FROM public.template_feedback f
         WHERE f.template_id = a.template_id) AS average_rating
  FROM public.template_usage_analytics a
 WHERE a.succeeded
 GROUP BY a.template_id;

COMMENT ON MATERIALIZED VIEW public.template_popularity IS 'Refreshed every hour, concurrently';

-- REFRESH ... CONCURRENTLY needs it.
CREATE UNIQUE INDEX template_popularity_template_key ON public.template_popularity (template_id);


-- ---------------------------------------------------------------------------
-- Grants: tables first, rows by the policies above
-- ---------------------------------------------------------------------------

-- The default before PostgreSQL 15 let everybody create objects here.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

GRANT USAGE ON SCHEMA auth, extensions, public TO anon, authenticated, service_role;

GRANT SELECT, INSERT, UPDATE, DELETE ON
    public.user_profiles,
    public.prompt_atoms,
    public.vibe_configs,
    public.agent_runs,
    public.background_events,
    public.user_template_customizations,
    public.template_versions,
    public.template_customization_history,
    public.template_usage_analytics,
    public.template_feedback,
    public.shared_template_customizations,
    public.template_presets,
    public.organizations,
    public.organization_members,
    public.invitations,
    public.usage_metrics
    TO authenticated;

-- A visitor sees the public presets, and nothing else.
GRANT SELECT ON public.template_presets TO anon;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO service_role;

-- Functions are executable by everybody unless somebody says otherwise.
REVOKE EXECUTE ON FUNCTION public.is_organization_member(uuid, public.member_role)        FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.shares_organization_with(uuid)                          FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.can_access_customization(uuid, public.share_permission) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.owns_customization(uuid)                                FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION public.account_is_active()                                     FROM PUBLIC;

GRANT EXECUTE ON FUNCTION public.is_organization_member(uuid, public.member_role)        TO authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.shares_organization_with(uuid)                          TO authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.can_access_customization(uuid, public.share_permission) TO authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.owns_customization(uuid)                                TO authenticated, service_role;
GRANT EXECUTE ON FUNCTION public.account_is_active()                                     TO authenticated, service_role;
