-- What the migrations come to, for reading; never applied. Written by tests/migrations/snapshot.py.

CREATE FUNCTION public.people_all_ids() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT id FROM people_users ORDER BY created_at, id $$;

CREATE FUNCTION public.people_id_by_email(address text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT id FROM people_users WHERE email = lower(address) $$;

CREATE TABLE public.agenda_events (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamp with time zone,
    path text NOT NULL,
    title text NOT NULL,
    location text DEFAULT ''::text NOT NULL,
    all_day boolean NOT NULL,
    floating boolean NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    busy boolean NOT NULL,
    tentative boolean NOT NULL,
    organizer text,
    place text NOT NULL,
    CONSTRAINT agenda_events_end_after_start CHECK ((starts_at <= ends_at))
);

ALTER TABLE ONLY public.agenda_events FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_event_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    id,
    source_id,
    title,
    location,
    all_day,
    floating,
    starts_at,
    ends_at,
    busy,
    tentative,
    place,
    path
   FROM public.agenda_events
  WHERE (removed_at IS NULL);

CREATE TABLE public.agenda_notes (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamp with time zone,
    path text NOT NULL,
    project_id uuid,
    title text NOT NULL,
    body text DEFAULT ''::text NOT NULL,
    noted_at timestamp with time zone NOT NULL,
    place text NOT NULL
);

ALTER TABLE ONLY public.agenda_notes FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_note_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    id,
    source_id,
    project_id,
    title,
    body,
    noted_at,
    place
   FROM public.agenda_notes
  WHERE (removed_at IS NULL);

CREATE TABLE public.agenda_phases (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamp with time zone,
    path text NOT NULL,
    project_id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    start_on date,
    end_on date,
    "position" integer DEFAULT 0 NOT NULL,
    place text NOT NULL
);

ALTER TABLE ONLY public.agenda_phases FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_phase_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    id,
    source_id,
    project_id,
    name,
    description,
    start_on,
    end_on,
    "position",
    place
   FROM public.agenda_phases
  WHERE (removed_at IS NULL);

CREATE TABLE public.agenda_projects (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamp with time zone,
    path text NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    place text NOT NULL
);

ALTER TABLE ONLY public.agenda_projects FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_project_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    id,
    source_id,
    name,
    description,
    place
   FROM public.agenda_projects
  WHERE (removed_at IS NULL);

CREATE TABLE public.agenda_sources (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    locator text NOT NULL,
    locator_sha256 bytea NOT NULL,
    secret text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_read_at timestamp with time zone,
    last_changed_at timestamp with time zone,
    failing_since timestamp with time zone,
    error text,
    etag text,
    http_last_modified text,
    last_good_copy bytea,
    CONSTRAINT agenda_sources_kind_check CHECK ((kind = ANY (ARRAY['folder'::text, 'address'::text])))
);

ALTER TABLE ONLY public.agenda_sources FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_source_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    id,
    kind,
    name,
    locator,
    last_read_at,
    last_changed_at,
    failing_since,
    error
   FROM public.agenda_sources;

CREATE TABLE public.agenda_tasks (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamp with time zone,
    path text NOT NULL,
    project_id uuid,
    phase_id uuid,
    title text NOT NULL,
    details text DEFAULT ''::text NOT NULL,
    status text NOT NULL,
    priority smallint NOT NULL,
    start_on date,
    start_at timestamp with time zone,
    due_on date,
    due_at timestamp with time zone,
    completed_on date,
    completed_at timestamp with time zone,
    estimate_minutes integer,
    assignee text,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    recurrence text,
    blocked_by uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    touched_at timestamp with time zone NOT NULL,
    place text NOT NULL,
    CONSTRAINT agenda_tasks_estimate_minutes_check CHECK ((estimate_minutes > 0)),
    CONSTRAINT agenda_tasks_one_completion CHECK ((num_nonnulls(completed_on, completed_at) <= 1)),
    CONSTRAINT agenda_tasks_one_due CHECK ((num_nonnulls(due_on, due_at) <= 1)),
    CONSTRAINT agenda_tasks_one_start CHECK ((num_nonnulls(start_on, start_at) <= 1)),
    CONSTRAINT agenda_tasks_priority_check CHECK (((priority >= 1) AND (priority <= 4))),
    CONSTRAINT agenda_tasks_status_check CHECK ((status = ANY (ARRAY['open'::text, 'in_progress'::text, 'blocked'::text, 'done'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.agenda_tasks FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_task_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    id,
    source_id,
    project_id,
    phase_id,
    title,
    status,
    priority,
    start_on,
    start_at,
    due_on,
    due_at,
    completed_on,
    completed_at,
    estimate_minutes,
    blocked_by,
    touched_at,
    place,
    path
   FROM public.agenda_tasks
  WHERE (removed_at IS NULL);

CREATE TABLE public.agenda_warnings (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    line integer,
    message text NOT NULL
);

ALTER TABLE ONLY public.agenda_warnings FORCE ROW LEVEL SECURITY;

CREATE TABLE public.briefs_editions (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    brief_date date NOT NULL,
    edition text NOT NULL,
    composed_at timestamp with time zone NOT NULL,
    document bytea NOT NULL,
    CONSTRAINT briefs_editions_edition_check CHECK ((edition = ANY (ARRAY['standard'::text, 'reengagement'::text, 'weekly'::text])))
);
ALTER TABLE ONLY public.briefs_editions ALTER COLUMN document SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.briefs_editions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.briefs_snapshots (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    brief_date date NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone,
    facts bytea NOT NULL
);
ALTER TABLE ONLY public.briefs_snapshots ALTER COLUMN facts SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.briefs_snapshots FORCE ROW LEVEL SECURITY;

CREATE TABLE public.db_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.people_preferences (
    owner_id uuid NOT NULL,
    brief_time time without time zone DEFAULT '07:00:00'::time without time zone NOT NULL,
    workday_start time without time zone DEFAULT '09:00:00'::time without time zone NOT NULL,
    workday_end time without time zone DEFAULT '17:30:00'::time without time zone NOT NULL,
    CONSTRAINT people_preferences_workday_has_hours CHECK ((workday_start < workday_end))
);

ALTER TABLE ONLY public.people_preferences FORCE ROW LEVEL SECURITY;

CREATE TABLE public.people_users (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    country text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT people_users_country_is_iso CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT people_users_email_is_lower_case CHECK ((email = lower(email)))
);

ALTER TABLE ONLY public.people_users FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY public.agenda_events
    ADD CONSTRAINT agenda_events_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_notes
    ADD CONSTRAINT agenda_notes_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_phases
    ADD CONSTRAINT agenda_phases_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_sources
    ADD CONSTRAINT agenda_sources_owner_id_kind_locator_sha256_key UNIQUE (owner_id, kind, locator_sha256);

ALTER TABLE ONLY public.agenda_sources
    ADD CONSTRAINT agenda_sources_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_tasks
    ADD CONSTRAINT agenda_tasks_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_warnings
    ADD CONSTRAINT agenda_warnings_pkey PRIMARY KEY (owner_id, source_id, "position");

ALTER TABLE ONLY public.briefs_editions
    ADD CONSTRAINT briefs_editions_owner_id_brief_date_edition_key UNIQUE (owner_id, brief_date, edition);

ALTER TABLE ONLY public.briefs_editions
    ADD CONSTRAINT briefs_editions_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.briefs_snapshots
    ADD CONSTRAINT briefs_snapshots_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.db_migrations
    ADD CONSTRAINT db_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.people_preferences
    ADD CONSTRAINT people_preferences_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.people_users
    ADD CONSTRAINT people_users_pkey PRIMARY KEY (id);

CREATE INDEX agenda_events_ends ON public.agenda_events USING btree (owner_id, ends_at) WHERE (removed_at IS NULL);

CREATE INDEX agenda_events_source ON public.agenda_events USING btree (owner_id, source_id);

CREATE INDEX agenda_notes_recent ON public.agenda_notes USING btree (owner_id, noted_at) WHERE (removed_at IS NULL);

CREATE INDEX agenda_notes_source ON public.agenda_notes USING btree (owner_id, source_id);

CREATE INDEX agenda_phases_source ON public.agenda_phases USING btree (owner_id, source_id);

CREATE INDEX agenda_projects_source ON public.agenda_projects USING btree (owner_id, source_id);

CREATE INDEX agenda_tasks_completed ON public.agenda_tasks USING btree (owner_id, completed_at) WHERE (status = 'done'::text);

CREATE INDEX agenda_tasks_open ON public.agenda_tasks USING btree (owner_id) WHERE ((status <> ALL (ARRAY['done'::text, 'cancelled'::text])) AND (removed_at IS NULL));

CREATE INDEX agenda_tasks_source ON public.agenda_tasks USING btree (owner_id, source_id);

CREATE INDEX briefs_snapshots_edition ON public.briefs_snapshots USING btree (owner_id, edition_id);

CREATE INDEX briefs_snapshots_received ON public.briefs_snapshots USING btree (owner_id, brief_date DESC, received_at DESC) WHERE (received_at IS NOT NULL);

CREATE UNIQUE INDEX people_users_email ON public.people_users USING btree (email);

ALTER TABLE ONLY public.agenda_events
    ADD CONSTRAINT agenda_events_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_events
    ADD CONSTRAINT agenda_events_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_notes
    ADD CONSTRAINT agenda_notes_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_notes
    ADD CONSTRAINT agenda_notes_owner_id_project_id_fkey FOREIGN KEY (owner_id, project_id) REFERENCES public.agenda_projects(owner_id, id) ON DELETE SET NULL (project_id);

ALTER TABLE ONLY public.agenda_notes
    ADD CONSTRAINT agenda_notes_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_phases
    ADD CONSTRAINT agenda_phases_owner_id_project_id_fkey FOREIGN KEY (owner_id, project_id) REFERENCES public.agenda_projects(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_phases
    ADD CONSTRAINT agenda_phases_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_sources
    ADD CONSTRAINT agenda_sources_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_tasks
    ADD CONSTRAINT agenda_tasks_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_tasks
    ADD CONSTRAINT agenda_tasks_owner_id_phase_id_fkey FOREIGN KEY (owner_id, phase_id) REFERENCES public.agenda_phases(owner_id, id) ON DELETE SET NULL (phase_id);

ALTER TABLE ONLY public.agenda_tasks
    ADD CONSTRAINT agenda_tasks_owner_id_project_id_fkey FOREIGN KEY (owner_id, project_id) REFERENCES public.agenda_projects(owner_id, id) ON DELETE SET NULL (project_id);

ALTER TABLE ONLY public.agenda_tasks
    ADD CONSTRAINT agenda_tasks_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_warnings
    ADD CONSTRAINT agenda_warnings_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_editions
    ADD CONSTRAINT briefs_editions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_snapshots
    ADD CONSTRAINT briefs_snapshots_owner_id_edition_id_fkey FOREIGN KEY (owner_id, edition_id) REFERENCES public.briefs_editions(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_preferences
    ADD CONSTRAINT people_preferences_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE public.agenda_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_notes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_phases ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_projects ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_sources ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_tasks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_warnings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_editions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_snapshots ENABLE ROW LEVEL SECURITY;

CREATE POLICY owners ON public.agenda_events TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_notes TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_phases TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_projects TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_sources TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_tasks TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_warnings TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_editions TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_snapshots TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_preferences TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_users TO daybreak_app USING ((id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

ALTER TABLE public.people_preferences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_users ENABLE ROW LEVEL SECURITY;

CREATE POLICY upkeep ON public.agenda_events TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_notes TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_phases TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_projects TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_sources TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_tasks TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_warnings TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.briefs_editions TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.briefs_snapshots TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_preferences TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_users TO daybreak_owner USING (true);

GRANT USAGE ON SCHEMA public TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_all_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_all_ids() TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_id_by_email(address text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_id_by_email(address text) TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_events TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_event_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_notes TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_note_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_phases TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_phase_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_projects TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_project_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_sources TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_source_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_tasks TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_task_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_warnings TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_editions TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_snapshots TO daybreak_app;

GRANT SELECT ON TABLE public.db_migrations TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_preferences TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_users TO daybreak_app;
