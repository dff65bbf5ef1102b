-- What the migrations come to, for reading; never applied. Written by tests/migrations/snapshot.py.

CREATE SCHEMA pgq;

CREATE SCHEMA runs_partitions;

CREATE SCHEMA schedule_partitions;

CREATE TYPE pgq.pgqueuer_status AS ENUM (
    'queued',
    'picked',
    'successful',
    'exception',
    'canceled',
    'deleted',
    'failed'
);

CREATE FUNCTION pgq.fn_pgqueuer_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    to_emit BOOLEAN := false;  -- Flag to decide whether to emit a notification
BEGIN
    -- Check operation type and set the emit flag accordingly
    IF TG_OP = 'UPDATE' AND OLD IS DISTINCT FROM NEW THEN
        to_emit := true;
    ELSIF TG_OP = 'DELETE' THEN
        to_emit := true;
    ELSIF TG_OP = 'INSERT' THEN
        to_emit := true;
    ELSIF TG_OP = 'TRUNCATE' THEN
        to_emit := true;
    END IF;

    -- Perform notification if the emit flag is set
    IF to_emit THEN
        PERFORM pg_notify(
            'daybreak_doorbells',
            json_build_object(
                'channel', 'daybreak_doorbells',
                'operation', lower(TG_OP),
                'sent_at', NOW(),
                'table', TG_TABLE_NAME,
                'type', 'table_changed_event'
            )::text
        );
    END IF;

    -- Return appropriate value based on the operation
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSE
        RETURN NULL; -- For TRUNCATE and other non-row-specific contexts
    END IF;

END;
$$;

CREATE FUNCTION public.account_export(owner uuid) RETURNS TABLE(table_name text, content jsonb)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.relname, a.attname FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            AND a.attname = CASE c.relname WHEN 'people_users' THEN 'id' ELSE 'owner_id' END
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        ORDER BY c.relname
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, to_jsonb(x) - %L::text[] FROM %I AS x WHERE %I = $1',
            one.relname, '{password_hash,token_sha256,locator_sha256,fingerprint}', one.relname, one.attname
        ) USING owner;
    END LOOP;
END $_$;

CREATE FUNCTION public.agenda_count_stale(since timestamp with time zone) RETURNS TABLE(sources bigint, owners bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT count(*), count(DISTINCT s.owner_id) FROM agenda_sources AS s WHERE s.failing_since < since
$$;

CREATE FUNCTION public.agenda_due_refreshes(before timestamp with time zone, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT s.owner_id FROM agenda_sources AS s
    WHERE s.kind = 'address' AND coalesce(greatest(s.last_read_at, s.last_tried_at), '-infinity') < before
    GROUP BY s.owner_id
    ORDER BY min(coalesce(greatest(s.last_read_at, s.last_tried_at), '-infinity')), s.owner_id
    LIMIT most
$$;

CREATE FUNCTION public.briefs_search(owner uuid, wanted text, before_date date, before_edition text, most integer) RETURNS TABLE(id uuid, brief_date date, edition text, composed_at timestamp with time zone, document bytea)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT e.id, e.brief_date, e.edition, e.composed_at, e.document
    FROM briefs_words AS w
    INNER JOIN briefs_editions AS e ON w.owner_id = e.owner_id AND w.edition_id = e.id
    WHERE
        w.owner_id = owner AND owner = ANY (current_setting('daybreak.owner_ids')::uuid [])
        AND w.words @@ websearch_to_tsquery('english', wanted)
        AND (before_date IS NULL OR (e.brief_date, e.edition) < (before_date, before_edition))
    ORDER BY e.brief_date DESC, e.edition DESC
    LIMIT most
$$;

CREATE FUNCTION public.people_all_ids() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT id FROM people_users ORDER BY created_at, id $$;

CREATE TABLE public.people_accounts (
    owner_id uuid NOT NULL,
    role text DEFAULT 'member'::text NOT NULL,
    password_hash text,
    deletion_due timestamp with time zone,
    CONSTRAINT people_accounts_role_check CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text])))
);

ALTER TABLE ONLY public.people_accounts FORCE ROW LEVEL SECURITY;

CREATE TABLE public.people_preferences (
    owner_id uuid NOT NULL,
    brief_time time without time zone DEFAULT '07:00:00'::time without time zone NOT NULL,
    workday_start time without time zone DEFAULT '09:00:00'::time without time zone NOT NULL,
    workday_end time without time zone DEFAULT '17:30:00'::time without time zone NOT NULL,
    active boolean DEFAULT true NOT NULL,
    frequency text DEFAULT 'daily'::text NOT NULL,
    weekdays smallint[] DEFAULT '{1,2,3,4,5,6,7}'::smallint[] NOT NULL,
    email boolean DEFAULT false NOT NULL,
    quiet_day text DEFAULT 'send'::text NOT NULL,
    weekly_day smallint DEFAULT 5 NOT NULL,
    catch_up interval DEFAULT '04:00:00'::interval NOT NULL,
    reengage boolean DEFAULT true NOT NULL,
    project_choice text DEFAULT 'all'::text NOT NULL,
    projects text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT people_preferences_catch_up CHECK (((catch_up >= '00:00:00'::interval) AND (catch_up <= '20:00:00'::interval))),
    CONSTRAINT people_preferences_frequency CHECK ((frequency = ANY (ARRAY['daily'::text, 'weekdays'::text, 'weekly'::text, 'chosen'::text]))),
    CONSTRAINT people_preferences_project_choice CHECK ((project_choice = ANY (ARRAY['all'::text, 'only'::text, 'except'::text]))),
    CONSTRAINT people_preferences_quiet_day CHECK ((quiet_day = ANY (ARRAY['send'::text, 'shorten'::text, 'skip'::text, 'weekly'::text]))),
    CONSTRAINT people_preferences_weekdays CHECK (((weekdays <@ '{1,2,3,4,5,6,7}'::smallint[]) AND (cardinality(weekdays) > 0))),
    CONSTRAINT people_preferences_weekly_day CHECK (((weekly_day >= 1) AND (weekly_day <= 7))),
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
    last_visit_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT people_users_country_is_iso CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT people_users_email_is_lower_case CHECK ((email = lower(email)))
);

ALTER TABLE ONLY public.people_users FORCE ROW LEVEL SECURITY;

CREATE VIEW public.people_profiles WITH (security_invoker='true') AS
 SELECT u.id,
    u.email AS address,
    u.name,
    u.timezone,
    u.country,
    p.active,
    p.brief_time,
    p.frequency,
    p.weekdays,
    p.email,
    p.quiet_day,
    p.weekly_day,
    p.catch_up,
    p.reengage,
    p.project_choice,
    p.projects,
    p.workday_start,
    p.workday_end,
    COALESCE(a.role, 'member'::text) AS role,
    (a.password_hash IS NOT NULL) AS has_password,
    a.deletion_due
   FROM ((public.people_users u
     JOIN public.people_preferences p ON ((u.id = p.owner_id)))
     LEFT JOIN public.people_accounts a ON ((u.id = a.owner_id)));

CREATE FUNCTION public.people_bearer(digest bytea, is_visit boolean) RETURNS TABLE(id uuid, scope text, profile public.people_profiles)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE people_tokens AS t SET used_at = now()
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE)
        AND coalesce(t.used_at < now() - interval '1 minute', TRUE);
    -- Separate from the last use: a stream uses the token without being activity, and must not hide later activity.
    IF is_visit THEN
        UPDATE people_users AS u SET last_visit_at = now() FROM people_tokens AS t
        WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE) AND u.id = t.owner_id
            AND coalesce(u.last_visit_at < now() - interval '1 minute', TRUE);
    END IF;
    RETURN QUERY
    SELECT t.id, t.scope, f FROM people_tokens AS t
    INNER JOIN people_profiles AS f ON f.id = t.owner_id
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE);
END $$;

CREATE FUNCTION public.people_forget_attempts(keys bytea[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ DELETE FROM people_attempts WHERE key = ANY (keys) $$;

CREATE FUNCTION public.people_id_by_email(address text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT id FROM people_users WHERE email = lower(address) $$;

CREATE FUNCTION public.people_knows(owner uuid, credential uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM people_sessions WHERE owner_id = owner AND id = credential AND expires_at > now())
        OR EXISTS (
            SELECT FROM people_tokens
            WHERE owner_id = owner AND id = credential AND coalesce(expires_at > now(), TRUE)
        )
$$;

CREATE FUNCTION public.people_owner_of_link(digest bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT owner_id FROM people_links WHERE token_sha256 = digest AND expires_at > now() $$;

CREATE FUNCTION public.people_session(digest bytea, idle interval, is_visit boolean) RETURNS TABLE(id uuid, profile public.people_profiles)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF is_visit THEN
        WITH seen AS (
            UPDATE people_sessions AS s SET seen_at = now(), expires_at = now() + idle
            WHERE s.token_sha256 = digest AND s.expires_at > now() AND s.seen_at < now() - interval '1 minute'
            RETURNING s.owner_id
        )
        UPDATE people_users AS u SET last_visit_at = now() FROM seen WHERE u.id = seen.owner_id;
    END IF;
    RETURN QUERY
    SELECT s.id, f FROM people_sessions AS s
    INNER JOIN people_profiles AS f ON f.id = s.owner_id
    WHERE s.token_sha256 = digest AND s.expires_at > now();
END $$;

CREATE FUNCTION public.people_take_attempt(keys bytea[], intervals interval[], bursts integer[]) RETURNS interval
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    one record;
    held timestamptz;
    next_free timestamptz;
BEGIN
    FOR one IN SELECT * FROM unnest(keys, intervals, bursts) AS k (key, every, burst) LOOP
        INSERT INTO people_attempts (key, free_at) VALUES (one.key, '-infinity') ON CONFLICT DO NOTHING;
        SELECT a.free_at INTO held FROM people_attempts AS a WHERE a.key = one.key FOR UPDATE;
        next_free := greatest(held, clock_timestamp()) + one.every;
        IF next_free - one.every * one.burst > clock_timestamp() THEN
            RETURN next_free - one.every * one.burst - clock_timestamp();
        END IF;
        UPDATE people_attempts AS a SET free_at = next_free WHERE a.key = one.key;
    END LOOP;
    RETURN interval '0';
END $$;

CREATE FUNCTION public.people_tell_ended() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_notify('daybreak_people', string_agg(n.id::text, ','))
    FROM (SELECT e.id, (row_number() OVER () - 1) / 200 AS part FROM ended AS e) AS n
    GROUP BY n.part;
    RETURN NULL;
END $$;

CREATE FUNCTION public.people_tidy() RETURNS SETOF uuid
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    DELETE FROM people_sessions WHERE expires_at < now();
    DELETE FROM people_links WHERE expires_at < now();
    DELETE FROM people_attempts WHERE free_at < now();
    SELECT owner_id FROM people_accounts WHERE deletion_due <= now();
$$;

CREATE FUNCTION public.runs_admit(owner_ids uuid[], lanes text[], counts integer[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    next_lane text;
    next_owners uuid [];
    next_runs uuid [];
    let_in integer := 0;
BEGIN
    FOR next_lane, next_owners, next_runs IN
        WITH admitted AS (
            SELECT a.lane, w.owner_id, w.id, a.place, w.nth
            FROM unnest(owner_ids, lanes, counts) WITH ORDINALITY AS a (owner_id, lane, places, place)
            CROSS JOIN LATERAL (
                SELECT o.owner_id, o.id, row_number() OVER () AS nth FROM (
                    SELECT r.owner_id, r.id FROM runs_open AS r
                    WHERE r.owner_id = a.owner_id AND r.lane = a.lane AND r.rung_at IS NULL AND r.status = 'queued'
                    ORDER BY r.created_at, r.id
                    LIMIT a.places
                    FOR UPDATE SKIP LOCKED
                ) AS o
            ) AS w
        )
        SELECT lane, array_agg(owner_id ORDER BY place, nth), array_agg(id ORDER BY place, nth)
        FROM admitted GROUP BY lane
    LOOP
        PERFORM runs_ring(next_lane, next_owners, next_runs);
        let_in := let_in + cardinality(next_runs);
    END LOOP;
    RETURN let_in;
END $$;

CREATE FUNCTION public.runs_advance(settlements jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    change record;
    run runs_open;
    steps integer;
BEGIN
    FOR change IN
        SELECT
            s.owner_id, coalesce(s.part_of, s.id) AS run_id,
            count(*) FILTER (WHERE s.part_of IS NOT NULL AND s.status IN ('succeeded', 'partial'))::integer AS done,
            count(*) FILTER (WHERE s.part_of IS NOT NULL AND s.status = 'failed')::integer AS failed,
            count(*) FILTER (WHERE s.part_of IS NOT NULL AND s.status IN ('skipped', 'cancelled'))::integer AS skipped,
            coalesce(jsonb_agg(
                jsonb_build_object('item', s.id, 'kind', s.kind, 'key', s.key, 'status', s.status) ORDER BY s.id
            ) FILTER (WHERE s.part_of IS NOT NULL AND s.status NOT IN ('queued', 'running')), '[]') AS events
        FROM jsonb_to_recordset(settlements) AS s (
            owner_id uuid, id uuid, part_of uuid, kind text, key text, status text
        )
        WHERE s.part_of IS NOT NULL OR s.status = 'running'
        GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        SELECT * INTO run FROM runs_open AS r
        WHERE r.owner_id = change.owner_id AND r.id = change.run_id AND r.step = 'items' FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        steps := change.done + change.failed + change.skipped;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT run.owner_id, run.id, run.event_number + e.place, 'item', e.data
        FROM jsonb_array_elements(change.events) WITH ORDINALITY AS e (data, place);
        UPDATE runs_open AS r SET
            done = r.done + change.done,
            failed = r.failed + change.failed,
            skipped = r.skipped + change.skipped,
            open_items = r.open_items - steps,
            event_number = r.event_number + jsonb_array_length(change.events),
            reached = runs_reached(r.reached, r.done + r.failed + r.skipped + steps, r.total),
            pace = runs_pace(r.pace, r.paced_at, steps),
            paced_at = CASE WHEN steps > 0 THEN now() ELSE r.paced_at END
        WHERE r.owner_id = run.owner_id AND r.id = run.id
        RETURNING r.* INTO run;
        IF run.open_items <= 0 THEN
            PERFORM runs_have_finished(run.owner_id, run.id);
        END IF;
    END LOOP;
END $$;

CREATE FUNCTION public.runs_beat(worker uuid, worker_name text, worker_place text, worker_lanes text[], is_draining boolean, lease interval, owner_ids uuid[], run_ids uuid[], fences bigint[]) RETURNS TABLE(run_id uuid, cancelled boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    INSERT INTO runs_workers AS w (id, name, place, lanes, running, draining)
    VALUES (worker, worker_name, worker_place, worker_lanes, cardinality(run_ids), is_draining)
    ON CONFLICT (id) DO UPDATE SET
        running = excluded.running, draining = excluded.draining, seen_at = now();
    RETURN QUERY
    WITH ours AS MATERIALIZED (
        SELECT r.owner_id, r.id, r.cancel
        FROM unnest(owner_ids, run_ids, fences) AS b (owner_id, id, fence)
        CROSS JOIN LATERAL (
            SELECT o.owner_id, o.id, o.cancel OR runs_is_cancelled(o.owner_id, o.part_of) AS cancel
            FROM runs_open AS o
            WHERE o.owner_id = b.owner_id AND o.id = b.id AND o.fence = b.fence AND o.status = 'running'
                AND o.step <> 'items'
        ) AS r
    ),
    free AS MATERIALIZED (
        SELECT f.owner_id, f.id FROM ours CROSS JOIN LATERAL (
            SELECT o.owner_id, o.id FROM runs_open AS o
            WHERE o.owner_id = ours.owner_id AND o.id = ours.id AND o.worker_id = worker
                AND o.status = 'running'
            FOR UPDATE SKIP LOCKED
        ) AS f
    ),
    renewed AS (
        UPDATE runs_open AS o SET lease_until = now() + lease
        FROM free WHERE o.owner_id = free.owner_id AND o.id = free.id
    )
    SELECT ours.id, ours.cancel FROM ours;
END $$;

CREATE FUNCTION public.runs_cancel(owner uuid, run_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    run runs_open;
BEGIN
    SELECT * INTO run FROM runs_open AS r WHERE r.owner_id = owner AND r.id = run_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF run.status = 'queued' THEN
        PERFORM runs_settle(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'part_of', run.part_of, 'kind', run.kind, 'key', run.key,
            'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
        RETURN;
    END IF;
    UPDATE runs_open AS r SET cancel = TRUE WHERE r.owner_id = owner AND r.id = run_id;
    PERFORM pg_notify('daybreak_runs_cancel', run_id::text);
    PERFORM runs_tell(jsonb_build_array(jsonb_build_object('id', run_id, 'owner_id', owner)));
    IF run.step = 'items' THEN
        PERFORM runs_cancel_items(owner, run_id);
    END IF;
END $$;

CREATE FUNCTION public.runs_cancel_items(owner uuid, run_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    settlements jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', owner, 'id', i.id, 'part_of', run_id, 'kind', i.kind, 'key', i.key,
        'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
            'cancelled', jsonb_build_object('epoch', i.epoch, 'attempt', i.attempts)
        ))
    )) INTO settlements
    FROM (
        SELECT r.id, r.kind, r.key, r.epoch, r.attempts FROM runs_open AS r
        WHERE r.owner_id = owner AND r.part_of = run_id AND r.status = 'queued'
        ORDER BY r.id FOR UPDATE SKIP LOCKED
    ) AS i;
    IF settlements IS NOT NULL THEN
        PERFORM runs_settle(settlements);
    END IF;
END $$;

CREATE FUNCTION public.runs_claim(owner_ids uuid[], run_ids uuid[], known_kinds text[], worker uuid, lease interval) RETURNS TABLE(owner_id uuid, id uuid, part_of uuid, kind text, lane text, key text, parameters text, epoch integer, attempt integer, max_attempts integer, fence bigint, event_number bigint, waited double precision, items text)
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
#variable_conflict use_column
DECLARE
    worker_name text;
BEGIN
    SELECT w.name INTO worker_name FROM runs_workers AS w WHERE w.id = worker;
    RETURN QUERY
    WITH free AS MATERIALIZED (
        SELECT r.owner_id, r.id, r.waited
        FROM unnest(owner_ids, run_ids) AS w (owner_id, id)
        CROSS JOIN LATERAL (
            SELECT
                o.owner_id, o.id,
                -- A run of a dead worker was due again when its lease expired.
                greatest(0, extract(EPOCH FROM now() - greatest(
                    o.created_at, o.not_before, o.lease_until
                )))::float AS waited
            FROM runs_open AS o
            WHERE o.owner_id = w.owner_id AND o.id = w.id
                AND o.kind = ANY (known_kinds)
                AND NOT o.cancel
                AND NOT runs_is_cancelled(o.owner_id, o.part_of)
                AND o.attempts < o.max_attempts
                AND (
                    (o.status = 'queued' AND o.not_before <= now())
                    OR (o.status = 'running' AND o.lease_until < now())
                )
            FOR UPDATE SKIP LOCKED
        ) AS r
    ),
    claimed AS (
        UPDATE runs_open AS r SET
            status = 'running',
            fence = r.fence + 1,
            attempts = r.attempts + 1,
            worker_id = worker,
            lease_until = now() + runs_claim.lease,
            started_at = coalesce(r.started_at, now()),
            wait_seconds = r.wait_seconds + free.waited,
            run_seconds = r.run_seconds + runs_seconds_under_way(r.status, r.claimed_at, r.lease_until),
            claimed_at = now(),
            paced_at = coalesce(r.paced_at, now()),
            event_number = r.event_number + 1,
            errors = CASE WHEN r.status = 'queued' THEN r.errors ELSE r.errors || jsonb_build_object(
                'epoch', r.epoch, 'attempt', r.attempts, 'at', now(), 'class', 'WorkerDied', 'retryable', TRUE,
                'message', 'The worker died or lost touch with the database.'
            ) END
        FROM free WHERE r.owner_id = free.owner_id AND r.id = free.id
        RETURNING r.*, free.waited
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT c.owner_id, c.id, c.event_number, 'running',
            jsonb_build_object('epoch', c.epoch, 'attempt', c.attempts, 'worker', worker_name)
        FROM claimed AS c
    )
    SELECT
        c.owner_id, c.id, c.part_of, c.kind, c.lane, c.key, c.parameters::text, c.epoch, c.attempts, c.max_attempts,
        c.fence, c.event_number, c.waited,
        CASE WHEN c.step = 'finish' THEN jsonb_build_object(
            'total', c.total, 'done', c.done, 'failed', c.failed, 'skipped', c.skipped, 'gaps', c.gaps,
            'result', c.result
        )::text END
    FROM claimed AS c;
END $$;

CREATE FUNCTION public.runs_count_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, count(*) FROM added GROUP BY kind, status;
    RETURN NULL;
END $$;

CREATE FUNCTION public.runs_count_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, sum(n)
    FROM (
        SELECT kind, status, count(*) AS n FROM added GROUP BY kind, status
        UNION ALL
        SELECT kind, status, -count(*) FROM removed GROUP BY kind, status
    ) AS moves
    GROUP BY kind, status HAVING sum(n) <> 0;
    RETURN NULL;
END $$;

CREATE FUNCTION public.runs_count_finished() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    WITH timed AS (
        INSERT INTO runs_times (kind, day, wait_class, run_class, runs, wait_seconds, run_seconds)
        SELECT
            kind, (finished_at AT TIME ZONE 'UTC')::date, runs_time_class(wait_seconds), runs_time_class(run_seconds),
            count(*), sum(wait_seconds), sum(run_seconds)
        FROM added WHERE status NOT IN ('cancelled', 'skipped')
        GROUP BY 1, 2, 3, 4
    )
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, count(*) FROM added GROUP BY kind, status;
    RETURN NULL;
END $$;

CREATE FUNCTION public.runs_count_queued(counted_kind text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT coalesce(sum(c.change), 0)::bigint FROM runs_counters AS c
    WHERE c.kind = counted_kind AND c.status = 'queued'
$$;

CREATE FUNCTION public.runs_count_removed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, -count(*) FROM removed GROUP BY kind, status;
    RETURN NULL;
END $$;

CREATE FUNCTION public.runs_doing() RETURNS TABLE(worker_id uuid, kind text, runs bigint, since timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT r.worker_id, r.kind, count(*), min(r.claimed_at)
    FROM runs_open AS r WHERE r.lease_until IS NOT NULL AND r.status = 'running' AND r.worker_id IS NOT NULL
    GROUP BY r.worker_id, r.kind
$$;

CREATE FUNCTION public.runs_drop_partitions(older_than interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.runs_partitions', 0));
    FOR part IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'runs_partitions'::regnamespace AND c.relkind = 'r'
            AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
            AND to_date(right(c.relname, 7), 'IYYY_IW') + 7 <= (now() AT TIME ZONE 'UTC' - older_than)::date
        ORDER BY c.relname
    LOOP
        IF part LIKE 'runs_finished%' THEN
            EXECUTE format('LOCK TABLE runs_partitions.%I IN ACCESS EXCLUSIVE MODE', part);
            EXECUTE format(
                'INSERT INTO public.runs_counters (kind, status, change) '
                'SELECT kind, status, -count(*) FROM runs_partitions.%I GROUP BY kind, status', part
            );
        END IF;
        EXECUTE format('DROP TABLE runs_partitions.%I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $_$;

CREATE FUNCTION public.runs_fan_out(settlements jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    room record;
    is_again boolean;
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(settlements) AS s (
            owner_id uuid, id uuid, status text, result jsonb, events jsonb, after_event bigint, phase text
        ) WHERE s.status = 'running'
    ),
    waiting AS (
        UPDATE runs_open AS r SET
            step = 'items',
            attempts = 0,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            phase = coalesce(s.phase, r.phase),
            result = s.result,
            run_seconds = r.run_seconds + runs_seconds_under_way(r.status, r.claimed_at, r.lease_until),
            lease_until = NULL,
            worker_id = NULL,
            job_id = NULL,
            rung_at = NULL,
            paced_at = now(),
            event_number = coalesce(s.after_event, r.event_number) + jsonb_array_length(s.events)
        FROM s INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
        WHERE r.owner_id = o.owner_id AND r.id = o.id
        RETURNING
            r.owner_id, r.id, s.events, coalesce(s.after_event, o.event_number) AS after_event,
            o.event_number AS known
    )
    INSERT INTO runs_events (owner_id, run_id, number, name, data)
    SELECT w.owner_id, w.id, w.after_event + e.place, e.event ->> 0, e.event -> 1
    FROM waiting AS w CROSS JOIN LATERAL jsonb_array_elements(w.events) WITH ORDINALITY AS e (event, place)
    WHERE w.after_event + e.place > w.known;

    -- Lock the run before its items are inserted: two items may add the same one.
    SELECT bool_or(locked.round IS NOT NULL) INTO is_again FROM (
        SELECT DISTINCT s.owner_id, coalesce(s.part_of, s.id) AS run_id
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid)
        ORDER BY 1, 2
    ) AS p
    CROSS JOIN LATERAL (
        SELECT r.round FROM runs_open AS r WHERE r.owner_id = p.owner_id AND r.id = p.run_id FOR UPDATE
    ) AS locked;
    IF is_again THEN
        PERFORM runs_renew_items(settlements);
    END IF;

    WITH new AS (
        SELECT s.owner_id, coalesce(s.part_of, s.id) AS run_id, whole.round, i.*, row_number() OVER () AS place
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid, items jsonb)
        LEFT JOIN LATERAL (
            SELECT r.round FROM runs_open AS r WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.part_of, s.id)
        ) AS whole ON TRUE
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            id uuid, kind text, lane text, key text, parameters jsonb, max_attempts integer
        )
    ),
    added AS (
        INSERT INTO runs_open (
            owner_id, id, part_of, kind, lane, key, parameters, status, max_attempts, created_at, not_before,
            round
        )
        SELECT
            n.owner_id, n.id, n.run_id, n.kind, n.lane, n.key, n.parameters, 'queued', n.max_attempts,
            -- Preserves the given order, although all are created at the same instant.
            now() + n.place * interval '1 microsecond', now(), n.round
        FROM new AS n
        WHERE NOT EXISTS (
            SELECT FROM runs_finished AS f
            WHERE f.owner_id = n.owner_id AND f.part_of = n.run_id AND f.kind = n.kind AND f.key = n.key
        )
        ON CONFLICT (owner_id, part_of, kind, key) WHERE part_of IS NOT NULL DO NOTHING
        RETURNING owner_id, part_of
    ),
    counted AS (SELECT owner_id, part_of, count(*)::integer AS items FROM added GROUP BY owner_id, part_of)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.part_of;

    FOR room IN
        SELECT p.owner_id, p.lane, (p.places - w.used)::integer AS free
        FROM (
            SELECT s.owner_id, i.lane, s.places
            FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, places integer, items jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (lane text)
            UNION
            SELECT s.owner_id, s.lane, s.places
            FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, lane text, places integer)
            WHERE s.places IS NOT NULL
        ) AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.lane = p.lane AND r.job_id IS NOT NULL LIMIT p.places
            ) AS rung_rows
        ) AS w
        WHERE w.used < p.places
    LOOP
        PERFORM runs_admit(ARRAY[room.owner_id], ARRAY[room.lane], ARRAY[room.free]);
    END LOOP;
END $$;

CREATE FUNCTION public.runs_fold() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_fold', 0)) THEN
        RETURN;
    END IF;
    WITH folded AS (DELETE FROM runs_counters RETURNING kind, status, change)
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, sum(change) FROM folded GROUP BY kind, status HAVING sum(change) <> 0;
    WITH folded AS (DELETE FROM runs_times RETURNING *)
    INSERT INTO runs_times (kind, day, wait_class, run_class, runs, wait_seconds, run_seconds)
    SELECT kind, day, wait_class, run_class, sum(runs), sum(wait_seconds), sum(run_seconds)
    FROM folded GROUP BY kind, day, wait_class, run_class;
END $$;

CREATE FUNCTION public.runs_forget_owners() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM runs_events WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_open WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_finished WHERE owner_id IN (SELECT id FROM removed);
    RETURN NULL;
END $$;

CREATE FUNCTION public.runs_have_finished(owner uuid, run_id uuid) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    run runs_open;
BEGIN
    UPDATE runs_open AS r SET
        status = CASE WHEN r.cancel THEN r.status ELSE 'queued' END,
        step = 'finish',
        not_before = now(),
        gaps = ARRAY(
            SELECT f.key FROM runs_finished AS f
            WHERE f.owner_id = owner AND f.part_of = runs_have_finished.run_id AND f.status IN ('failed', 'partial')
                AND f.round IS NOT DISTINCT FROM r.round
            ORDER BY f.created_at, f.id LIMIT 100
        )
    WHERE r.owner_id = owner AND r.id = runs_have_finished.run_id
    RETURNING r.* INTO run;
    IF run.cancel THEN
        PERFORM runs_settle(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
    ELSE
        PERFORM runs_ring(run.lane, ARRAY[owner], ARRAY[run.id]);
    END IF;
END $$;

CREATE FUNCTION public.runs_hold(owner_ids uuid[], run_ids uuid[], fences bigint[]) RETURNS TABLE(run_id uuid, cancelled boolean)
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    PERFORM set_config('lock_timeout', '10s', TRUE);
    RETURN QUERY
    SELECT
        h.id,
        -- Few runs are items, and the lookup of the parent costs more than the rest.
        CASE WHEN h.part_of IS NULL THEN h.cancel ELSE h.cancel OR runs_is_cancelled(h.owner_id, h.part_of) END
    FROM unnest(owner_ids, run_ids, fences) AS w (owner_id, id, fence)
    CROSS JOIN LATERAL (
        SELECT o.owner_id, o.id, o.part_of, o.cancel FROM runs_open AS o
        WHERE o.owner_id = w.owner_id AND o.id = w.id AND o.fence = w.fence AND o.status = 'running'
            -- A run that waits for its items has no worker. A commit whose answer was lost must not be repeated.
            AND o.step <> 'items'
        FOR UPDATE
    ) AS h;
END $$;

CREATE TABLE public.runs_open (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL,
    key text NOT NULL,
    parameters jsonb NOT NULL,
    status text NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    fence bigint DEFAULT 0 NOT NULL,
    event_number bigint DEFAULT 0 NOT NULL,
    phase text DEFAULT ''::text NOT NULL,
    total integer DEFAULT 0 NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    not_before timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone,
    worker_id uuid,
    cancel boolean DEFAULT false NOT NULL,
    job_id bigint,
    rung_at timestamp with time zone,
    part_of uuid,
    step text DEFAULT 'begin'::text NOT NULL,
    open_items integer DEFAULT 0 NOT NULL,
    result jsonb,
    gaps text[] DEFAULT '{}'::text[] NOT NULL,
    wait_seconds double precision DEFAULT 0 NOT NULL,
    run_seconds double precision DEFAULT 0 NOT NULL,
    claimed_at timestamp with time zone,
    pace double precision,
    paced_at timestamp with time zone,
    round integer,
    reached smallint,
    CONSTRAINT runs_open_lane_check CHECK ((lane = ANY (ARRAY['people'::text, 'briefs'::text, 'bulk'::text]))),
    CONSTRAINT runs_open_status CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text]))),
    CONSTRAINT runs_open_step CHECK ((step = ANY (ARRAY['begin'::text, 'items'::text, 'finish'::text])))
);

ALTER TABLE ONLY public.runs_open FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.runs_is_cancelled(owner uuid, run uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((run IS NOT NULL) AND (EXISTS (SELECT FROM public.runs_open WHERE ((runs_open.owner_id = runs_is_cancelled.owner) AND (runs_open.id = runs_is_cancelled.run) AND runs_open.cancel))));

CREATE FUNCTION public.runs_latest(owner uuid, wanted_kind text, wanted_key text, how_many integer) RETURNS TABLE(status text, result jsonb, errors jsonb, created_at timestamp with time zone, started_at timestamp with time zone, run_seconds double precision)
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT r.status, r.result, r.errors, r.created_at, r.started_at, r.run_seconds
    FROM runs_all AS r
    WHERE r.owner_id = owner AND r.part_of IS NULL AND r.kind = wanted_kind AND r.key = wanted_key
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT how_many
$$;

CREATE FUNCTION public.runs_make_partitions(ahead interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    parent text;
    week timestamptz;
    part text;
    stamp text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.runs_partitions', 0));
    FOR parent, stamp IN VALUES ('runs_finished', 'finished_at'), ('runs_events', 'at') LOOP
        FOR week IN EXECUTE format(
            'SELECT w AT TIME ZONE ''UTC'' FROM generate_series('
            'date_trunc(''week'', now() AT TIME ZONE ''UTC''), now() AT TIME ZONE ''UTC'' + $1, ''1 week'') AS w '
            'UNION SELECT date_trunc(''week'', %1$I AT TIME ZONE ''UTC'') AT TIME ZONE ''UTC'' '
            'FROM runs_partitions.%2$I WHERE %1$I < now()',
            stamp, parent || '_rest'
        ) USING ahead
        LOOP
            part := parent || to_char(week AT TIME ZONE 'UTC', '_IYYY_IW');
            CONTINUE WHEN to_regclass('runs_partitions.' || part) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE runs_partitions.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                part, parent
            );
            -- The default partition must not change between moving its rows and attaching.
            EXECUTE format('LOCK TABLE runs_partitions.%I IN ACCESS EXCLUSIVE MODE', parent || '_rest');
            EXECUTE format(
                'WITH moved AS (DELETE FROM runs_partitions.%I WHERE %I >= %L AND %I < %L RETURNING *) '
                'INSERT INTO runs_partitions.%I SELECT * FROM moved',
                parent || '_rest', stamp, week, stamp, week + interval '7 days', part
            );
            EXECUTE format(
                'ALTER TABLE public.%I ATTACH PARTITION runs_partitions.%I FOR VALUES FROM (%L) TO (%L)',
                parent, part, week, week + interval '7 days'
            );
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $_$;

CREATE FUNCTION public.runs_measure(measured_kind text, since timestamp with time zone) RETURNS TABLE(runs bigint, took interval, per_second double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH recent AS (
        SELECT finished_at, finished_at - started_at AS took FROM runs_finished
        WHERE kind = measured_kind AND status IN ('succeeded', 'partial')
            AND finished_at >= since AND started_at IS NOT NULL
    )
    SELECT
        (SELECT count(*) FROM recent),
        (SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY r.took) FROM recent AS r),
        (
            SELECT max(m.ended) / 60.0 FROM (
                SELECT count(*) AS ended FROM recent GROUP BY date_trunc('minute', finished_at)
            ) AS m
        )::float
$$;

CREATE FUNCTION public.runs_pace(pace double precision, paced_at timestamp with time zone, steps integer) RETURNS double precision
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((steps <= 0) OR (paced_at IS NULL)) THEN pace WHEN (pace IS NULL) THEN ((EXTRACT(epoch FROM (now() - paced_at)) / (steps)::numeric))::double precision ELSE (((0.7)::double precision * pace) + (((0.3 * EXTRACT(epoch FROM (now() - paced_at))) / (steps)::numeric))::double precision) END;

CREATE FUNCTION public.runs_reached(reached smallint, steps integer, total integer) RETURNS smallint
    LANGUAGE sql IMMUTABLE
    RETURN GREATEST(reached, CASE WHEN (total > 0) THEN (LEAST((100)::bigint, ((100 * (steps)::bigint) / total)))::smallint ELSE NULL::smallint END);

CREATE FUNCTION public.runs_record(done_kind text, done_result jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    INSERT INTO runs_finished (
        owner_id, id, kind, lane, key, parameters, status, epoch, attempts, max_attempts, fence, event_number, phase,
        total, done, failed, skipped, result, errors, created_at, started_at, finished_at, run_seconds
    )
    VALUES (
        '00000000-0000-0000-0000-000000000000', gen_random_uuid(), done_kind, 'bulk', now()::text, '{}', 'succeeded',
        1, 1, 1, 1, 0, '', 0, 0, 0, 0, done_result, '[]', now(), now(), clock_timestamp(),
        extract(EPOCH FROM clock_timestamp() - now())
    )
$$;

CREATE FUNCTION public.runs_renew_items(settlements jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    WITH new AS MATERIALIZED (
        SELECT s.owner_id, whole.id AS run_id, whole.round AS new_round, i.*, row_number() OVER () AS place
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid, items jsonb)
        CROSS JOIN LATERAL (
            SELECT r.id, r.round FROM runs_open AS r WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.part_of, s.id)
        ) AS whole
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            kind text, lane text, key text, parameters jsonb, max_attempts integer
        )
    ),
    gone AS (
        DELETE FROM runs_finished AS f USING new AS n
        WHERE f.owner_id = n.owner_id AND f.part_of = n.run_id AND f.kind = n.kind AND f.key = n.key
            AND f.round IS DISTINCT FROM n.new_round
        RETURNING
            f.*, n.new_round, n.place, n.lane AS new_lane, n.parameters AS new_parameters,
            n.max_attempts AS new_max_attempts
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, event_number + 1, 'queued', jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, part_of, kind, lane, key, parameters, status, epoch, max_attempts, fence, event_number,
            errors, created_at, not_before, wait_seconds, run_seconds, round
        )
        SELECT
            owner_id, id, part_of, kind, new_lane, key, new_parameters, 'queued', epoch + 1, new_max_attempts, fence,
            event_number + 1, errors, now() + place * interval '1 microsecond', now(), wait_seconds, run_seconds,
            new_round
        FROM gone
        RETURNING owner_id, part_of
    ),
    counted AS (SELECT owner_id, part_of, count(*)::integer AS items FROM back GROUP BY owner_id, part_of)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.part_of;
END $$;

CREATE FUNCTION public.runs_reopen(owner uuid, run_ids uuid[], event text) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    reopened integer;
BEGIN
    WITH gone AS (
        DELETE FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = ANY (run_ids) RETURNING *
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, event_number + 1, event, jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, max_attempts, fence,
            event_number, total, done, failed, skipped, result, errors, created_at, wait_seconds, run_seconds,
            round
        )
        SELECT
            owner_id, id, part_of, kind, lane, key, parameters, 'queued', step, epoch + 1, max_attempts, fence,
            event_number + 1,
            -- Counts of items remain true; a run's own progress starts again.
            CASE step WHEN 'begin' THEN 0 ELSE total END, CASE step WHEN 'begin' THEN 0 ELSE done END,
            CASE step WHEN 'begin' THEN 0 ELSE failed END, CASE step WHEN 'begin' THEN 0 ELSE skipped END,
            CASE step WHEN 'begin' THEN NULL ELSE result END,
            errors, created_at, wait_seconds, run_seconds, round
        FROM gone
        RETURNING id
    )
    SELECT count(*) INTO reopened FROM back;
    RETURN reopened;
END $$;

CREATE FUNCTION public.runs_report(reports jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(reports) AS s (
            owner_id uuid, id uuid, fence bigint, phase text, done integer, total integer, failed integer,
            skipped integer, events jsonb, after_event bigint
        )
    ),
    held AS MATERIALIZED (
        SELECT
            s.owner_id, s.id, s.events, s.after_event, h.event_number, coalesce(s.phase, h.phase) AS phase,
            greatest(s.total, h.total) AS total, greatest(s.done, h.done) AS done,
            greatest(s.failed, h.failed) AS failed, greatest(s.skipped, h.skipped) AS skipped,
            h.done + h.failed + h.skipped AS before
        FROM s CROSS JOIN LATERAL (
            SELECT r.event_number, r.phase, r.total, r.done, r.failed, r.skipped FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = s.id AND r.fence = s.fence AND r.status = 'running'
                AND r.step <> 'items'
            FOR UPDATE
        ) AS h
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT h.owner_id, h.id, h.after_event + e.place, e.event ->> 0, e.event -> 1
        FROM held AS h CROSS JOIN LATERAL jsonb_array_elements(h.events) WITH ORDINALITY AS e (event, place)
        WHERE h.after_event + e.place > h.event_number
    )
    UPDATE runs_open AS r SET
        phase = h.phase,
        total = h.total,
        done = h.done,
        failed = h.failed,
        skipped = h.skipped,
        reached = runs_reached(r.reached, h.done + h.failed + h.skipped, h.total),
        pace = runs_pace(r.pace, r.paced_at, h.done + h.failed + h.skipped - h.before),
        paced_at = CASE WHEN h.done + h.failed + h.skipped > h.before THEN now() ELSE r.paced_at END,
        event_number = h.after_event + jsonb_array_length(h.events)
    FROM held AS h WHERE r.owner_id = h.owner_id AND r.id = h.id;
    PERFORM runs_tell(reports);
END $$;

CREATE FUNCTION public.runs_retry(owner uuid, which uuid, places integer, whole boolean) RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    ended runs_finished;
    run runs_open;
    item_ids uuid [];
BEGIN
    SELECT * INTO ended FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = which;
    IF NOT FOUND THEN
        RETURN CASE
            WHEN EXISTS (SELECT FROM runs_open AS o WHERE o.owner_id = owner AND o.id = which) THEN 'open'
            ELSE 'missing'
        END;
    END IF;
    IF ended.status IN ('succeeded', 'skipped') THEN
        RETURN 'succeeded';
    END IF;
    IF whole AND ended.part_of IS NOT NULL THEN
        RETURN 'item';
    END IF;
    IF ended.part_of IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_all AS a
        WHERE a.owner_id = owner AND a.id = ended.part_of AND a.round IS NOT DISTINCT FROM ended.round
    ) THEN
        RETURN 'past';
    END IF;
    IF ended.part_of IS NULL AND (whole OR ended.step = 'begin') THEN
        IF runs_reopen(owner, ARRAY[which], 'queued') = 0 THEN
            RETURN 'open';
        END IF;
        UPDATE runs_open AS o SET
            step = 'begin',
            round = coalesce(o.round, 1) + 1,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            result = NULL
        WHERE o.owner_id = owner AND o.id = which AND o.step <> 'begin';
        PERFORM runs_ring(ended.lane, ARRAY[owner], ARRAY[which]);
        RETURN 'retried';
    END IF;

    SELECT * INTO run FROM runs_open AS o
    WHERE o.owner_id = owner AND o.id = coalesce(ended.part_of, which) FOR UPDATE;
    IF FOUND AND (run.cancel OR run.step <> 'items' OR ended.part_of IS NULL) THEN
        RETURN CASE WHEN ended.part_of IS NULL THEN 'open' ELSE 'busy' END;
    END IF;
    -- A concurrent retry held the lock of the run until now.
    IF run.id IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = which
    ) THEN
        RETURN 'open';
    END IF;
    IF run.id IS NULL THEN
        IF runs_reopen(owner, ARRAY[coalesce(ended.part_of, which)], 'running') = 0 THEN
            RETURN 'busy';
        END IF;
        SELECT * INTO run FROM runs_open AS o
        WHERE o.owner_id = owner AND o.id = coalesce(ended.part_of, which) FOR UPDATE;
    ELSE
        UPDATE runs_open AS o SET epoch = o.epoch + 1, event_number = o.event_number + 1, reached = NULL
        WHERE o.owner_id = owner AND o.id = run.id RETURNING o.* INTO run;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        VALUES (owner, run.id, run.event_number, 'running', jsonb_build_object('epoch', run.epoch));
    END IF;

    WITH again AS MATERIALIZED (
        SELECT f.id, f.status FROM runs_finished AS f
        WHERE f.owner_id = owner AND f.part_of = run.id AND f.status IN ('failed', 'partial', 'cancelled')
            AND f.round IS NOT DISTINCT FROM run.round AND (ended.part_of IS NULL OR f.id = which)
    ),
    counted AS (
        SELECT
            array_agg(id) AS ids, count(*)::integer AS items,
            count(*) FILTER (WHERE status = 'partial')::integer AS done,
            count(*) FILTER (WHERE status = 'failed')::integer AS failed,
            count(*) FILTER (WHERE status = 'cancelled')::integer AS skipped
        FROM again
    )
    UPDATE runs_open AS o SET
        status = 'running',
        step = 'items',
        open_items = o.open_items + c.items,
        done = o.done - c.done,
        failed = o.failed - c.failed,
        skipped = o.skipped - c.skipped,
        gaps = '{}',
        paced_at = now()
    FROM counted AS c WHERE o.owner_id = owner AND o.id = run.id
    RETURNING c.ids INTO item_ids;
    IF item_ids IS NULL THEN
        PERFORM runs_have_finished(owner, run.id);
    ELSE
        PERFORM runs_reopen(owner, item_ids, 'queued');
        PERFORM runs_fan_out(jsonb_agg(jsonb_build_object('owner_id', owner, 'lane', l.lane, 'places', places)))
        FROM (SELECT DISTINCT o.lane FROM runs_open AS o WHERE o.owner_id = owner AND o.id = ANY (item_ids)) AS l;
    END IF;
    RETURN 'retried';
END $$;

CREATE FUNCTION public.runs_ring(ring_lane text, owner_ids uuid[], run_ids uuid[], delay interval DEFAULT '00:00:00'::interval, urgency integer DEFAULT 0) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    bells bigint [];
BEGIN
    IF delay <= interval '1 minute' THEN
        bells := ARRAY(
            SELECT nextval('pgq.pgqueuer_id_seq') FROM generate_series(0, (cardinality(owner_ids) - 1) / 100)
        );
        INSERT INTO pgq.pgqueuer (id, priority, entrypoint, payload, execute_after, status)
        SELECT
            bells[1 + b.bell], urgency, 'runs.' || ring_lane, convert_to(b.payload::text, 'UTF8'), now() + delay,
            'queued'
        FROM (
            SELECT
                (p.place - 1) / 100 AS bell, jsonb_agg(jsonb_build_array(p.owner_id, p.id) ORDER BY p.place) AS payload
            FROM unnest(owner_ids, run_ids) WITH ORDINALITY AS p (owner_id, id, place)
            GROUP BY 1
        ) AS b;
    END IF;
    UPDATE runs_open AS r SET job_id = bells[1 + (p.place - 1) / 100], rung_at = now() + delay
    FROM unnest(owner_ids, run_ids) WITH ORDINALITY AS p (owner_id, id, place)
    WHERE r.owner_id = p.owner_id AND r.id = p.id;
END $$;

CREATE FUNCTION public.runs_seconds_under_way(status text, claimed_at timestamp with time zone, lease_until timestamp with time zone) RETURNS double precision
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((status = 'running'::text) AND (lease_until IS NOT NULL)) THEN GREATEST((0)::numeric, EXTRACT(epoch FROM (LEAST(now(), lease_until) - claimed_at))) ELSE (0)::numeric END;

CREATE FUNCTION public.runs_settle(settlements jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT runs_settle_untold(settlements);
    SELECT runs_tell(settlements);
$$;

CREATE FUNCTION public.runs_settle_untold(settlements jsonb) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $_$
DECLARE
    again record;
    freed_owners uuid [];
    freed_lanes text [];
    freed_counts integer [];
    has_items boolean;
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(settlements) AS s (
            owner_id uuid, id uuid, status text, result jsonb, error jsonb, gaps text [], events jsonb, after_event bigint,
            phase text, done integer, total integer, failed integer, skipped integer
        ) WHERE s.status NOT IN ('queued', 'running')
    ),
    gone AS (
        DELETE FROM runs_open AS r USING s WHERE r.owner_id = s.owner_id AND r.id = s.id
        RETURNING
            r.*, s.status AS ending, s.result AS last_result, s.gaps AS last_gaps, s.error, s.events,
            coalesce(s.after_event, r.event_number) AS after_event, s.phase AS last_phase, s.done AS last_done,
            s.total AS last_total, s.failed AS last_failed, s.skipped AS last_skipped
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT g.owner_id, g.id, g.after_event + e.place, e.event ->> 0, e.event -> 1
        FROM gone AS g CROSS JOIN LATERAL jsonb_array_elements(g.events) WITH ORDINALITY AS e (event, place)
        WHERE g.after_event + e.place > g.event_number
    ),
    ended AS (
        INSERT INTO runs_finished (
            owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, attempts, max_attempts, fence,
            event_number, phase, total, done, failed, skipped, result, gaps, errors, created_at, started_at,
            wait_seconds, run_seconds, round, reached
        )
        SELECT
            owner_id, id, part_of, kind, lane, key, parameters, ending, step, epoch, attempts, max_attempts, fence,
            after_event + jsonb_array_length(events), coalesce(last_phase, phase), greatest(last_total, total),
            greatest(last_done, done), greatest(last_failed, failed), greatest(last_skipped, skipped),
            coalesce(last_result, result), coalesce(last_gaps, gaps),
            CASE WHEN error IS NULL THEN errors ELSE errors || (error || jsonb_build_object('at', now())) END,
            created_at, started_at, wait_seconds, run_seconds + runs_seconds_under_way(status, claimed_at, lease_until),
            round, reached
        FROM gone
    )
    SELECT array_agg(f.owner_id), array_agg(f.lane), array_agg(f.places)
    INTO freed_owners, freed_lanes, freed_counts
    FROM (
        SELECT owner_id, lane, count(*)::integer AS places FROM gone WHERE job_id IS NOT NULL GROUP BY owner_id, lane
    ) AS f;

    -- Usually no run is released or waits for capacity, and these checks are cheaper than empty statements.
    IF settlements @> '[{"status": "queued"}]' THEN
        FOR again IN
            WITH s AS MATERIALIZED (
                SELECT * FROM jsonb_to_recordset(settlements) AS s (
                    owner_id uuid, id uuid, status text, error jsonb, events jsonb, after_event bigint, delay float,
                    refund integer
                ) WHERE s.status = 'queued'
            ),
            back AS (
                UPDATE runs_open AS r SET
                    status = 'queued',
                    attempts = r.attempts - s.refund,
                    errors = CASE
                        WHEN s.error IS NULL THEN r.errors
                        ELSE r.errors || (s.error || jsonb_build_object('at', now()))
                    END,
                    not_before = now() + make_interval(secs => s.delay),
                    run_seconds = r.run_seconds + runs_seconds_under_way(r.status, r.claimed_at, r.lease_until),
                    lease_until = NULL,
                    worker_id = NULL,
                    event_number = coalesce(s.after_event, r.event_number) + jsonb_array_length(s.events)
                FROM s INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
                WHERE r.owner_id = o.owner_id AND r.id = o.id
                RETURNING r.owner_id, r.id, r.lane, s.delay, s.events, o.event_number AS known,
                    coalesce(s.after_event, o.event_number) AS after_event
            ),
            told AS (
                INSERT INTO runs_events (owner_id, run_id, number, name, data)
                SELECT b.owner_id, b.id, b.after_event + e.place, e.event ->> 0, e.event -> 1
                FROM back AS b CROSS JOIN LATERAL jsonb_array_elements(b.events) WITH ORDINALITY AS e (event, place)
                WHERE b.after_event + e.place > b.known
            )
            SELECT lane, delay, array_agg(owner_id) AS owner_ids, array_agg(id) AS run_ids
            FROM back GROUP BY lane, delay
        LOOP
            PERFORM runs_ring(again.lane, again.owner_ids, again.run_ids, make_interval(secs => again.delay));
            -- Without a job they free their capacity.
            IF again.delay > 60 THEN
                freed_owners := freed_owners || again.owner_ids;
                freed_lanes := freed_lanes || array_fill(again.lane, ARRAY[cardinality(again.owner_ids)]);
                freed_counts := freed_counts || array_fill(1, ARRAY[cardinality(again.owner_ids)]);
            END IF;
        END LOOP;
        SELECT array_agg(f.owner_id), array_agg(f.lane), array_agg(f.places)
        INTO freed_owners, freed_lanes, freed_counts
        FROM (
            SELECT u.owner_id, u.lane, sum(u.places)::integer AS places
            FROM unnest(freed_owners, freed_lanes, freed_counts) AS u (owner_id, lane, places)
            GROUP BY u.owner_id, u.lane
        ) AS f;
    END IF;

    has_items := settlements @? '$[*] ? (exists(@.items) || @.part_of != null)';
    IF has_items THEN
        PERFORM runs_fan_out(settlements);
    END IF;
    IF EXISTS (
        SELECT FROM unnest(freed_owners, freed_lanes) AS f (owner_id, lane)
        -- LIMIT makes PostgreSQL look up each owner. A join would read all rows that have waited since the oldest
        -- snapshot.
        CROSS JOIN LATERAL (
            SELECT FROM runs_open AS r
            WHERE r.owner_id = f.owner_id AND r.lane = f.lane AND r.rung_at IS NULL AND r.status = 'queued'
            LIMIT 1
        ) AS waiting
    ) THEN
        PERFORM runs_admit(freed_owners, freed_lanes, freed_counts);
    END IF;
    IF has_items THEN
        PERFORM runs_advance(settlements);
    END IF;
END $_$;

CREATE FUNCTION public.runs_start(owner uuid, new_id uuid, new_kind text, new_lane text, new_key text, new_parameters jsonb, new_max_attempts integer, delay interval, places integer) RETURNS uuid
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    open_id uuid;
BEGIN
    LOOP
        INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts, not_before, rung_at)
        VALUES (
            owner, new_id, new_kind, new_lane, new_key, new_parameters, 'queued', new_max_attempts,
            now() + delay, CASE WHEN delay > interval '0' THEN now() + delay END
        )
        ON CONFLICT (owner_id, kind, key) WHERE part_of IS NULL DO NOTHING RETURNING id INTO open_id;
        EXIT WHEN open_id IS NOT NULL;
        -- It may end, and disappear, between the two statements.
        SELECT id INTO open_id FROM runs_open
        WHERE owner_id = owner AND kind = new_kind AND key = new_key AND part_of IS NULL;
        IF open_id IS NOT NULL THEN
            -- A user now waits for a run that was enqueued for later.
            IF new_lane = 'people' THEN
                UPDATE runs_open AS r SET lane = new_lane
                FROM (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = owner AND o.id = open_id AND o.status = 'queued' AND o.step = 'begin'
                        AND o.lane <> new_lane AND o.not_before <= now()
                    FOR UPDATE SKIP LOCKED
                ) AS f
                WHERE r.owner_id = owner AND r.id = f.id;
                IF FOUND THEN
                    PERFORM runs_ring(new_lane, ARRAY[owner], ARRAY[open_id]);
                END IF;
            END IF;
            RETURN open_id;
        END IF;
    END LOOP;
    PERFORM runs_tell(jsonb_build_array(jsonb_build_object('id', new_id, 'owner_id', owner)));
    IF delay <= interval '0' AND places > (
        SELECT count(*) FROM (
            SELECT FROM runs_open WHERE owner_id = owner AND lane = new_lane AND job_id IS NOT NULL LIMIT places
        ) AS rung
    ) THEN
        PERFORM runs_ring(new_lane, ARRAY[owner], ARRAY[new_id]);
    ELSIF delay > interval '0' AND delay <= interval '1 minute' AND places > (
        SELECT count(*) FROM (
            SELECT o.job_id, o.rung_at FROM runs_open AS o
            WHERE o.owner_id = owner AND o.part_of IS NULL AND o.id <> new_id
            ORDER BY o.created_at DESC, o.id DESC LIMIT places
        ) AS newest
        WHERE newest.job_id IS NULL AND newest.rung_at > now()
    ) THEN
        -- The rescue pass could be late for it. This job does not count as capacity, so only the first of many such
        -- runs get one.
        INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, execute_after, status)
        VALUES (
            0, 'runs.' || new_lane, convert_to(jsonb_build_array(jsonb_build_array(owner, new_id))::text, 'UTF8'),
            now() + delay, 'queued'
        );
    END IF;
    RETURN new_id;
END $$;

CREATE FUNCTION public.runs_start_many(owner_ids uuid[], new_kind text, new_lane text, keys text[], many_parameters jsonb[], new_max_attempts integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    bells bigint [];
    -- One random number for all ids: where it comes from a system call, it costs more than the row.
    seed bytea := uuid_send(gen_random_uuid());
    started integer;
BEGIN
    LOOP
        bells := ARRAY(
            SELECT nextval('pgq.pgqueuer_id_seq') FROM generate_series(0, (cardinality(owner_ids) - 1) / 100)
        );
        BEGIN
            WITH made AS (
                INSERT INTO runs_open AS r (
                    owner_id, id, kind, lane, key, parameters, status, max_attempts, job_id, rung_at
                )
                SELECT
                    w.owner_id, w.id, new_kind, new_lane, w.key, w.parameters, 'queued',
                    new_max_attempts, bells[1 + (w.place - 1) / 100], now()
                FROM (
                    SELECT DISTINCT ON (u.owner_id, u.key)
                        u.owner_id, u.key, u.parameters, u.place,
                        encode(
                            substr(sha256(seed || uuid_send(u.owner_id) || convert_to(u.key, 'UTF8')), 1, 16), 'hex'
                        )::uuid AS id
                    FROM unnest(owner_ids, keys, many_parameters) WITH ORDINALITY
                        AS u (owner_id, key, parameters, place)
                ) AS w
                WHERE (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = w.owner_id AND o.kind = new_kind AND o.key = w.key AND o.part_of IS NULL
                ) IS NULL
                RETURNING r.owner_id, r.id, r.job_id
            ),
            rung AS (
                INSERT INTO pgq.pgqueuer (id, priority, entrypoint, payload, status)
                SELECT
                    m.job_id, 0, 'runs.' || new_lane,
                    convert_to('[' || string_agg('["' || m.owner_id || '","' || m.id || '"]', ',') || ']', 'UTF8'),
                    'queued'
                FROM made AS m GROUP BY m.job_id
            )
            SELECT count(*) INTO started FROM made;
            RETURN started;
        EXCEPTION WHEN unique_violation THEN
            -- A concurrent transaction has enqueued one of them, which is visible now. This is rare, and cheaper than
            -- ON CONFLICT for every row.
        END;
    END LOOP;
END $$;

CREATE FUNCTION public.runs_sweep(places integer, grace interval, lease interval, batch integer) RETURNS TABLE(expired integer, rung integer, looked integer, admitted integer, recounted integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    settlements jsonb;
    seen record;
    far_at timestamptz;
    far_id uuid;
    lost record;
    freed record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_sweep', 0)) THEN
        RETURN;
    END IF;
    expired := 0;
    rung := 0;
    admitted := 0;
    recounted := 0;

    -- Find them by the index of leases first: with ORDER BY and LIMIT the planner would read all open runs.
    WITH silent AS MATERIALIZED (
        SELECT l.owner_id, l.id FROM runs_open AS l WHERE l.status = 'running' AND l.lease_until < now()
    )
    -- Skip rows that are locked by a hanging transaction, and items whose parent is locked.
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', e.owner_id,
        'id', e.id,
        'part_of', e.part_of,
        'kind', e.kind,
        'key', e.key,
        'status', e.ending,
        'error', jsonb_build_object(
            'epoch', e.epoch, 'attempt', e.attempts, 'class', 'WorkerDied', 'retryable', TRUE,
            'message', 'The worker died or lost touch with the database.'
        ),
        'events', jsonb_build_array(jsonb_build_array(
            e.ending, jsonb_build_object('epoch', e.epoch, 'attempt', e.attempts, 'reason', 'WorkerDied')
        )),
        'delay', 0,
        'refund', 0
    )), count(*) INTO settlements, expired
    FROM (
        SELECT
            o.owner_id, o.id, o.part_of, o.kind, o.key, o.epoch, o.attempts,
            CASE
                WHEN o.cancel OR coalesce(p.cancel, FALSE) THEN 'cancelled'
                WHEN o.attempts >= o.max_attempts THEN 'failed'
                ELSE 'queued'
            END AS ending
        FROM silent AS s
        INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
        LEFT JOIN LATERAL (
            SELECT r.cancel FROM runs_open AS r
            WHERE o.part_of IS NOT NULL AND r.owner_id = o.owner_id AND r.id = o.part_of
            FOR UPDATE SKIP LOCKED
        ) AS p ON TRUE
        WHERE o.status = 'running' AND o.lease_until < now() AND (
            o.part_of IS NULL OR p.cancel IS NOT NULL OR NOT EXISTS (
                -- The parent is not locked but gone.
                SELECT FROM runs_open AS r WHERE r.owner_id = o.owner_id AND r.id = o.part_of
            )
        )
        ORDER BY o.owner_id, o.id LIMIT batch FOR UPDATE OF o SKIP LOCKED
    ) AS e;
    IF settlements IS NOT NULL THEN
        PERFORM runs_settle(settlements);
    END IF;

    -- A run that has become due waits for capacity like all others.
    WITH due AS (
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NULL AND r.rung_at < now()
        ORDER BY r.rung_at LIMIT batch FOR UPDATE SKIP LOCKED
    )
    UPDATE runs_open AS r SET rung_at = NULL FROM due AS d WHERE r.owner_id = d.owner_id AND r.id = d.id;
    GET DIAGNOSTICS rung = ROW_COUNT;

    -- A million runs may be waiting with intact jobs, so each pass checks only the next batch.
    SELECT s.rung_at, s.id INTO seen FROM runs_sweeps AS s;
    SELECT count(*), max(l.rung_at), (array_agg(l.id ORDER BY l.rung_at DESC, l.id DESC))[1]
    INTO looked, far_at, far_id
    FROM (
        SELECT r.id, r.rung_at FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NOT NULL
            AND r.rung_at < now() - grace AND (r.rung_at, r.id) > (seen.rung_at, seen.id)
        ORDER BY r.rung_at, r.id LIMIT batch
    ) AS l;
    FOR lost IN
        WITH looked_at AS MATERIALIZED (
            SELECT r.owner_id, r.id, r.job_id, r.rung_at FROM runs_open AS r
            WHERE r.status = 'queued' AND r.job_id IS NOT NULL AND r.rung_at < now() - grace
                AND (r.rung_at, r.id) > (seen.rung_at, seen.id) AND (r.rung_at, r.id) <= (far_at, far_id)
        ),
        unheard AS (
            SELECT r.lane, r.owner_id, r.id FROM looked_at AS l
            INNER JOIN runs_open AS r ON r.owner_id = l.owner_id AND r.id = l.id
            -- IS NOT DISTINCT FROM makes the planner use the primary key instead of the index of dispatched runs.
            WHERE r.status = 'queued' AND r.job_id IS NOT DISTINCT FROM l.job_id AND NOT EXISTS (
                SELECT FROM pgq.pgqueuer AS j
                WHERE j.id = l.job_id AND (j.status = 'queued' OR j.heartbeat > now() - lease)
            )
            ORDER BY l.rung_at, l.id
            FOR UPDATE OF r SKIP LOCKED
        )
        SELECT
            u.lane, array_agg(u.owner_id) AS owner_ids, array_agg(u.id) AS run_ids
        FROM unheard AS u GROUP BY u.lane
    LOOP
        PERFORM runs_ring(lost.lane, lost.owner_ids, lost.run_ids);
        rung := rung + cardinality(lost.run_ids);
    END LOOP;
    UPDATE runs_sweeps AS s SET
        rung_at = CASE WHEN looked < batch THEN '-infinity' ELSE far_at END,
        id = CASE WHEN looked < batch THEN '00000000-0000-0000-0000-000000000000' ELSE far_id END,
        swept_at = now();

    FOR freed IN
        WITH RECURSIVE pairs AS (
            (
                SELECT owner_id, lane FROM runs_open
                WHERE rung_at IS NULL AND status = 'queued' ORDER BY owner_id, lane LIMIT 1
            )
            UNION ALL
            SELECT n.owner_id, n.lane FROM pairs AS p CROSS JOIN LATERAL (
                SELECT r.owner_id, r.lane FROM runs_open AS r
                WHERE r.rung_at IS NULL AND r.status = 'queued' AND (r.owner_id, r.lane) > (p.owner_id, p.lane)
                ORDER BY r.owner_id, r.lane LIMIT 1
            ) AS n
        )
        SELECT p.owner_id, p.lane, (places - w.used)::integer AS free FROM pairs AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.lane = p.lane AND r.job_id IS NOT NULL LIMIT places
            ) AS rung_rows
        ) AS w
        WHERE w.used < places
    LOOP
        admitted := admitted + runs_admit(ARRAY[freed.owner_id], ARRAY[freed.lane], ARRAY[freed.free]);
    END LOOP;

    -- Items that were released while their run was being cancelled.
    FOR lost IN
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.cancel AND r.step = 'items' ORDER BY r.owner_id, r.id LIMIT batch FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM runs_cancel_items(lost.owner_id, lost.id);
    END LOOP;

    -- Only after a defect: a run that waits for items although none is open.
    FOR lost IN
        SELECT r.owner_id, r.id, r.round FROM runs_open AS r
        WHERE r.status = 'running' AND r.step = 'items' AND NOT EXISTS (
            SELECT FROM runs_open AS i WHERE i.owner_id = r.owner_id AND i.part_of = r.id
        )
        ORDER BY r.owner_id, r.id LIMIT batch FOR UPDATE SKIP LOCKED
    LOOP
        UPDATE runs_open AS r SET
            open_items = 0, total = c.total, done = c.done, failed = c.failed, skipped = c.skipped
        FROM (
            SELECT
                count(*)::integer AS total,
                count(*) FILTER (WHERE f.status IN ('succeeded', 'partial'))::integer AS done,
                count(*) FILTER (WHERE f.status = 'failed')::integer AS failed,
                count(*) FILTER (WHERE f.status IN ('skipped', 'cancelled'))::integer AS skipped
            FROM runs_finished AS f
            WHERE f.owner_id = lost.owner_id AND f.part_of = lost.id AND f.round IS NOT DISTINCT FROM lost.round
        ) AS c
        WHERE r.owner_id = lost.owner_id AND r.id = lost.id;
        PERFORM runs_have_finished(lost.owner_id, lost.id);
        recounted := recounted + 1;
    END LOOP;
    IF expired + rung + admitted + recounted > 0 THEN
        PERFORM runs_record('runs.sweep', jsonb_build_object(
            'expired', expired, 'rung', rung, 'admitted', admitted, 'recounted', recounted
        ));
    END IF;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.runs_tell(told jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT pg_notify('daybreak_runs', concat_ws(
        ',', string_agg(t.run ->> 'id', ',' ORDER BY t.place), string_agg(DISTINCT t.run ->> 'part_of', ','),
        string_agg(DISTINCT t.run ->> 'owner_id', ',')
    ))
    FROM jsonb_array_elements(told) WITH ORDINALITY AS t (run, place)
    GROUP BY (t.place - 1) / 70
$$;

CREATE FUNCTION public.runs_time_class(seconds double precision) RETURNS smallint
    LANGUAGE sql IMMUTABLE
    RETURN (ceil((((4)::double precision * ln((GREATEST(seconds, (0.001)::double precision) * (1000)::double precision))) / ln((2)::double precision))))::smallint;

CREATE FUNCTION public.runs_upkeep(every interval, ahead interval, keep interval, batch integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    log_rows integer;
    workers integer;
    made integer;
    dropped integer;
    -- No caller may delete recent history.
    kept interval := greatest(keep, interval '7 days');
    done jsonb;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_upkeep', 0)) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM runs_sweeps AS s WHERE s.upkept_at > now() - every) THEN
        RETURN NULL;
    END IF;
    DELETE FROM pgq.pgqueuer_log WHERE id IN (
        SELECT id FROM pgq.pgqueuer_log WHERE created < now() - interval '1 hour' ORDER BY id LIMIT batch
    );
    GET DIAGNOSTICS log_rows = ROW_COUNT;
    DELETE FROM runs_workers WHERE seen_at < now() - interval '1 day';
    GET DIAGNOSTICS workers = ROW_COUNT;
    DELETE FROM runs_times WHERE day < (now() - kept)::date;
    -- Creating and dropping partitions needs locks that would block all others behind a long read.
    BEGIN
        PERFORM set_config('lock_timeout', '1s', TRUE);
        made := runs_make_partitions(ahead);
        dropped := runs_drop_partitions(kept);
    EXCEPTION WHEN lock_not_available THEN
        made := 0;
        dropped := 0;
    END;
    done := jsonb_build_object(
        'log_rows', log_rows,
        'workers', workers,
        'partitions_made', made,
        'partitions_dropped', dropped
    );
    -- If a batch was too small, the next one is due at once.
    IF log_rows < batch THEN
        UPDATE runs_sweeps AS s SET upkept_at = now();
    END IF;
    PERFORM runs_record('runs.upkeep', done);
    RETURN done;
END $$;

CREATE FUNCTION public.schedule_act_for(owner uuid) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF owner = ANY (current_setting('daybreak.owner_ids')::uuid []) THEN
        RETURN;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'the transaction does not act for that owner';
END $$;

CREATE FUNCTION public.schedule_asides(after_owner uuid, most integer) RETURNS TABLE(owner_id uuid, local_date date, reason text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT d.owner_id, d.local_date, d.aside FROM schedule_dues AS d
    WHERE d.aside IS NOT NULL AND d.owner_id > after_owner
    ORDER BY d.owner_id LIMIT most
$$;

CREATE FUNCTION public.schedule_bit(local_date date) RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN (1 << ((local_date - '0001-01-01'::date) % 7));

CREATE FUNCTION public.schedule_bits(days smallint[]) RETURNS smallint
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT bit_or(1 << (d - 1))::smallint FROM unnest(days) AS d $$;

CREATE FUNCTION public.schedule_copy_plans(owner_ids uuid[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    INSERT INTO schedule_dues AS d (
        owner_id, zone, local_time, weekdays, weekly, catch_up, reengage, active, stale
    )
    SELECT
        p.owner_id, u.timezone, p.brief_time, schedule_bits(p.weekdays),
        CASE p.quiet_day WHEN 'weekly' THEN 1 << (p.weekly_day - 1) ELSE 0 END,
        p.catch_up, p.reengage, p.active, p.active
    FROM people_preferences AS p INNER JOIN people_users AS u ON p.owner_id = u.id
    WHERE p.owner_id = ANY (owner_ids)
    ON CONFLICT (owner_id) DO UPDATE SET
        zone = excluded.zone,
        local_time = excluded.local_time,
        weekdays = excluded.weekdays,
        weekly = excluded.weekly,
        catch_up = excluded.catch_up,
        reengage = excluded.reengage,
        active = excluded.active,
        stale = excluded.stale,
        aside = NULL,
        start_at = NULL,
        local_date = CASE WHEN excluded.active THEN d.local_date END,
        due_at = CASE WHEN excluded.active THEN d.due_at END
$$;

CREATE FUNCTION public.schedule_count(moment timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH plans AS MATERIALIZED (
        SELECT d.zone, d.local_time, d.weekdays | d.weekly AS days, count(*) AS people
        FROM schedule_dues AS d WHERE d.active AND d.aside IS NULL GROUP BY 1, 2, 3
    ),
    slots AS MATERIALIZED (
        SELECT s.zone, s.local_time, s.local_date, s.due_at, coalesce(sum(p.people), 0)::integer AS people
        FROM schedule_slots AS s
        LEFT JOIN plans AS p ON s.zone = p.zone AND s.local_time = p.local_time
            AND p.days & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
        WHERE s.due_at > moment
        GROUP BY s.zone, s.local_time, s.local_date, s.due_at
    ),
    crowds AS (SELECT c.*, sum(c.people) OVER (PARTITION BY c.due_at)::integer AS crowd FROM slots AS c)
    UPDATE schedule_slots AS s SET people = c.people, crowd = c.crowd
    FROM crowds AS c
    WHERE s.zone = c.zone AND s.local_time = c.local_time AND s.local_date = c.local_date
        AND (s.people, s.crowd) <> (c.people, c.crowd)
$$;

CREATE FUNCTION public.schedule_decide(owner_ids uuid[], moment timestamp with time zone, backoff boolean) RETURNS TABLE(owner_id uuid, local_date date, due_at timestamp with time zone, edition text, outcome text, reason text, tier smallint, away_since timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT s.* FROM schedule_decide(
        (SELECT array_agg(d) FROM schedule_dues AS d WHERE d.owner_id = ANY (owner_ids)), moment, backoff
    ) AS s;
END $$;

CREATE TABLE public.schedule_dues (
    owner_id uuid NOT NULL,
    zone text NOT NULL,
    local_time time without time zone NOT NULL,
    weekdays smallint NOT NULL,
    weekly smallint NOT NULL,
    catch_up interval NOT NULL,
    reengage boolean NOT NULL,
    active boolean NOT NULL,
    local_date date,
    due_at timestamp with time zone,
    start_at timestamp with time zone,
    owed_on date,
    owed_at timestamp with time zone,
    stale boolean NOT NULL,
    aside text
);

ALTER TABLE ONLY public.schedule_dues FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.schedule_decide(pending public.schedule_dues[], moment timestamp with time zone, backoff boolean) RETURNS TABLE(owner_id uuid, local_date date, due_at timestamp with time zone, edition text, outcome text, reason text, tier smallint, away_since timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT
            d.owner_id, d.local_date, d.due_at, v.last_visit_at,
            moment >= b.from_when + interval '1 minute' AS is_late,
            d.weekdays & b.day > 0 AS is_standard,
            d.weekly & b.day > 0 AS is_weekly,
            CASE
                WHEN moment > b.from_when + d.catch_up THEN 'too_late'
                WHEN v.away IS NULL OR v.away <= 2 THEN ''
                WHEN v.is_reachable AND NOT v.is_observable THEN ''
                WHEN NOT v.is_reachable THEN 'unreachable'
                WHEN v.away = 3 THEN 'silent'
                WHEN v.away <= 9 AND (v.told < 1 OR v.told = 1 AND v.is_unheard) THEN 'gentle'
                WHEN v.away BETWEEN 10 AND 30 AND (v.told < 2 OR v.told = 2 AND v.is_unheard) THEN 'motivating'
                WHEN v.away >= 31 AND (v.told < 3 OR v.told = 3 AND v.is_unheard) THEN 'warm'
                WHEN v.away >= 31 AND v.told_at <= moment - interval '30 days' THEN 'offer'
                WHEN v.away >= 31 THEN 'dormant'
                ELSE 'silent'
            END AS word
        FROM unnest(pending) AS d
        CROSS JOIN LATERAL (
            SELECT
                schedule_bit(d.local_date) AS day,
                greatest(d.due_at, CASE WHEN d.owed_on = d.local_date THEN d.owed_at END) AS from_when
        ) AS b
        LEFT JOIN LATERAL (
            SELECT
                u.last_visit_at,
                floor(extract(EPOCH FROM d.due_at - u.last_visit_at) / 86400) AS away,
                coalesce(r.reachable, FALSE) AS is_reachable,
                coalesce(r.observable, TRUE) AS is_observable,
                coalesce(a.tier, 0) AS told,
                a.told_at,
                a.told_at <= moment - interval '2 days' AND coalesce(r.received_at < a.told_at, TRUE) AS is_unheard
            FROM people_users AS u
            LEFT JOIN schedule_reach AS r ON r.owner_id = u.id
            LEFT JOIN schedule_absences AS a ON a.owner_id = u.id AND a.since = u.last_visit_at
            WHERE backoff AND d.reengage AND u.id = d.owner_id
            -- Prevents the subquery from being merged, so that nothing is read without backoff.
            OFFSET 0
        ) AS v ON TRUE
    ),
    said AS MATERIALIZED (
        SELECT
            a.*,
            CASE a.word WHEN 'gentle' THEN 1 WHEN 'motivating' THEN 2 WHEN 'warm' THEN 3 WHEN 'offer' THEN 4 END
                AS next_tier,
            CASE WHEN a.word <> '' THEN a.word WHEN a.is_late THEN 'caught_up' ELSE 'due' END AS why,
            CASE a.word
                WHEN 'too_late' THEN 'missed'
                WHEN '' THEN 'rung'
                WHEN 'gentle' THEN 'rung'
                WHEN 'motivating' THEN 'rung'
                WHEN 'warm' THEN 'rung'
                WHEN 'offer' THEN 'rung'
                ELSE 'skipped'
            END AS what
        FROM asked AS a
    )
    SELECT
        s.owner_id, s.local_date, s.due_at, CASE WHEN s.next_tier > 0 THEN 'reengagement' ELSE 'standard' END,
        s.what, s.why, s.next_tier::smallint, s.last_visit_at
    FROM said AS s WHERE s.is_standard OR s.next_tier > 0
    UNION ALL
    SELECT s.owner_id, s.local_date, s.due_at, 'weekly', s.what, s.why, NULL, NULL
    FROM said AS s WHERE s.is_weekly AND s.next_tier IS NULL;
END $$;

CREATE FUNCTION public.schedule_drop_partitions(before date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
    first_kept date := least(before, (now() AT TIME ZONE 'UTC')::date - 31);
    part text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.schedule_partitions', 0));
    FOR part IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'schedule_partitions'::regnamespace AND c.relkind = 'r'
            AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
            AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::date <= first_kept
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE schedule_partitions.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM schedule_partitions.schedule_days_rest WHERE local_date < first_kept;
    RETURN dropped;
END $_$;

CREATE FUNCTION public.schedule_earliest() RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT least(
        (SELECT d.local_date FROM schedule_dues AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1),
        (SELECT min(d.local_date) FROM schedule_dues AS d WHERE d.stale)
    )
$$;

CREATE FUNCTION public.schedule_explain(one_owner uuid, moment timestamp with time zone, backoff boolean) RETURNS TABLE(local_date date, due_at timestamp with time zone, edition text, outcome text, reason text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM schedule_act_for(one_owner);
    RETURN QUERY
    SELECT s.local_date, s.due_at, s.edition, s.outcome, s.reason
    FROM schedule_decide(ARRAY[one_owner], moment, backoff) AS s
    WHERE s.due_at IS NOT NULL;
END $$;

CREATE FUNCTION public.schedule_follow(pending public.schedule_dues[]) RETURNS TABLE(owner_id uuid, local_date date, due_at timestamp with time zone, start_at timestamp with time zone, stale boolean)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_nestloop TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH plans AS MATERIALIZED (
        SELECT DISTINCT d.zone, d.local_time, d.local_date, d.weekdays | d.weekly AS days FROM unnest(pending) AS d
    ),
    following AS MATERIALIZED (
        SELECT p.zone, p.local_time, p.local_date, p.days, s.local_date AS next_date, s.due_at, s.crowd
        FROM plans AS p
        LEFT JOIN LATERAL (
            SELECT l.local_date, l.due_at, l.crowd FROM schedule_slots AS l
            WHERE l.zone = p.zone AND l.local_time = p.local_time AND l.local_date > p.local_date
                AND p.days & schedule_bit(l.local_date) > 0
            ORDER BY l.local_date LIMIT 1
        ) AS s ON TRUE
    )
    SELECT
        d.owner_id, coalesce(f.next_date, d.local_date), coalesce(f.due_at, d.due_at),
        schedule_start(f.due_at, d.owner_id, f.crowd, t.took, t.per_second, t.longest_lead), f.next_date IS NULL
    FROM unnest(pending) AS d
    INNER JOIN following AS f ON d.zone = f.zone AND d.local_time = f.local_time
        AND d.local_date = f.local_date AND d.weekdays | d.weekly = f.days
    CROSS JOIN schedule_state AS t;
END $$;

CREATE FUNCTION public.schedule_left_out(since timestamp with time zone, before_at timestamp with time zone, before_owner uuid, before_date date, before_edition text, most integer) RETURNS TABLE(owner_id uuid, decided_at timestamp with time zone, local_date date, edition text, outcome text, reason text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
    SELECT d.owner_id, d.decided_at, d.local_date, d.edition, d.outcome, d.reason FROM schedule_days AS d
    WHERE
        d.outcome <> 'rung' AND d.reason <> 'quiet' AND d.decided_at >= since
        AND (d.decided_at, d.owner_id, d.local_date, d.edition)
        < (before_at, before_owner, before_date, before_edition)
    ORDER BY d.decided_at DESC, d.owner_id DESC, d.local_date DESC, d.edition DESC LIMIT most
$$;

CREATE FUNCTION public.schedule_look() RETURNS TABLE(is_stale boolean, first_start timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    RETURN QUERY SELECT
        EXISTS (SELECT FROM schedule_dues AS d WHERE d.stale),
        (SELECT d.start_at FROM schedule_dues AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1);
END $$;

CREATE FUNCTION public.schedule_make_partitions(ahead interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    month date;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.schedule_partitions', 0));
    FOR month IN
        SELECT m::date FROM generate_series(
            date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + ahead, '1 month'
        ) AS m
    LOOP
        part := to_char(month, '"schedule_days_"YYYY_MM');
        CONTINUE WHEN to_regclass('schedule_partitions.' || part) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE schedule_partitions.%I '
            '(LIKE public.schedule_days INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part
        );
        LOCK TABLE schedule_partitions.schedule_days_rest IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM schedule_partitions.schedule_days_rest '
            'WHERE local_date >= %L AND local_date < %L RETURNING *) '
            'INSERT INTO schedule_partitions.%I SELECT * FROM moved', month, month + interval '1 month', part
        );
        EXECUTE format(
            'ALTER TABLE public.schedule_days ATTACH PARTITION schedule_partitions.%I '
            'FOR VALUES FROM (%L) TO (%L)', part, month, (month + interval '1 month')::date
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION public.schedule_on_preferences_added() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_copy_plans((SELECT array_agg(owner_id) FROM added));
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_on_preferences_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_copy_plans(array_agg(a.owner_id))
    FROM added AS a INNER JOIN removed AS r ON a.owner_id = r.owner_id
    WHERE
        (a.active, a.brief_time, a.weekdays, a.quiet_day, a.weekly_day, a.catch_up, a.reengage)
        IS DISTINCT FROM
        (r.active, r.brief_time, r.weekdays, r.quiet_day, r.weekly_day, r.catch_up, r.reengage)
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_on_user_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_copy_plans(array_agg(a.id))
    FROM added AS a INNER JOIN removed AS r ON a.id = r.id
    WHERE a.timezone <> r.timezone
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_on_user_gone() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM schedule_days AS d USING removed AS r WHERE d.owner_id = r.owner_id;
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_rehearse(one_owner uuid, moment timestamp with time zone, backoff boolean, rung_kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_act_for(one_owner);
    PERFORM FROM schedule_dues AS d WHERE d.owner_id = one_owner FOR UPDATE;
    PERFORM schedule_settle(ARRAY[one_owner], moment, backoff, rung_kind);
END $$;

CREATE FUNCTION public.schedule_resolve(moment timestamp with time zone, zones text[], todays date[], batch integer, only_owner uuid DEFAULT NULL::uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    resolved integer;
BEGIN
    IF only_owner IS NOT NULL THEN
        PERFORM schedule_act_for(only_owner);
    END IF;
    WITH changed AS MATERIALIZED (
        SELECT owner_id, zone, local_time, weekdays, weekly, local_date FROM schedule_dues
        WHERE stale AND (only_owner IS NULL OR owner_id = only_owner)
        LIMIT batch FOR UPDATE SKIP LOCKED
    ),
    found AS MATERIALIZED (
        SELECT c.owner_id, z.today, n.local_date, n.due_at, n.crowd
        FROM changed AS c
        LEFT JOIN unnest(zones, todays) AS z (zone, today) ON c.zone = z.zone
        LEFT JOIN LATERAL (
            SELECT s.local_date, s.due_at, s.crowd FROM schedule_slots AS s
            WHERE
                s.zone = c.zone AND s.local_time = c.local_time AND z.today IS NOT NULL
                AND (c.weekdays | c.weekly) & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
                AND (s.due_at > moment OR s.local_date >= c.local_date)
                AND s.local_date > coalesce(
                    (SELECT max(d.local_date) FROM schedule_days AS d WHERE d.owner_id = c.owner_id), '-infinity'
                )
            ORDER BY s.local_date LIMIT 1
        ) AS n ON TRUE
    ),
    written AS (
        UPDATE schedule_dues AS d SET
            local_date = f.local_date,
            due_at = f.due_at,
            start_at = schedule_start(f.due_at, d.owner_id, f.crowd, s.took, s.per_second, s.longest_lead),
            owed_on = CASE WHEN d.local_date IS NOT NULL THEN f.today END,
            owed_at = CASE WHEN d.local_date IS NOT NULL THEN moment END,
            stale = FALSE,
            aside = CASE
                WHEN f.today IS NULL THEN format('There is no time zone “%s”.', left(d.zone, 80))
                WHEN f.due_at IS NULL THEN 'No day was found on which a brief could be due.'
            END
        FROM found AS f, schedule_state AS s
        WHERE d.owner_id = f.owner_id
        RETURNING 1
    )
    SELECT count(*) INTO resolved FROM written;
    RETURN resolved;
END $$;

CREATE FUNCTION public.schedule_retry(only_owners uuid[], batch integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH chosen AS MATERIALIZED (
        SELECT d.owner_id FROM schedule_dues AS d
        WHERE d.aside IS NOT NULL AND (only_owners IS NULL OR d.owner_id = ANY (only_owners))
        ORDER BY d.owner_id LIMIT batch FOR UPDATE SKIP LOCKED
    ),
    tried AS (
        UPDATE schedule_dues AS d SET aside = NULL, start_at = NULL, stale = d.active
        FROM chosen AS c WHERE d.owner_id = c.owner_id
        RETURNING 1
    )
    SELECT count(*) FROM tried
$$;

CREATE FUNCTION public.schedule_settle(owner_ids uuid[], moment timestamp with time zone, backoff boolean, rung_kind text, OUT rung integer, OUT missed integer, OUT skipped integer) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    SELECT s.rung, s.missed, s.skipped INTO rung, missed, skipped
    FROM schedule_settle(
        (SELECT array_agg(d) FROM schedule_dues AS d WHERE d.owner_id = ANY (owner_ids)), moment, backoff, rung_kind
    ) AS s;
END $$;

CREATE FUNCTION public.schedule_settle(pending public.schedule_dues[], moment timestamp with time zone, backoff boolean, rung_kind text, OUT rung integer, OUT missed integer, OUT skipped integer) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    rung_owners uuid [];
    rung_keys text [];
    rung_parameters jsonb [];
BEGIN
    WITH decided AS MATERIALIZED (SELECT * FROM schedule_decide(pending, moment, backoff)),
    kept AS (
        INSERT INTO schedule_days AS d (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
        SELECT s.owner_id, s.local_date, s.edition, s.outcome, s.reason, s.due_at, moment
        FROM decided AS s
        -- The lock on the owner's row excludes concurrent inserts, so ON CONFLICT is not needed.
        WHERE (
            SELECT k.outcome FROM schedule_days AS k
            WHERE k.owner_id = s.owner_id AND k.local_date = s.local_date AND k.edition = s.edition
        ) IS NULL
        RETURNING d.owner_id, d.local_date, d.edition, d.outcome
    ),
    told AS (
        INSERT INTO schedule_absences (owner_id, since, tier, told_at)
        SELECT s.owner_id, s.away_since, least(s.tier, 3), moment FROM decided AS s WHERE s.tier > 0
        ON CONFLICT (owner_id) DO UPDATE SET
            since = excluded.since, tier = excluded.tier, told_at = excluded.told_at
    )
    SELECT
        array_agg(k.owner_id) FILTER (WHERE k.outcome = 'rung'),
        array_agg(k.local_date || '/' || k.edition) FILTER (WHERE k.outcome = 'rung'),
        array_agg(jsonb_build_object('date', k.local_date, 'edition', k.edition)) FILTER (WHERE k.outcome = 'rung'),
        count(*) FILTER (WHERE k.outcome = 'rung'),
        count(*) FILTER (WHERE k.outcome = 'missed'),
        count(*) FILTER (WHERE k.outcome = 'skipped')
    INTO rung_owners, rung_keys, rung_parameters, rung, missed, skipped
    FROM kept AS k;

    IF rung > 0 THEN
        PERFORM runs_start_many(rung_owners, rung_kind, 'briefs', rung_keys, rung_parameters, 3);
    END IF;

    UPDATE schedule_dues AS d SET local_date = f.local_date, due_at = f.due_at, start_at = f.start_at, stale = f.stale
    FROM schedule_follow(pending) AS f
    WHERE d.owner_id = f.owner_id;
END $$;

CREATE FUNCTION public.schedule_stale() RETURNS TABLE(zone text, local_time time without time zone, pending date)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT d.zone, d.local_time, min(d.local_date) FROM schedule_dues AS d WHERE d.stale GROUP BY d.zone, d.local_time
$$;

CREATE FUNCTION public.schedule_start(due_at timestamp with time zone, owner_id uuid, crowd integer, took interval, per_second double precision, longest interval) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
    SELECT due_at - least(
        longest,
        took + make_interval(secs => crowd / per_second
            * (get_byte(uuid_send(owner_id), 14) * 256 + get_byte(uuid_send(owner_id), 15)) / 65536.0)
    )
$$;

CREATE FUNCTION public.schedule_sums(moment timestamp with time zone, since timestamp with time zone, most integer) RETURNS TABLE(behind bigint, aside bigint, missed bigint, skipped bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM schedule_dues AS d WHERE d.start_at < moment ORDER BY d.start_at LIMIT most
        ) AS late),
        (SELECT count(*) FROM (
            SELECT FROM schedule_dues AS d WHERE d.aside IS NOT NULL ORDER BY d.owner_id LIMIT most
        ) AS broken),
        count(*) FILTER (WHERE l.outcome = 'missed'),
        count(*) FILTER (WHERE l.outcome = 'skipped')
    FROM (
        SELECT d.outcome FROM schedule_days AS d
        WHERE d.outcome <> 'rung' AND d.reason <> 'quiet' AND d.decided_at >= since
        ORDER BY d.decided_at DESC LIMIT most
    ) AS l
$$;

CREATE FUNCTION public.schedule_tick(moment timestamp with time zone, until timestamp with time zone, batch integer, backoff boolean, rung_kind text, after_start timestamp with time zone, after_owner uuid) RETURNS TABLE(claimed integer, rung integer, missed integer, skipped integer, set_aside integer, last_start timestamp with time zone, last_owner uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
DECLARE
    pending schedule_dues [];
    due schedule_dues;
    again schedule_dues [];
    settled record;
BEGIN
    rung := 0; missed := 0; skipped := 0; set_aside := 0;
    -- Lock the rows in the subtransaction that updates them; otherwise each would cost a multixact.
    BEGIN
        SELECT array_agg(c.d) INTO pending FROM (
            SELECT d FROM schedule_dues AS d
            WHERE d.start_at <= until AND (d.start_at, d.owner_id) > (after_start, after_owner)
            ORDER BY d.start_at, d.owner_id LIMIT batch FOR UPDATE SKIP LOCKED
        ) AS c;
        IF pending IS NOT NULL THEN
            SELECT * INTO settled FROM schedule_settle(pending, moment, backoff, rung_kind);
            rung := settled.rung; missed := settled.missed; skipped := settled.skipped;
        END IF;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
        FOREACH due IN ARRAY pending LOOP
            BEGIN
                SELECT array_agg(c.d) INTO again FROM (
                    SELECT d FROM schedule_dues AS d
                    WHERE d.owner_id = due.owner_id AND d.start_at <= until FOR UPDATE SKIP LOCKED
                ) AS c;
                CONTINUE WHEN again IS NULL;
                SELECT * INTO settled FROM schedule_settle(again, moment, backoff, rung_kind);
                rung := rung + settled.rung;
                missed := missed + settled.missed;
                skipped := skipped + settled.skipped;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
                UPDATE schedule_dues SET start_at = NULL, aside = 'The schedule failed on it: ' || left(sqlerrm, 200)
                WHERE owner_id = due.owner_id;
                set_aside := set_aside + 1;
            END;
        END LOOP;
    END;
    claimed := coalesce(cardinality(pending), 0);
    last_start := (pending[claimed]).start_at;
    last_owner := (pending[claimed]).owner_id;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.schedule_unsettle() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH moved AS (
        UPDATE schedule_dues AS d SET stale = TRUE, start_at = NULL
        WHERE d.start_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM schedule_slots AS s
            WHERE s.zone = d.zone AND s.local_time = d.local_time AND s.local_date = d.local_date
                AND s.due_at = d.due_at
        )
        RETURNING 1
    )
    SELECT count(*) FROM moved
$$;

CREATE TABLE pgq.pgqueuer (
    id bigint NOT NULL,
    priority integer NOT NULL,
    queue_manager_id uuid,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    execute_after timestamp with time zone DEFAULT now() NOT NULL,
    status pgq.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL,
    dedupe_key text,
    payload bytea,
    headers jsonb,
    attempts integer DEFAULT 0 NOT NULL,
    slot bigint
)
WITH (autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='1000', autovacuum_analyze_scale_factor='0.02', autovacuum_analyze_threshold='500', autovacuum_vacuum_cost_limit='10000', autovacuum_vacuum_cost_delay='0', fillfactor='70');
ALTER TABLE ONLY pgq.pgqueuer ALTER COLUMN payload SET STORAGE EXTERNAL;

CREATE SEQUENCE pgq.pgqueuer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE pgq.pgqueuer_id_seq OWNED BY pgq.pgqueuer.id;

CREATE UNLOGGED TABLE pgq.pgqueuer_log (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    job_id bigint NOT NULL,
    status pgq.pgqueuer_status NOT NULL,
    priority integer NOT NULL,
    entrypoint text NOT NULL,
    traceback jsonb,
    aggregated boolean DEFAULT false
)
WITH (autovacuum_vacuum_scale_factor='0.95', autovacuum_vacuum_threshold='1000000', autovacuum_analyze_scale_factor='0.05', autovacuum_analyze_threshold='10000');

ALTER TABLE pgq.pgqueuer_log ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME pgq.pgqueuer_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE pgq.pgqueuer_schedules (
    id bigint NOT NULL,
    expression text NOT NULL,
    entrypoint text NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    created timestamp with time zone DEFAULT now() NOT NULL,
    updated timestamp with time zone DEFAULT now() NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    last_run timestamp with time zone,
    status pgq.pgqueuer_status DEFAULT 'queued'::pgq.pgqueuer_status
)
WITH (autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='1000', autovacuum_analyze_scale_factor='0.02', autovacuum_analyze_threshold='500', autovacuum_vacuum_cost_limit='10000', autovacuum_vacuum_cost_delay='0', fillfactor='70');

CREATE SEQUENCE pgq.pgqueuer_schedules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE pgq.pgqueuer_schedules_id_seq OWNED BY pgq.pgqueuer_schedules.id;

CREATE UNLOGGED TABLE pgq.pgqueuer_statistics (
    id bigint NOT NULL,
    created timestamp with time zone DEFAULT date_trunc('sec'::text, now()) NOT NULL,
    count bigint NOT NULL,
    priority integer NOT NULL,
    status pgq.pgqueuer_status NOT NULL,
    entrypoint text NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.95', autovacuum_vacuum_threshold='1000000', autovacuum_analyze_scale_factor='0.05', autovacuum_analyze_threshold='10000');

CREATE UNLOGGED SEQUENCE pgq.pgqueuer_statistics_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE pgq.pgqueuer_statistics_id_seq OWNED BY pgq.pgqueuer_statistics.id;

CREATE TABLE public.agenda_decisions (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    kind text NOT NULL,
    return_on date,
    status_then text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by uuid NOT NULL,
    ended_at timestamp with time zone,
    ended_as text,
    replaced_by uuid,
    CONSTRAINT agenda_decisions_end CHECK ((((ended_at IS NULL) = (ended_as IS NULL)) AND (ended_as = ANY (ARRAY['undone'::text, 'replaced'::text, 'overtaken'::text])))),
    CONSTRAINT agenda_decisions_kind CHECK ((kind = ANY (ARRAY['done'::text, 'snoozed'::text, 'ignored'::text]))),
    CONSTRAINT agenda_decisions_snooze_returns CHECK (((kind = 'snoozed'::text) = (return_on IS NOT NULL)))
);

ALTER TABLE ONLY public.agenda_decisions FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_decision_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    task_id,
    kind,
    return_on,
    status_then,
    made_at,
    made_by
   FROM public.agenda_decisions
  WHERE (ended_at IS NULL);

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

CREATE TABLE public.agenda_files (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    path text NOT NULL,
    content bytea NOT NULL,
    size integer NOT NULL,
    modified_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.agenda_files ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.agenda_files FORCE ROW LEVEL SECURITY;

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
    last_tried_at timestamp with time zone,
    uploaded_at timestamp with time zone
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
    error,
    uploaded_at
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

CREATE VIEW public.agenda_task_cards WITH (security_invoker='true') AS
 SELECT t.owner_id,
    t.id,
    t.source_id,
    t.project_id,
    t.phase_id,
    t.title,
    t.details,
    t.status,
    t.priority,
    t.start_on,
    t.start_at,
    t.due_on,
    t.due_at,
    t.completed_on,
    t.completed_at,
    t.estimate_minutes,
    t.assignee,
    t.tags,
    t.recurrence,
    t.blocked_by,
    t.touched_at,
    t.place,
    t.path,
    COALESCE(t.due_at, ((t.due_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), '9999-12-31 00:00:00+00'::timestamp with time zone) AS due_order,
    COALESCE(t.completed_at, ((t.completed_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), t.touched_at) AS finished_order,
    s.name AS source,
    p.name AS project,
    f.name AS phase,
    d.kind AS decision,
    d.return_on,
    d.made_at,
    d.made_by
   FROM ((((public.agenda_tasks t
     LEFT JOIN public.agenda_sources s ON (((t.owner_id = s.owner_id) AND (t.source_id = s.id))))
     LEFT JOIN public.agenda_projects p ON (((t.owner_id = p.owner_id) AND (t.project_id = p.id) AND (p.removed_at IS NULL))))
     LEFT JOIN public.agenda_phases f ON (((t.owner_id = f.owner_id) AND (t.phase_id = f.id) AND (f.removed_at IS NULL))))
     LEFT JOIN public.agenda_decisions d ON (((t.owner_id = d.owner_id) AND (t.id = d.task_id) AND (d.ended_at IS NULL) AND (t.status = d.status_then))))
  WHERE (t.removed_at IS NULL);

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

CREATE TABLE public.briefs_feedback (
    owner_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    claim text NOT NULL,
    said text NOT NULL,
    facts text[] NOT NULL,
    opinion text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    CONSTRAINT briefs_feedback_claim_check CHECK ((claim ~ '^[0-9a-f]{16}$'::text)),
    CONSTRAINT briefs_feedback_opinion_check CHECK ((opinion = ANY (ARRAY['useful'::text, 'wrong'::text])))
);

ALTER TABLE ONLY public.briefs_feedback FORCE ROW LEVEL SECURITY;

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

CREATE TABLE public.briefs_words (
    owner_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    composed_at timestamp with time zone NOT NULL,
    words tsvector NOT NULL
);

ALTER TABLE ONLY public.briefs_words FORCE ROW LEVEL SECURITY;

CREATE TABLE public.db_functions (
    path text NOT NULL,
    revision integer NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.db_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.people_attempts (
    key bytea NOT NULL,
    free_at timestamp with time zone NOT NULL
);

CREATE TABLE public.people_links (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    purpose text NOT NULL,
    token_sha256 bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT people_links_purpose_check CHECK ((purpose = ANY (ARRAY['invitation'::text, 'reset'::text, 'sign-in'::text])))
);

ALTER TABLE ONLY public.people_links FORCE ROW LEVEL SECURITY;

CREATE TABLE public.people_sessions (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    token_sha256 bytea NOT NULL,
    user_agent text NOT NULL,
    address text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.people_sessions FORCE ROW LEVEL SECURITY;

CREATE TABLE public.people_tokens (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    scope text NOT NULL,
    token_sha256 bytea NOT NULL,
    ending text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    used_at timestamp with time zone,
    made_by uuid,
    CONSTRAINT people_tokens_scope_check CHECK ((scope = ANY (ARRAY['read'::text, 'write'::text])))
);

ALTER TABLE ONLY public.people_tokens FORCE ROW LEVEL SECURITY;

CREATE TABLE public.runs_finished (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL,
    key text NOT NULL,
    parameters jsonb NOT NULL,
    status text NOT NULL,
    epoch integer NOT NULL,
    attempts integer NOT NULL,
    max_attempts integer NOT NULL,
    fence bigint NOT NULL,
    event_number bigint NOT NULL,
    phase text NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL,
    failed integer NOT NULL,
    skipped integer NOT NULL,
    result jsonb,
    errors jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone DEFAULT now() NOT NULL,
    part_of uuid,
    step text DEFAULT 'begin'::text NOT NULL,
    gaps text[] DEFAULT '{}'::text[] NOT NULL,
    wait_seconds double precision DEFAULT 0 NOT NULL,
    run_seconds double precision DEFAULT 0 NOT NULL,
    round integer,
    reached smallint,
    CONSTRAINT runs_finished_status CHECK ((status = ANY (ARRAY['succeeded'::text, 'partial'::text, 'failed'::text, 'cancelled'::text, 'skipped'::text])))
)
PARTITION BY RANGE (finished_at);

ALTER TABLE ONLY public.runs_finished FORCE ROW LEVEL SECURITY;

CREATE VIEW public.runs_all WITH (security_invoker='true') AS
 SELECT runs_open.owner_id,
    runs_open.id,
    runs_open.part_of,
    runs_open.kind,
    runs_open.lane,
    runs_open.key,
    runs_open.parameters,
    runs_open.status,
    runs_open.step,
    runs_open.epoch,
    runs_open.attempts,
    runs_open.max_attempts,
    runs_open.event_number,
    runs_open.phase,
    runs_open.total,
    runs_open.done,
    runs_open.failed,
    runs_open.skipped,
    runs_open.open_items,
    runs_open.pace,
    runs_open.paced_at,
    NULL::jsonb AS result,
    runs_open.gaps,
    runs_open.errors,
    runs_open.created_at,
    runs_open.started_at,
    NULL::timestamp with time zone AS finished_at,
    runs_open.not_before,
    runs_open.cancel,
    runs_open.wait_seconds,
    runs_open.run_seconds,
    runs_open.worker_id,
    runs_open.round,
    runs_open.reached
   FROM public.runs_open
UNION ALL
 SELECT runs_finished.owner_id,
    runs_finished.id,
    runs_finished.part_of,
    runs_finished.kind,
    runs_finished.lane,
    runs_finished.key,
    runs_finished.parameters,
    runs_finished.status,
    runs_finished.step,
    runs_finished.epoch,
    runs_finished.attempts,
    runs_finished.max_attempts,
    runs_finished.event_number,
    runs_finished.phase,
    runs_finished.total,
    runs_finished.done,
    runs_finished.failed,
    runs_finished.skipped,
    0 AS open_items,
    NULL::double precision AS pace,
    NULL::timestamp with time zone AS paced_at,
    runs_finished.result,
    runs_finished.gaps,
    runs_finished.errors,
    runs_finished.created_at,
    runs_finished.started_at,
    runs_finished.finished_at,
    NULL::timestamp with time zone AS not_before,
    false AS cancel,
    runs_finished.wait_seconds,
    runs_finished.run_seconds,
    NULL::uuid AS worker_id,
    runs_finished.round,
    runs_finished.reached
   FROM public.runs_finished;

CREATE TABLE public.runs_counters (
    kind text NOT NULL,
    status text NOT NULL,
    change bigint NOT NULL
);

CREATE TABLE public.runs_events (
    owner_id uuid NOT NULL,
    run_id uuid NOT NULL,
    number bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL,
    data jsonb DEFAULT '{}'::jsonb NOT NULL
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY public.runs_events FORCE ROW LEVEL SECURITY;

CREATE TABLE public.runs_sweeps (
    is_single boolean DEFAULT true NOT NULL,
    rung_at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    swept_at timestamp with time zone,
    upkept_at timestamp with time zone,
    CONSTRAINT runs_sweeps_is_single_check CHECK (is_single)
);

CREATE TABLE public.runs_times (
    kind text NOT NULL,
    day date NOT NULL,
    wait_class smallint NOT NULL,
    run_class smallint NOT NULL,
    runs bigint NOT NULL,
    wait_seconds double precision NOT NULL,
    run_seconds double precision NOT NULL
);

CREATE TABLE public.runs_workers (
    id uuid NOT NULL,
    name text NOT NULL,
    lanes text[] NOT NULL,
    running integer NOT NULL,
    draining boolean NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    place text
);

CREATE TABLE public.schedule_absences (
    owner_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    tier smallint NOT NULL,
    told_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.schedule_absences FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schedule_days (
    owner_id uuid NOT NULL,
    local_date date NOT NULL,
    edition text NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT schedule_days_outcome_check CHECK ((outcome = ANY (ARRAY['rung'::text, 'missed'::text, 'skipped'::text])))
)
PARTITION BY RANGE (local_date);

ALTER TABLE ONLY public.schedule_days FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schedule_reach (
    owner_id uuid NOT NULL,
    reachable boolean NOT NULL,
    observable boolean NOT NULL,
    received_at timestamp with time zone
);

ALTER TABLE ONLY public.schedule_reach FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schedule_schedulers (
    id uuid NOT NULL,
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    trouble text NOT NULL
);

CREATE TABLE public.schedule_slots (
    zone text NOT NULL,
    local_time time without time zone NOT NULL,
    local_date date NOT NULL,
    due_at timestamp with time zone NOT NULL,
    people integer DEFAULT 0 NOT NULL,
    crowd integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.schedule_state (
    is_single boolean DEFAULT true NOT NULL,
    tzdata text DEFAULT ''::text NOT NULL,
    took interval DEFAULT '00:00:05'::interval NOT NULL,
    per_second double precision DEFAULT 50 NOT NULL,
    longest_lead interval DEFAULT '00:30:00'::interval NOT NULL,
    measured_at timestamp with time zone,
    CONSTRAINT schedule_state_is_single_check CHECK (is_single)
);

CREATE TABLE public.schedule_upkeep (
    name text NOT NULL,
    cron text NOT NULL,
    next_at timestamp with time zone NOT NULL
);

CREATE TABLE public.web_answers (
    owner_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    status smallint,
    headers jsonb,
    body bytea
);

ALTER TABLE ONLY public.web_answers FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY pgq.pgqueuer ALTER COLUMN id SET DEFAULT nextval('pgq.pgqueuer_id_seq'::regclass);

ALTER TABLE ONLY pgq.pgqueuer_schedules ALTER COLUMN id SET DEFAULT nextval('pgq.pgqueuer_schedules_id_seq'::regclass);

ALTER TABLE ONLY pgq.pgqueuer_statistics ALTER COLUMN id SET DEFAULT nextval('pgq.pgqueuer_statistics_id_seq'::regclass);

ALTER TABLE ONLY pgq.pgqueuer_log
    ADD CONSTRAINT pgqueuer_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgq.pgqueuer
    ADD CONSTRAINT pgqueuer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgq.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_expression_entrypoint_key UNIQUE (expression, entrypoint);

ALTER TABLE ONLY pgq.pgqueuer_schedules
    ADD CONSTRAINT pgqueuer_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY pgq.pgqueuer_statistics
    ADD CONSTRAINT pgqueuer_statistics_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.agenda_decisions
    ADD CONSTRAINT agenda_decisions_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_events
    ADD CONSTRAINT agenda_events_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_files
    ADD CONSTRAINT agenda_files_pkey PRIMARY KEY (owner_id, source_id, path);

ALTER TABLE ONLY public.agenda_notes
    ADD CONSTRAINT agenda_notes_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_phases
    ADD CONSTRAINT agenda_phases_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE public.agenda_sources
    ADD CONSTRAINT agenda_sources_kind CHECK ((kind = ANY (ARRAY['folder'::text, 'address'::text, 'upload'::text]))) NOT VALID;

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

ALTER TABLE ONLY public.briefs_feedback
    ADD CONSTRAINT briefs_feedback_pkey PRIMARY KEY (owner_id, edition_id, claim);

ALTER TABLE ONLY public.briefs_snapshots
    ADD CONSTRAINT briefs_snapshots_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.briefs_words
    ADD CONSTRAINT briefs_words_pkey PRIMARY KEY (owner_id, edition_id);

ALTER TABLE ONLY public.db_functions
    ADD CONSTRAINT db_functions_pkey PRIMARY KEY (path);

ALTER TABLE ONLY public.db_migrations
    ADD CONSTRAINT db_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.people_accounts
    ADD CONSTRAINT people_accounts_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.people_attempts
    ADD CONSTRAINT people_attempts_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.people_links
    ADD CONSTRAINT people_links_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.people_preferences
    ADD CONSTRAINT people_preferences_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.people_sessions
    ADD CONSTRAINT people_sessions_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.people_tokens
    ADD CONSTRAINT people_tokens_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.people_users
    ADD CONSTRAINT people_users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.runs_events
    ADD CONSTRAINT runs_events_pkey PRIMARY KEY (owner_id, run_id, number, at);

ALTER TABLE ONLY public.runs_finished
    ADD CONSTRAINT runs_finished_pkey PRIMARY KEY (owner_id, id, finished_at);

ALTER TABLE ONLY public.runs_open
    ADD CONSTRAINT runs_open_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.runs_sweeps
    ADD CONSTRAINT runs_sweeps_pkey PRIMARY KEY (is_single);

ALTER TABLE ONLY public.runs_workers
    ADD CONSTRAINT runs_workers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_absences
    ADD CONSTRAINT schedule_absences_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.schedule_days
    ADD CONSTRAINT schedule_days_pkey PRIMARY KEY (owner_id, local_date, edition);

ALTER TABLE ONLY public.schedule_dues
    ADD CONSTRAINT schedule_dues_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.schedule_reach
    ADD CONSTRAINT schedule_reach_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.schedule_schedulers
    ADD CONSTRAINT schedule_schedulers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_slots
    ADD CONSTRAINT schedule_slots_pkey PRIMARY KEY (zone, local_time, local_date);

ALTER TABLE ONLY public.schedule_state
    ADD CONSTRAINT schedule_state_pkey PRIMARY KEY (is_single);

ALTER TABLE ONLY public.schedule_upkeep
    ADD CONSTRAINT schedule_upkeep_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.web_answers
    ADD CONSTRAINT web_answers_pkey PRIMARY KEY (owner_id, key);

CREATE INDEX pgqueuer_ep_ea_idx ON pgq.pgqueuer USING btree (entrypoint, execute_after) WHERE (status = 'queued'::pgq.pgqueuer_status);

CREATE INDEX pgqueuer_ep_prio_id_idx ON pgq.pgqueuer USING btree (entrypoint, priority DESC, id) WHERE (status = 'queued'::pgq.pgqueuer_status);

CREATE INDEX pgqueuer_log_created ON pgq.pgqueuer_log USING btree (created);

CREATE INDEX pgqueuer_log_job_id_status ON pgq.pgqueuer_log USING btree (job_id, created DESC);

CREATE INDEX pgqueuer_log_not_aggregated ON pgq.pgqueuer_log USING btree ((1)) WHERE (NOT aggregated);

CREATE INDEX pgqueuer_log_status ON pgq.pgqueuer_log USING btree (status);

CREATE INDEX pgqueuer_picked_heartbeat_idx ON pgq.pgqueuer USING btree (heartbeat) WHERE (status = 'picked'::pgq.pgqueuer_status);

CREATE UNIQUE INDEX pgqueuer_picked_slot_idx ON pgq.pgqueuer USING btree (entrypoint, slot) WHERE ((status = 'picked'::pgq.pgqueuer_status) AND (slot IS NOT NULL));

CREATE INDEX pgqueuer_priority_id_id1_idx ON pgq.pgqueuer USING btree (priority, id DESC) INCLUDE (id) WHERE (status = 'queued'::pgq.pgqueuer_status);

CREATE INDEX pgqueuer_queue_manager_id_idx ON pgq.pgqueuer USING btree (queue_manager_id) WHERE (queue_manager_id IS NOT NULL);

CREATE UNIQUE INDEX pgqueuer_statistics_unique_count ON pgq.pgqueuer_statistics USING btree (priority, date_trunc('sec'::text, timezone('UTC'::text, created)), status, entrypoint);

CREATE UNIQUE INDEX pgqueuer_unique_dedupe_key ON pgq.pgqueuer USING btree (dedupe_key) WHERE ((status = ANY (ARRAY['queued'::pgq.pgqueuer_status, 'picked'::pgq.pgqueuer_status])) AND (dedupe_key IS NOT NULL));

CREATE INDEX pgqueuer_updated_id_id1_idx ON pgq.pgqueuer USING btree (updated, id DESC) INCLUDE (id) WHERE (status = 'picked'::pgq.pgqueuer_status);

CREATE UNIQUE INDEX agenda_decisions_standing ON public.agenda_decisions USING btree (owner_id, task_id) WHERE (ended_at IS NULL);

CREATE INDEX agenda_decisions_task ON public.agenda_decisions USING btree (owner_id, task_id);

CREATE INDEX agenda_events_ends ON public.agenda_events USING btree (owner_id, ends_at) WHERE (removed_at IS NULL);

CREATE INDEX agenda_events_source ON public.agenda_events USING btree (owner_id, source_id);

CREATE INDEX agenda_notes_recent ON public.agenda_notes USING btree (owner_id, noted_at) WHERE (removed_at IS NULL);

CREATE INDEX agenda_notes_source ON public.agenda_notes USING btree (owner_id, source_id);

CREATE INDEX agenda_phases_source ON public.agenda_phases USING btree (owner_id, source_id);

CREATE INDEX agenda_projects_source ON public.agenda_projects USING btree (owner_id, source_id);

CREATE INDEX agenda_tasks_completed ON public.agenda_tasks USING btree (owner_id, completed_at) WHERE (status = 'done'::text);

CREATE INDEX agenda_tasks_due ON public.agenda_tasks USING btree (owner_id, COALESCE(due_at, ((due_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), '9999-12-31 00:00:00+00'::timestamp with time zone), id) WHERE ((status <> ALL (ARRAY['done'::text, 'cancelled'::text])) AND (removed_at IS NULL));

CREATE INDEX agenda_tasks_finished ON public.agenda_tasks USING btree (owner_id, COALESCE(completed_at, ((completed_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), touched_at) DESC, id) WHERE ((status = ANY (ARRAY['done'::text, 'cancelled'::text])) AND (removed_at IS NULL));

CREATE INDEX agenda_tasks_open ON public.agenda_tasks USING btree (owner_id) WHERE ((status <> ALL (ARRAY['done'::text, 'cancelled'::text])) AND (removed_at IS NULL));

CREATE INDEX agenda_tasks_project ON public.agenda_tasks USING btree (owner_id, project_id) WHERE (removed_at IS NULL);

CREATE INDEX agenda_tasks_source ON public.agenda_tasks USING btree (owner_id, source_id);

CREATE INDEX briefs_snapshots_edition ON public.briefs_snapshots USING btree (owner_id, edition_id);

CREATE INDEX briefs_snapshots_received ON public.briefs_snapshots USING btree (owner_id, brief_date DESC, received_at DESC) WHERE (received_at IS NOT NULL);

CREATE INDEX briefs_words_words ON public.briefs_words USING gin (words);

CREATE INDEX people_accounts_deletion_due ON public.people_accounts USING btree (deletion_due) WHERE (deletion_due IS NOT NULL);

CREATE INDEX people_links_expires ON public.people_links USING btree (expires_at);

CREATE INDEX people_links_token ON public.people_links USING btree (token_sha256);

CREATE INDEX people_sessions_expires ON public.people_sessions USING btree (expires_at);

CREATE INDEX people_sessions_token ON public.people_sessions USING btree (token_sha256);

CREATE INDEX people_tokens_made_by ON public.people_tokens USING btree (owner_id, made_by) WHERE (made_by IS NOT NULL);

CREATE INDEX people_tokens_token ON public.people_tokens USING btree (token_sha256);

CREATE UNIQUE INDEX people_users_email ON public.people_users USING btree (email);

CREATE INDEX runs_events_of_owner ON ONLY public.runs_events USING btree (owner_id, at);

CREATE INDEX runs_finished_items ON ONLY public.runs_finished USING btree (owner_id, part_of, kind, key) WHERE (part_of IS NOT NULL);

CREATE INDEX runs_finished_newest ON ONLY public.runs_finished USING btree (owner_id, created_at DESC, id DESC) WHERE (part_of IS NULL);

CREATE INDEX runs_finished_recent ON ONLY public.runs_finished USING brin (finished_at);

CREATE INDEX runs_open_cancelled ON public.runs_open USING btree (owner_id, id) WHERE cancel;

CREATE INDEX runs_open_due ON public.runs_open USING btree (rung_at) WHERE ((status = 'queued'::text) AND (job_id IS NULL));

CREATE INDEX runs_open_fanned_out ON public.runs_open USING btree (owner_id, id) WHERE ((status = 'running'::text) AND (step = 'items'::text));

CREATE UNIQUE INDEX runs_open_item_key ON public.runs_open USING btree (owner_id, part_of, kind, key) WHERE (part_of IS NOT NULL);

CREATE UNIQUE INDEX runs_open_key ON public.runs_open USING btree (owner_id, kind, key) WHERE (part_of IS NULL);

CREATE INDEX runs_open_leases ON public.runs_open USING btree (lease_until) WHERE (lease_until IS NOT NULL);

CREATE INDEX runs_open_rung ON public.runs_open USING btree (rung_at, id) WHERE ((status = 'queued'::text) AND (job_id IS NOT NULL));

CREATE INDEX runs_open_waiting ON public.runs_open USING btree (owner_id, lane, created_at, id) WHERE ((rung_at IS NULL) AND (status = 'queued'::text));

CREATE INDEX runs_open_window ON public.runs_open USING btree (owner_id, lane) WHERE (job_id IS NOT NULL);

CREATE INDEX schedule_days_left_out ON ONLY public.schedule_days USING btree (decided_at, owner_id, local_date, edition) WHERE ((outcome <> 'rung'::text) AND (reason <> 'quiet'::text));

CREATE INDEX schedule_dues_aside ON public.schedule_dues USING btree (owner_id) WHERE (aside IS NOT NULL);

CREATE INDEX schedule_dues_stale ON public.schedule_dues USING btree (zone, local_time) WHERE stale;

CREATE INDEX schedule_dues_start ON public.schedule_dues USING btree (start_at, owner_id) WHERE (start_at IS NOT NULL);

CREATE INDEX schedule_slots_crowds ON public.schedule_slots USING btree (due_at) WHERE (people > 0);

CREATE INDEX web_answers_made ON public.web_answers USING btree (owner_id, made_at);

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON pgq.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION pgq.fn_pgqueuer_changed();

CREATE TRIGGER people_sessions_ended AFTER DELETE ON public.people_sessions REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION public.people_tell_ended();

CREATE TRIGGER people_tokens_ended AFTER DELETE ON public.people_tokens REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION public.people_tell_ended();

CREATE TRIGGER people_users_removed AFTER DELETE ON public.people_users REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.runs_forget_owners();

CREATE TRIGGER runs_finished_added AFTER INSERT ON public.runs_finished REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_finished();

CREATE TRIGGER runs_finished_removed AFTER DELETE ON public.runs_finished REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_removed();

CREATE TRIGGER runs_open_added AFTER INSERT ON public.runs_open REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_added();

CREATE TRIGGER runs_open_changed AFTER UPDATE ON public.runs_open REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_changed();

CREATE TRIGGER runs_open_removed AFTER DELETE ON public.runs_open REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_removed();

CREATE TRIGGER schedule_days_gone AFTER DELETE ON public.schedule_dues REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_user_gone();

CREATE TRIGGER schedule_plan_added AFTER INSERT ON public.people_preferences REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_preferences_added();

CREATE TRIGGER schedule_plan_changed AFTER UPDATE ON public.people_preferences REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_preferences_changed();

CREATE TRIGGER schedule_zone_changed AFTER UPDATE ON public.people_users REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_user_changed();

ALTER TABLE ONLY public.agenda_decisions
    ADD CONSTRAINT agenda_decisions_owner_id_task_id_fkey FOREIGN KEY (owner_id, task_id) REFERENCES public.agenda_tasks(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_events
    ADD CONSTRAINT agenda_events_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_events
    ADD CONSTRAINT agenda_events_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_files
    ADD CONSTRAINT agenda_files_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

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

ALTER TABLE ONLY public.briefs_feedback
    ADD CONSTRAINT briefs_feedback_owner_id_edition_id_fkey FOREIGN KEY (owner_id, edition_id) REFERENCES public.briefs_editions(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_snapshots
    ADD CONSTRAINT briefs_snapshots_owner_id_edition_id_fkey FOREIGN KEY (owner_id, edition_id) REFERENCES public.briefs_editions(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_words
    ADD CONSTRAINT briefs_words_owner_id_edition_id_fkey FOREIGN KEY (owner_id, edition_id) REFERENCES public.briefs_editions(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_accounts
    ADD CONSTRAINT people_accounts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_links
    ADD CONSTRAINT people_links_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_preferences
    ADD CONSTRAINT people_preferences_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_sessions
    ADD CONSTRAINT people_sessions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_tokens
    ADD CONSTRAINT people_tokens_made_by_fkey FOREIGN KEY (owner_id, made_by) REFERENCES public.people_tokens(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_tokens
    ADD CONSTRAINT people_tokens_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule_absences
    ADD CONSTRAINT schedule_absences_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule_dues
    ADD CONSTRAINT schedule_dues_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule_reach
    ADD CONSTRAINT schedule_reach_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.web_answers
    ADD CONSTRAINT web_answers_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE public.agenda_decisions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_files ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_notes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_phases ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_projects ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_sources ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_tasks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_warnings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_editions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_feedback ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_snapshots ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_words ENABLE ROW LEVEL SECURITY;

CREATE POLICY owners ON public.agenda_decisions TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_events TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_files TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_notes TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_phases TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_projects TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_sources TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_tasks TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_warnings TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_editions TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_feedback TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_snapshots TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_words TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_accounts TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_links TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_preferences TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_sessions TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_tokens TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_users TO daybreak_app USING ((id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.runs_events TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.runs_finished TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.runs_open TO daybreak_app USING (((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])) IS TRUE));

CREATE POLICY owners ON public.schedule_absences TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.schedule_days TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.schedule_dues TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.schedule_reach TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.web_answers TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

ALTER TABLE public.people_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_links ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_preferences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.runs_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.runs_finished ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.runs_open ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_absences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_days ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_dues ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_reach ENABLE ROW LEVEL SECURITY;

CREATE POLICY upkeep ON public.agenda_decisions TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_events TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_files TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_notes TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_phases TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_projects TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_sources TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_tasks TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.agenda_warnings TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.briefs_editions TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.briefs_feedback TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.briefs_snapshots TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.briefs_words TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_accounts TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_links TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_preferences TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_sessions TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_tokens TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.people_users TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.runs_events TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.runs_finished TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.runs_open TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.schedule_absences TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.schedule_days TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.schedule_dues TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.schedule_reach TO daybreak_owner USING (true);

CREATE POLICY upkeep ON public.web_answers TO daybreak_owner USING (true);

ALTER TABLE public.web_answers ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA pgq TO daybreak_app;

GRANT USAGE ON SCHEMA public TO daybreak_app;

REVOKE ALL ON FUNCTION public.account_export(owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.account_export(owner uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_count_stale(since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_count_stale(since timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_due_refreshes(before timestamp with time zone, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_due_refreshes(before timestamp with time zone, most integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.briefs_search(owner uuid, wanted text, before_date date, before_edition text, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.briefs_search(owner uuid, wanted text, before_date date, before_edition text, most integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_all_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_all_ids() TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_accounts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_preferences TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_users TO daybreak_app;

GRANT SELECT ON TABLE public.people_profiles TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_bearer(digest bytea, is_visit boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_bearer(digest bytea, is_visit boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_forget_attempts(keys bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_forget_attempts(keys bytea[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_id_by_email(address text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_id_by_email(address text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_knows(owner uuid, credential uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_knows(owner uuid, credential uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_owner_of_link(digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_owner_of_link(digest bytea) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_session(digest bytea, idle interval, is_visit boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_session(digest bytea, idle interval, is_visit boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_take_attempt(keys bytea[], intervals interval[], bursts integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_take_attempt(keys bytea[], intervals interval[], bursts integer[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_tell_ended() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_tell_ended() TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_tidy() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_tidy() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_admit(owner_ids uuid[], lanes text[], counts integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_admit(owner_ids uuid[], lanes text[], counts integer[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_advance(settlements jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_advance(settlements jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_beat(worker uuid, worker_name text, worker_place text, worker_lanes text[], is_draining boolean, lease interval, owner_ids uuid[], run_ids uuid[], fences bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_beat(worker uuid, worker_name text, worker_place text, worker_lanes text[], is_draining boolean, lease interval, owner_ids uuid[], run_ids uuid[], fences bigint[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_cancel(owner uuid, run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_cancel(owner uuid, run_id uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_cancel_items(owner uuid, run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_cancel_items(owner uuid, run_id uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_claim(owner_ids uuid[], run_ids uuid[], known_kinds text[], worker uuid, lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_claim(owner_ids uuid[], run_ids uuid[], known_kinds text[], worker uuid, lease interval) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_count_added() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_count_added() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_count_changed() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_count_changed() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_count_finished() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_count_finished() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_count_queued(counted_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_count_queued(counted_kind text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_count_removed() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_count_removed() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_doing() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_doing() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_drop_partitions(older_than interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.runs_fan_out(settlements jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_fan_out(settlements jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_fold() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_fold() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_forget_owners() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_forget_owners() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_have_finished(owner uuid, run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_have_finished(owner uuid, run_id uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_hold(owner_ids uuid[], run_ids uuid[], fences bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_hold(owner_ids uuid[], run_ids uuid[], fences bigint[]) TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runs_open TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_is_cancelled(owner uuid, run uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_is_cancelled(owner uuid, run uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_latest(owner uuid, wanted_kind text, wanted_key text, how_many integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_latest(owner uuid, wanted_kind text, wanted_key text, how_many integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_make_partitions(ahead interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.runs_measure(measured_kind text, since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_measure(measured_kind text, since timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_pace(pace double precision, paced_at timestamp with time zone, steps integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_pace(pace double precision, paced_at timestamp with time zone, steps integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_reached(reached smallint, steps integer, total integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_reached(reached smallint, steps integer, total integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_record(done_kind text, done_result jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.runs_renew_items(settlements jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_renew_items(settlements jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_reopen(owner uuid, run_ids uuid[], event text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_reopen(owner uuid, run_ids uuid[], event text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_report(reports jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_report(reports jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_retry(owner uuid, which uuid, places integer, whole boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_retry(owner uuid, which uuid, places integer, whole boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_ring(ring_lane text, owner_ids uuid[], run_ids uuid[], delay interval, urgency integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_ring(ring_lane text, owner_ids uuid[], run_ids uuid[], delay interval, urgency integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_seconds_under_way(status text, claimed_at timestamp with time zone, lease_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_seconds_under_way(status text, claimed_at timestamp with time zone, lease_until timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_settle(settlements jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_settle(settlements jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_settle_untold(settlements jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_settle_untold(settlements jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_start(owner uuid, new_id uuid, new_kind text, new_lane text, new_key text, new_parameters jsonb, new_max_attempts integer, delay interval, places integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_start(owner uuid, new_id uuid, new_kind text, new_lane text, new_key text, new_parameters jsonb, new_max_attempts integer, delay interval, places integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_start_many(owner_ids uuid[], new_kind text, new_lane text, keys text[], many_parameters jsonb[], new_max_attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_start_many(owner_ids uuid[], new_kind text, new_lane text, keys text[], many_parameters jsonb[], new_max_attempts integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_sweep(places integer, grace interval, lease interval, batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_sweep(places integer, grace interval, lease interval, batch integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_tell(told jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_tell(told jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_time_class(seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_time_class(seconds double precision) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_upkeep(every interval, ahead interval, keep interval, batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_upkeep(every interval, ahead interval, keep interval, batch integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_act_for(owner uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_asides(after_owner uuid, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_asides(after_owner uuid, most integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_bit(local_date date) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_bits(days smallint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_copy_plans(owner_ids uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_count(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_count(moment timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_decide(owner_ids uuid[], moment timestamp with time zone, backoff boolean) FROM PUBLIC;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_dues TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_decide(pending public.schedule_dues[], moment timestamp with time zone, backoff boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_drop_partitions(before date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_drop_partitions(before date) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_earliest() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_earliest() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_explain(one_owner uuid, moment timestamp with time zone, backoff boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_explain(one_owner uuid, moment timestamp with time zone, backoff boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_follow(pending public.schedule_dues[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_left_out(since timestamp with time zone, before_at timestamp with time zone, before_owner uuid, before_date date, before_edition text, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_left_out(since timestamp with time zone, before_at timestamp with time zone, before_owner uuid, before_date date, before_edition text, most integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_look() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_look() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_make_partitions(ahead interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_make_partitions(ahead interval) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_preferences_added() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_preferences_added() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_preferences_changed() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_preferences_changed() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_user_changed() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_user_changed() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_user_gone() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_user_gone() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_rehearse(one_owner uuid, moment timestamp with time zone, backoff boolean, rung_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_rehearse(one_owner uuid, moment timestamp with time zone, backoff boolean, rung_kind text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_resolve(moment timestamp with time zone, zones text[], todays date[], batch integer, only_owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_resolve(moment timestamp with time zone, zones text[], todays date[], batch integer, only_owner uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_retry(only_owners uuid[], batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_retry(only_owners uuid[], batch integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_settle(owner_ids uuid[], moment timestamp with time zone, backoff boolean, rung_kind text, OUT rung integer, OUT missed integer, OUT skipped integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_settle(pending public.schedule_dues[], moment timestamp with time zone, backoff boolean, rung_kind text, OUT rung integer, OUT missed integer, OUT skipped integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_stale() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_stale() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_start(due_at timestamp with time zone, owner_id uuid, crowd integer, took interval, per_second double precision, longest interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_sums(moment timestamp with time zone, since timestamp with time zone, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_sums(moment timestamp with time zone, since timestamp with time zone, most integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_tick(moment timestamp with time zone, until timestamp with time zone, batch integer, backoff boolean, rung_kind text, after_start timestamp with time zone, after_owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_tick(moment timestamp with time zone, until timestamp with time zone, batch integer, backoff boolean, rung_kind text, after_start timestamp with time zone, after_owner uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_unsettle() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_unsettle() TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgq.pgqueuer TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_id_seq TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgq.pgqueuer_log TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_log_id_seq TO daybreak_app;

GRANT SELECT ON TABLE pgq.pgqueuer_schedules TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_schedules_id_seq TO daybreak_app;

GRANT SELECT ON TABLE pgq.pgqueuer_statistics TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_statistics_id_seq TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_decisions TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_decision_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_events TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_event_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_files TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_notes TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_note_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_phases TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_phase_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_projects TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_project_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_sources TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_source_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_tasks TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_task_cards TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_task_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_warnings TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_editions TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_feedback TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_snapshots TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_words TO daybreak_app;

GRANT SELECT ON TABLE public.db_functions TO daybreak_app;

GRANT SELECT ON TABLE public.db_migrations TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_links TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_sessions TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_tokens TO daybreak_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.runs_finished TO daybreak_app;

GRANT SELECT ON TABLE public.runs_all TO daybreak_app;

GRANT SELECT ON TABLE public.runs_counters TO daybreak_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.runs_events TO daybreak_app;

GRANT SELECT ON TABLE public.runs_sweeps TO daybreak_app;

GRANT SELECT ON TABLE public.runs_times TO daybreak_app;

GRANT SELECT,DELETE ON TABLE public.runs_workers TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_absences TO daybreak_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.schedule_days TO daybreak_app;

GRANT UPDATE(outcome) ON TABLE public.schedule_days TO daybreak_app;

GRANT UPDATE(reason) ON TABLE public.schedule_days TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_reach TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_schedulers TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_slots TO daybreak_app;

GRANT SELECT,UPDATE ON TABLE public.schedule_state TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_upkeep TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.web_answers TO daybreak_app;
