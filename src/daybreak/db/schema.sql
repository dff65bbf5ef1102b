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
            'daybreak_jobs',
            json_build_object(
                'channel', 'daybreak_jobs',
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
    found jsonb;
    page jsonb[];
    page_size bigint;
BEGIN
    FOR one IN
        SELECT c.relname, a.attname FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            AND a.attname = CASE c.relname WHEN 'people_users' THEN 'id' ELSE 'owner_id' END
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        ORDER BY c.relname
    LOOP
        table_name := one.relname;
        page := '{}';
        page_size := 0;
        FOR found IN EXECUTE format(
            'SELECT to_jsonb(x) - %L::text[] FROM %I AS x WHERE %I = $1',
            '{password_hash,token_sha256,locator_sha256,secret,fingerprint}', one.relname, one.attname
        ) USING owner LOOP
            page := array_append(page, found);
            page_size := page_size + pg_column_size(found);
            IF page_size > 256 * 1024 THEN
                content := to_jsonb(page);
                RETURN NEXT;
                page := '{}';
                page_size := 0;
            END IF;
        END LOOP;
        IF page_size > 0 THEN
            content := to_jsonb(page);
            RETURN NEXT;
        END IF;
    END LOOP;
END $_$;

CREATE FUNCTION public.agenda_count_stale_sources(since timestamp with time zone) RETURNS TABLE(sources bigint, owners bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT count(*), count(DISTINCT s.owner_id) FROM agenda_sources AS s WHERE s.failing_since < since
$$;

CREATE FUNCTION public.agenda_due_refreshes(before timestamp with time zone, max_rows integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT s.owner_id FROM agenda_sources AS s
    WHERE s.kind = 'address' AND coalesce(greatest(s.last_read_at, s.last_tried_at), '-infinity') < before
    GROUP BY s.owner_id
    ORDER BY min(coalesce(greatest(s.last_read_at, s.last_tried_at), '-infinity')), s.owner_id
    LIMIT max_rows
$$;

CREATE FUNCTION public.agenda_folder_sources(with_absent boolean, max_rows integer) RETURNS TABLE(owner_id uuid, id uuid, locator text, is_confined boolean, files_digest bytea, last_read_at timestamp with time zone, failing_since timestamp with time zone, watching text, watched_until timestamp with time zone, has_absent boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT
        s.owner_id, s.id, s.locator, s.is_confined, s.files_digest, s.last_read_at, s.failing_since, s.watching,
        s.watched_until,
        CASE
            WHEN NOT with_absent THEN FALSE
            ELSE EXISTS (
                SELECT FROM agenda_tasks AS t
                WHERE
                    t.owner_id = s.owner_id AND t.source_id = s.id AND t.removed_at IS NULL AND t.absence IS NOT NULL
            ) OR EXISTS (
                SELECT FROM agenda_events AS e
                WHERE
                    e.owner_id = s.owner_id AND e.source_id = s.id AND e.removed_at IS NULL AND e.absence IS NOT NULL
            ) OR EXISTS (
                SELECT FROM agenda_notes AS n
                WHERE
                    n.owner_id = s.owner_id AND n.source_id = s.id AND n.removed_at IS NULL AND n.absence IS NOT NULL
            )
        END
    FROM agenda_sources AS s
    WHERE s.kind = 'folder'
    ORDER BY s.last_read_at NULLS FIRST, s.owner_id, s.id
    LIMIT max_rows
$$;

CREATE FUNCTION public.agenda_keep_decisions(owner uuid, leaving uuid) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    UPDATE agenda_decisions AS d SET task_id = m.copy
    FROM (
        SELECT DISTINCT ON (gone.id) gone.id, copy.id AS copy
        FROM agenda_tasks AS copy
        INNER JOIN agenda_tasks AS gone ON copy.owner_id = gone.owner_id AND copy.superseded_by = gone.id
        INNER JOIN agenda_decisions AS made
            ON
                gone.owner_id = made.owner_id AND gone.id = made.task_id AND made.ended_at IS NULL
                AND copy.status = made.task_status_at_decision
        WHERE
            copy.owner_id = owner AND copy.superseded_by IS NOT NULL AND copy.removed_at IS NULL
            AND copy.source_id IS DISTINCT FROM leaving
            AND (gone.removed_at IS NOT NULL OR gone.source_id = leaving)
            AND NOT EXISTS (
                SELECT FROM agenda_decisions AS own
                WHERE own.owner_id = owner AND own.task_id = copy.id AND own.ended_at IS NULL
            )
        ORDER BY gone.id, copy.touched_at DESC, copy.id
    ) AS m
    WHERE d.owner_id = owner AND d.task_id = m.id
$$;

CREATE FUNCTION public.agenda_mark_copies(owner uuid, leaving uuid, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
BEGIN
    IF (SELECT count(*) FROM agenda_sources AS s WHERE s.owner_id = owner) < 2 THEN
        RETURN;
    END IF;
    PERFORM agenda_keep_decisions(owner, leaving);
    PERFORM agenda_mark_task_copies(owner, leaving);
    PERFORM agenda_move_decisions(owner, at);
    PERFORM agenda_mark_event_copies(owner, leaving);
END
$$;

CREATE FUNCTION public.agenda_mark_event_copies(owner uuid, leaving uuid) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $_$
    WITH known AS MATERIALIZED (
        SELECT
            e.id, e.source_id, e.superseded_by, e.uid, e.recurrence_id, e.starts_at, e.sequence, e.stamped_at,
            e.absent_on, s.created_at,
            coalesce(e.uid || E'\n' || coalesce(e.recurrence_id, ''), e.external_id) COLLATE "C" AS uid_key,
            concat_ws(E'\n', lower(e.title), e.starts_at, e.ends_at, e.all_day, e.floating) COLLATE "C" AS title_key
        FROM agenda_events AS e
        INNER JOIN agenda_sources AS s ON e.owner_id = s.owner_id AND e.source_id = s.id
        WHERE e.owner_id = owner AND e.removed_at IS NULL AND e.source_id IS DISTINCT FROM leaving
    ),
    in_source AS (
        SELECT
            k.*,
            count(*) OVER series AS occurrences, min(k.sequence) OVER series AS version,
            min(k.starts_at) OVER series AS first_at, max(k.starts_at) OVER series AS last_at
        FROM known AS k
        WINDOW series AS (PARTITION BY k.uid, k.source_id)
    ),
    compared AS (
        SELECT
            i.*, first_value(i.id) OVER copies AS newest, first_value(i.source_id) OVER copies AS newest_source,
            first_value(i.id) OVER series AS moved, first_value(i.source_id) OVER series AS moved_source,
            first_value(i.version) OVER series AS moved_version, first_value(i.occurrences) OVER series AS moved_count,
            first_value(i.first_at) OVER series AS moved_from, first_value(i.last_at) OVER series AS moved_until
        FROM in_source AS i
        WINDOW
            copies AS (
                PARTITION BY i.uid_key
                ORDER BY
                    (i.absent_on IS NULL) DESC, i.sequence DESC, i.stamped_at DESC NULLS LAST,
                    (i.superseded_by IS NULL) DESC, i.created_at, i.source_id, i.id
            ),
            series AS (
                PARTITION BY i.uid
                ORDER BY
                    (i.absent_on IS NULL) DESC, i.occurrences > 1 DESC, i.version DESC, i.source_id, i.starts_at, i.id
            )
    ),
    ends AS MATERIALIZED (
        SELECT * FROM agenda_cancellations AS c WHERE c.owner_id = owner AND c.source_id IS DISTINCT FROM leaving
    ),
    versions AS (
        SELECT k.uid, k.source_id, mode() WITHIN GROUP (ORDER BY k.sequence) AS version FROM known AS k
        WHERE k.uid IN (SELECT c.uid FROM ends AS c)
        GROUP BY k.uid, k.source_id
    ),
    latest AS (
        SELECT
            k.id, k.uid, first_value(k.source_id) OVER copies AS source_id,
            first_value(k.sequence) OVER copies AS sequence, first_value(k.stamped_at) OVER copies AS stamped_at,
            CASE
                WHEN k.recurrence_id ~ '^\d{4}-\d\d-\d\dT[\d:]+[+-][\d:]+$' THEN k.recurrence_id::timestamptz
                WHEN k.recurrence_id ~ '^\d{4}-\d\d-\d\d(T[\d:]+)?$' THEN k.recurrence_id::timestamp AT TIME ZONE 'UTC'
            END AS occurrence_at,
            k.recurrence_id ~ 'T[\d:]+[+-][\d:]+$' AS is_timed
        FROM known AS k
        WHERE k.uid IN (SELECT c.uid FROM ends AS c)
        WINDOW copies AS (
            PARTITION BY k.uid_key
            ORDER BY
                (k.absent_on IS NULL) DESC, k.sequence DESC, k.stamped_at DESC NULLS LAST,
                (k.superseded_by IS NULL) DESC, k.created_at, k.source_id, k.id
        )
    ),
    -- Most cancelled occurrences are found by an equal start, which a hash join finds at once.
    pairs AS (
        SELECT l.id, c.id AS cancellation FROM latest AS l
        INNER JOIN ends AS c ON l.uid = c.uid AND l.occurrence_at = c.occurrence_at
        UNION
        SELECT l.id, c.id AS cancellation FROM latest AS l
        INNER JOIN ends AS c
            ON
                l.uid = c.uid
                AND (
                    c.occurrence_at IS NULL OR (c.and_future AND l.occurrence_at > c.occurrence_at)
                    OR (l.is_timed AND c.occurrence_day @> l.occurrence_at)
                )
        WHERE c.occurrence_at IS NULL OR c.and_future OR c.occurrence_day IS NOT NULL
    ),
    cancelled AS (
        SELECT DISTINCT ON (l.id) l.id, c.id AS cancellation
        FROM pairs AS p
        INNER JOIN latest AS l ON p.id = l.id
        INNER JOIN versions AS v ON l.uid = v.uid AND l.source_id = v.source_id
        INNER JOIN ends AS c ON p.cancellation = c.id AND l.source_id <> c.source_id
        WHERE
            CASE
                WHEN c.is_exclusion THEN c.sequence > l.sequence
                WHEN c.sequence = 2147483647 AND num_nulls(c.stamped_at, l.stamped_at) = 0
                    THEN c.stamped_at >= l.stamped_at
                ELSE
                    (c.sequence, coalesce(c.stamped_at, '-infinity')) >= (
                        CASE WHEN c.occurrence_at IS NULL THEN v.version ELSE l.sequence END,
                        coalesce(l.stamped_at, '-infinity')
                    )
            END
        ORDER BY l.id, c.sequence DESC, c.stamped_at DESC NULLS LAST, c.id
    ),
    by_uid AS (
        SELECT
            c.*,
            CASE
                WHEN x.cancellation IS NOT NULL THEN x.cancellation
                WHEN c.source_id <> c.newest_source THEN c.newest
                WHEN
                    c.uid IS NOT NULL AND c.recurrence_id IS NOT NULL AND c.source_id <> c.moved_source
                    AND c.moved_count > 1 AND c.sequence < c.moved_version
                    AND c.starts_at BETWEEN c.moved_from AND c.moved_until
                    THEN c.moved
            END AS newer
        FROM compared AS c
        LEFT JOIN cancelled AS x ON c.id = x.id
    ),
    by_title AS MATERIALIZED (
        SELECT
            b.id, b.superseded_by, b.newer,
            CASE
                WHEN b.newer IS NULL AND b.source_id <> first_value(b.source_id) OVER same
                    THEN first_value(b.id) OVER same
            END AS twin
        FROM by_uid AS b
        WINDOW same AS (
            PARTITION BY b.title_key, b.newer IS NULL
            ORDER BY
                (b.absent_on IS NULL) DESC, b.stamped_at DESC NULLS LAST, (b.superseded_by IS NULL) DESC, b.created_at,
                b.source_id, b.id
        )
    ),
    changed AS (
        SELECT b.id, coalesce(n.twin, b.newer, b.twin) AS shown FROM by_title AS b
        LEFT JOIN by_title AS n ON b.newer = n.id
        WHERE b.superseded_by IS DISTINCT FROM coalesce(n.twin, b.newer, b.twin)
    )
    UPDATE agenda_events AS e SET superseded_by = c.shown FROM changed AS c WHERE e.owner_id = owner AND e.id = c.id
$_$;

CREATE FUNCTION public.agenda_mark_task_copies(owner uuid, leaving uuid) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $_$
    WITH known AS MATERIALIZED (
        SELECT
            t.id, t.source_id, t.superseded_by, t.touched_at, t.absent_on, s.created_at,
            t.status IN ('done', 'cancelled') AS is_finished,
            coalesce(t.due_at, t.due_on::timestamp AT TIME ZONE 'UTC') AS due,
            hashtextextended(lower(t.title || E'\n' || coalesce(p.name, '')), 0) AS title,
            CASE
                WHEN
                    NOT starts_with(t.native_id, t.path || '#')
                    AND (
                        t.native_id ~* '^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}' OR t.native_id ~ '^[0-9]{10,}$'
                        OR t.native_id LIKE '%_@_%'
                        OR (
                            length(t.source_ref) >= 8
                            AND (t.native_id = t.source_ref OR starts_with(t.native_id, t.source_ref || '/'))
                        )
                    )
                    THEN lower(t.native_id)
                WHEN t.native_id ~ '^[A-Z][A-Z0-9_]+-[0-9]+$'
                    THEN concat_ws(E'\n', t.native_id, lower(p.name))
            END AS own_id
        FROM agenda_tasks AS t
        INNER JOIN agenda_sources AS s ON t.owner_id = s.owner_id AND t.source_id = s.id
        LEFT JOIN agenda_projects AS p ON t.owner_id = p.owner_id AND t.project_id = p.id
        WHERE t.owner_id = owner AND t.removed_at IS NULL AND t.source_id IS DISTINCT FROM leaving
    ),
    titles AS (
        SELECT k.title, k.source_id, count(*) AS tasks, count(*) OVER (PARTITION BY k.source_id) AS size FROM known AS k
        WHERE k.own_id IS NULL
        GROUP BY k.title, k.source_id
    ),
    pairs AS (
        SELECT a.source_id, b.source_id AS other_id FROM titles AS a
        INNER JOIN titles AS b ON a.title = b.title AND a.source_id <> b.source_id
        GROUP BY a.source_id, b.source_id, a.size, b.size
        HAVING count(*) >= 3 AND 2 * count(*) >= least(a.size, b.size)
    ),
    repeated AS (
        SELECT DISTINCT t.title FROM titles AS t
        WHERE t.tasks > 1
    ),
    lists AS (
        SELECT p.source_id, least(p.source_id::text, min(p.other_id::text)) AS list FROM pairs AS p GROUP BY p.source_id
    ),
    keyed AS (
        SELECT
            k.*,
            CASE
                WHEN k.own_id IS NOT NULL THEN hashtextextended(k.own_id, 1)
                WHEN l.list IS NOT NULL AND (r.title IS NULL OR k.due IS NULL) THEN hashtextextended(l.list, k.title)
                WHEN k.due IS NOT NULL THEN hashtextextended(k.due::text, k.title)
                ELSE uuid_hash_extended(k.id, 2)
            END AS key
        FROM known AS k
        LEFT JOIN lists AS l ON k.source_id = l.source_id
        LEFT JOIN repeated AS r ON k.title = r.title
    ),
    compared AS (
        SELECT
            k.id, k.superseded_by, k.source_id <> first_value(k.source_id) OVER copies AS is_older,
            CASE
                WHEN first_value(k.source_id) OVER alike = first_value(k.source_id) OVER copies
                    THEN first_value(k.id) OVER alike
                ELSE first_value(k.id) OVER copies
            END AS newest
        FROM keyed AS k
        WINDOW
            copies AS (
                PARTITION BY k.key
                ORDER BY
                    (k.absent_on IS NULL) DESC, k.touched_at DESC, (k.superseded_by IS NULL) DESC, k.created_at,
                    k.source_id, k.id
            ),
            alike AS (
                PARTITION BY k.key, k.is_finished
                ORDER BY
                    (k.absent_on IS NULL) DESC, k.touched_at DESC, (k.superseded_by IS NULL) DESC, k.created_at,
                    k.source_id, k.id
            )
    ),
    changed AS (
        SELECT c.id, CASE WHEN c.is_older THEN c.newest END AS shown FROM compared AS c
        WHERE c.superseded_by IS DISTINCT FROM CASE WHEN c.is_older THEN c.newest END
    ),
    -- In the order in which decisions lock tasks.
    locked AS (
        SELECT t.id, c.shown FROM agenda_tasks AS t
        INNER JOIN changed AS c ON t.id = c.id
        WHERE t.owner_id = owner
        ORDER BY t.id
        FOR UPDATE OF t
    )
    UPDATE agenda_tasks AS t SET superseded_by = l.shown FROM locked AS l WHERE t.owner_id = owner AND t.id = l.id
$_$;

CREATE FUNCTION public.agenda_move_decisions(owner uuid, at timestamp with time zone) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    SET enable_nestloop TO 'off'
    AS $$
    UPDATE agenda_decisions AS d SET task_id = m.shown
    FROM (
        SELECT DISTINCT ON (shown.id) shown.id AS shown, hidden.id AS hidden
        FROM agenda_tasks AS hidden
        INNER JOIN agenda_tasks AS shown ON hidden.owner_id = shown.owner_id AND hidden.superseded_by = shown.id
        INNER JOIN agenda_decisions AS made
            ON
                hidden.owner_id = made.owner_id AND hidden.id = made.task_id AND made.ended_at IS NULL
                AND shown.status = made.task_status_at_decision
        WHERE
            hidden.owner_id = owner AND hidden.superseded_by IS NOT NULL AND hidden.removed_at IS NULL
            AND NOT EXISTS (
                SELECT FROM agenda_decisions AS own
                WHERE own.owner_id = owner AND own.task_id = shown.id AND own.ended_at IS NULL
            )
        ORDER BY shown.id, made.made_at DESC, hidden.id
    ) AS m
    WHERE d.owner_id = owner AND d.task_id = m.hidden;

    UPDATE agenda_decisions AS d SET ended_at = at, ended_as = 'replaced'
    FROM agenda_tasks AS hidden
    INNER JOIN agenda_decisions AS own
        ON hidden.owner_id = own.owner_id AND hidden.superseded_by = own.task_id AND own.ended_at IS NULL
    WHERE
        d.owner_id = owner AND d.ended_at IS NULL AND hidden.owner_id = owner AND hidden.id = d.task_id
        AND hidden.superseded_by IS NOT NULL AND hidden.removed_at IS NULL
$$;

CREATE FUNCTION public.agenda_notify_folders() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_notify('daybreak_folders', '');
    RETURN NULL;
END $$;

CREATE FUNCTION public.briefs_search(owner uuid, query text, before_date date, before_edition text, max_rows integer) RETURNS TABLE(id uuid, brief_date date, edition text, composed_at timestamp with time zone, document bytea)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT e.id, e.brief_date, e.edition, e.composed_at, e.document
    FROM briefs_search_index AS i
    INNER JOIN briefs_editions AS e ON i.owner_id = e.owner_id AND i.edition_id = e.id
    WHERE
        i.owner_id = owner AND owner = ANY (current_setting('daybreak.owner_ids')::uuid [])
        AND i.search_vector @@ websearch_to_tsquery('english', query)
        AND (before_date IS NULL OR (e.brief_date, e.edition) < (before_date, before_edition))
    ORDER BY e.brief_date DESC, e.edition DESC
    LIMIT max_rows
$$;

CREATE FUNCTION public.db_check_writable() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET work_mem TO '64kB'
    SET temp_tablespaces TO ''
    SET lock_timeout TO '2s'
    AS $$
BEGIN
    -- These numbers exceed work_mem; the file has about one megabyte.
    PERFORM count(*) FROM generate_series(1, 50000);
    UPDATE db_readiness SET written_at = now();
END $$;

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
    reengagement boolean DEFAULT true NOT NULL,
    project_choice text DEFAULT 'all'::text NOT NULL,
    projects text[] DEFAULT '{}'::text[] NOT NULL,
    length text DEFAULT 'standard'::text NOT NULL,
    lunch_start time without time zone DEFAULT '12:00:00'::time without time zone,
    lunch_end time without time zone DEFAULT '13:00:00'::time without time zone,
    days_off smallint[] DEFAULT '{6,7}'::smallint[] NOT NULL,
    focus_is_free boolean DEFAULT true NOT NULL,
    shortest_gap_minutes smallint DEFAULT 20 NOT NULL,
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
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    has_signed_in boolean DEFAULT false NOT NULL,
    CONSTRAINT people_users_country_is_iso CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT people_users_email_is_lower_case CHECK ((email = lower(email)))
);

ALTER TABLE ONLY public.people_users FORCE ROW LEVEL SECURITY;

CREATE VIEW public.people_profiles WITH (security_invoker='true') AS
 SELECT u.id,
    u.email AS email_address,
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
    p.reengagement,
    p.project_choice,
    p.projects,
    p.workday_start,
    p.workday_end,
    COALESCE(a.role, 'member'::text) AS role,
    (a.password_hash IS NOT NULL) AS has_password,
    a.deletion_due,
    p.length,
    p.lunch_start,
    p.lunch_end,
    p.days_off,
    p.focus_is_free,
    p.shortest_gap_minutes
   FROM ((public.people_users u
     JOIN public.people_preferences p ON ((u.id = p.owner_id)))
     LEFT JOIN public.people_accounts a ON ((u.id = a.owner_id)));

CREATE FUNCTION public.people_authenticate_session(digest bytea, idle interval, life interval, is_activity boolean) RETURNS TABLE(id uuid, profile public.people_profiles)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF is_activity THEN
        WITH seen AS (
            UPDATE people_sessions AS s
            SET seen_at = now(), expires_at = least(now() + idle, s.created_at + life)
            WHERE s.token_sha256 = digest AND s.expires_at > now() AND s.created_at > now() - life
                AND s.seen_at < now() - interval '1 minute'
            RETURNING s.owner_id
        )
        UPDATE people_users AS u SET last_seen_at = now() FROM seen WHERE u.id = seen.owner_id;
    END IF;
    RETURN QUERY
    SELECT s.id, f FROM people_sessions AS s
    INNER JOIN people_profiles AS f ON f.id = s.owner_id
    WHERE s.token_sha256 = digest AND s.expires_at > now() AND s.created_at > now() - life;
END $$;

CREATE FUNCTION public.people_authenticate_token(digest bytea, is_activity boolean) RETURNS TABLE(id uuid, scope text, profile public.people_profiles)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE people_tokens AS t SET used_at = now()
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE)
        AND coalesce(t.used_at < now() - interval '1 minute', TRUE);
    -- Separate from the last use: a stream uses the token without being activity, and must not hide later activity.
    IF is_activity THEN
        UPDATE people_users AS u SET last_seen_at = now() FROM people_tokens AS t
        WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE) AND u.id = t.owner_id
            AND coalesce(u.last_seen_at < now() - interval '1 minute', TRUE);
    END IF;
    RETURN QUERY
    SELECT t.id, t.scope, f FROM people_tokens AS t
    INNER JOIN people_profiles AS f ON f.id = t.owner_id
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE);
END $$;

CREATE FUNCTION public.people_count_security_event(owner uuid, repeated text, actor text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    UPDATE people_security_events SET occurrences = occurrences + 1, last_at = clock_timestamp()
    WHERE owner_id = owner AND owner = ANY (current_setting('daybreak.owner_ids')::uuid [])
        AND id = (
            SELECT id FROM people_security_events
            WHERE owner_id = owner AND kind = repeated AND actor_name = actor ORDER BY at DESC, id DESC LIMIT 1
        )
$$;

CREATE FUNCTION public.people_find_known_browser(address text, digests bytea[]) RETURNS bytea
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT b.token_sha256 FROM people_known_browsers AS b
    INNER JOIN people_users AS u ON u.id = b.owner_id
    WHERE u.email = lower(address) AND b.token_sha256 = ANY (digests) AND b.expires_at > now()
    LIMIT 1
$$;

CREATE FUNCTION public.people_find_link_owner(digest bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT owner_id FROM people_links WHERE token_sha256 = digest AND expires_at > now() $$;

CREATE FUNCTION public.people_id_by_email(address text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT id FROM people_users WHERE email = lower(address) $$;

CREATE FUNCTION public.people_is_credential_valid(owner uuid, credential uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM people_sessions WHERE owner_id = owner AND id = credential AND expires_at > now())
        OR EXISTS (
            SELECT FROM people_tokens
            WHERE owner_id = owner AND id = credential AND coalesce(expires_at > now(), TRUE)
        )
$$;

CREATE TABLE public.people_security_events (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    kind text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    occurrences bigint DEFAULT 1 NOT NULL,
    last_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    network text,
    CONSTRAINT people_security_events_actor_kind CHECK ((actor_kind = ANY (ARRAY['user'::text, 'token'::text, 'command-line'::text, 'system'::text, 'visitor'::text]))),
    CONSTRAINT people_security_events_kind CHECK ((kind = ANY (ARRAY['signed-in'::text, 'sign-in-failed'::text, 'sign-in-throttled'::text, 'password-check-failed'::text, 'signed-out'::text, 'session-revoked'::text, 'sessions-revoked'::text, 'link-created'::text, 'link-used'::text, 'password-changed'::text, 'token-created'::text, 'token-revoked'::text, 'user-created'::text, 'role-changed'::text, 'deletion-requested'::text, 'deletion-cancelled'::text, 'data-exported'::text]))),
    CONSTRAINT people_security_events_network CHECK (((kind = ANY (ARRAY['sign-in-failed'::text, 'sign-in-throttled'::text, 'password-check-failed'::text])) = (network IS NOT NULL)))
);

ALTER TABLE ONLY public.people_security_events FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.people_list_security_events(before_at timestamp with time zone, before_id uuid, row_limit integer) RETURNS SETOF public.people_security_events
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT * FROM people_security_events
    WHERE (at, id) < (coalesce(before_at, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY at DESC, id DESC LIMIT row_limit
$$;

CREATE FUNCTION public.people_notify_revoked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM pg_notify('daybreak_people', string_agg(n.id::text, ','))
    FROM (SELECT e.id, (row_number() OVER () - 1) / 200 AS part FROM ended AS e) AS n
    GROUP BY n.part;
    RETURN NULL;
END $$;

CREATE FUNCTION public.people_purge_expired() RETURNS SETOF uuid
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    DELETE FROM people_sessions WHERE expires_at < now();
    DELETE FROM people_links WHERE expires_at < now();
    DELETE FROM people_known_browsers WHERE expires_at < now();
    DELETE FROM people_sign_in_throttle WHERE retry_at < now();
    SELECT owner_id FROM people_accounts WHERE deletion_due <= now();
$$;

CREATE FUNCTION public.people_purge_security_events() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    DELETE FROM people_security_events WHERE at < now() - interval '400 days';
    DELETE FROM people_security_events WHERE network IS NOT NULL AND at < now() - interval '90 days';
$$;

CREATE FUNCTION public.people_record_failed_sign_in(email_address text, failure text, client_network text, client_address text, client_agent text) RETURNS TABLE(owner uuid, attempts bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    account uuid := (SELECT id FROM people_users WHERE email = lower(email_address));
    -- A variable, since no index is used for a volatile function.
    this_hour timestamptz := date_trunc('hour', clock_timestamp(), 'UTC');
    is_further boolean;
BEGIN
    IF account IS NULL THEN
        RETURN;
    END IF;
    -- Without the wait for the disk an existing account takes as long as one that does not exist.
    PERFORM set_config('synchronous_commit', 'off', TRUE);
    is_further := 5 <= (
        SELECT count(*) FROM people_security_events AS e
        WHERE e.owner_id = account AND e.kind = failure AND e.network NOT IN (client_network, '')
            AND e.at >= this_hour
    );
    RETURN QUERY
    INSERT INTO people_security_events AS e (
        owner_id, id, kind, actor_kind, actor_name, network, address, user_agent
    )
    SELECT
        account, gen_random_uuid(), failure, 'visitor', '',
        CASE WHEN is_further THEN '' ELSE client_network END,
        CASE WHEN is_further THEN '' ELSE client_address END,
        CASE WHEN is_further THEN '' ELSE client_agent END
    ON CONFLICT (owner_id, kind, network, date_trunc('hour', at AT TIME ZONE 'UTC')) WHERE network IS NOT NULL
    DO UPDATE SET occurrences = e.occurrences + 1, last_at = clock_timestamp()
    RETURNING e.owner_id, e.occurrences;
END $$;

CREATE FUNCTION public.people_reset_throttle(keys bytea[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ DELETE FROM people_sign_in_throttle WHERE key = ANY (keys) $$;

CREATE FUNCTION public.people_throttle_sign_in(keys bytea[], intervals interval[], bursts integer[]) RETURNS interval
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    one record;
    previous_retry_at timestamptz;
    next_retry_at timestamptz;
BEGIN
    FOR one IN SELECT * FROM unnest(keys, intervals, bursts) AS k (key, every, burst) LOOP
        INSERT INTO people_sign_in_throttle (key, retry_at) VALUES (one.key, '-infinity') ON CONFLICT DO NOTHING;
        SELECT a.retry_at INTO previous_retry_at FROM people_sign_in_throttle AS a WHERE a.key = one.key FOR UPDATE;
        next_retry_at := greatest(previous_retry_at, clock_timestamp()) + one.every;
        IF next_retry_at - one.every * one.burst > clock_timestamp() THEN
            RETURN next_retry_at - one.every * one.burst - clock_timestamp();
        END IF;
        UPDATE people_sign_in_throttle AS a SET retry_at = next_retry_at WHERE a.key = one.key;
    END LOOP;
    RETURN interval '0';
END $$;

CREATE FUNCTION public.runs_advance_parents(completions jsonb) RETURNS void
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
            s.owner_id, coalesce(s.parent_id, s.id) AS run_id,
            count(*) FILTER (WHERE s.parent_id IS NOT NULL AND s.status IN ('succeeded', 'partial'))::integer AS done,
            count(*) FILTER (WHERE s.parent_id IS NOT NULL AND s.status = 'failed')::integer AS failed,
            count(*) FILTER (WHERE s.parent_id IS NOT NULL AND s.status IN ('skipped', 'cancelled'))::integer AS skipped,
            coalesce(jsonb_agg(
                jsonb_build_object('item', s.id, 'kind', s.kind, 'key', s.key, 'status', s.status) ORDER BY s.id
            ) FILTER (WHERE s.parent_id IS NOT NULL AND s.status NOT IN ('queued', 'running')), '[]') AS events
        FROM jsonb_to_recordset(completions) AS s (
            owner_id uuid, id uuid, parent_id uuid, kind text, key text, status text
        )
        WHERE s.parent_id IS NOT NULL OR s.status = 'running'
        GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        SELECT * INTO run FROM runs_open AS r
        WHERE r.owner_id = change.owner_id AND r.id = change.run_id AND r.stage = 'items' FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        steps := change.done + change.failed + change.skipped;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT run.owner_id, run.id, run.last_event_number + e.ordinal, 'item', e.data
        FROM jsonb_array_elements(change.events) WITH ORDINALITY AS e (data, ordinal);
        UPDATE runs_open AS r SET
            done = r.done + change.done,
            failed = r.failed + change.failed,
            skipped = r.skipped + change.skipped,
            open_items = r.open_items - steps,
            last_event_number = r.last_event_number + jsonb_array_length(change.events),
            highest_percentage = runs_highest_percentage(r.highest_percentage, r.done + r.failed + r.skipped + steps, r.total),
            seconds_per_step = runs_seconds_per_step(r.seconds_per_step, r.last_step_at, steps),
            last_step_at = CASE WHEN steps > 0 THEN now() ELSE r.last_step_at END
        WHERE r.owner_id = run.owner_id AND r.id = run.id
        RETURNING r.* INTO run;
        IF run.open_items <= 0 THEN
            PERFORM runs_dispatch_finish(run.owner_id, run.id);
        END IF;
    END LOOP;
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
        PERFORM runs_complete(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'parent_id', run.parent_id, 'kind', run.kind, 'key', run.key,
            'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
        RETURN;
    END IF;
    UPDATE runs_open AS r SET cancel_requested = TRUE WHERE r.owner_id = owner AND r.id = run_id;
    PERFORM pg_notify('daybreak_runs_cancel', run_id::text);
    PERFORM runs_notify(jsonb_build_array(jsonb_build_object('id', run_id, 'owner_id', owner)));
    IF run.stage = 'items' THEN
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
    completions jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', owner, 'id', i.id, 'parent_id', run_id, 'kind', i.kind, 'key', i.key,
        'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
            'cancelled', jsonb_build_object('epoch', i.epoch, 'attempt', i.attempts)
        ))
    )) INTO completions
    FROM (
        SELECT r.id, r.kind, r.key, r.epoch, r.attempts FROM runs_open AS r
        WHERE r.owner_id = owner AND r.parent_id = run_id AND r.status = 'queued'
        ORDER BY r.id FOR UPDATE SKIP LOCKED
    ) AS i;
    IF completions IS NOT NULL THEN
        PERFORM runs_complete(completions);
    END IF;
END $$;

CREATE FUNCTION public.runs_claim(owner_ids uuid[], run_ids uuid[], known_kinds text[], worker uuid, lease interval) RETURNS TABLE(owner_id uuid, id uuid, parent_id uuid, kind text, queue text, key text, parameters text, epoch integer, attempt integer, max_attempts integer, fence bigint, last_event_number bigint, wait_seconds double precision, items text)
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
                    o.created_at, o.scheduled_at, o.lease_until
                )))::float AS waited
            FROM runs_open AS o
            WHERE o.owner_id = w.owner_id AND o.id = w.id
                AND o.kind = ANY (known_kinds)
                AND NOT o.cancel_requested
                AND NOT runs_is_cancelled(o.owner_id, o.parent_id)
                AND o.attempts < o.max_attempts
                AND (
                    (o.status = 'queued' AND o.scheduled_at <= now())
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
            run_seconds = r.run_seconds + runs_running_seconds(r.status, r.claimed_at, r.lease_until),
            claimed_at = now(),
            last_step_at = coalesce(r.last_step_at, now()),
            last_event_number = r.last_event_number + 1,
            errors = CASE WHEN r.status = 'queued' THEN r.errors ELSE r.errors || jsonb_build_object(
                'epoch', r.epoch, 'attempt', r.attempts, 'at', now(), 'class', 'WorkerDied', 'retryable', TRUE,
                'message', 'The worker died or lost touch with the database.'
            ) END
        FROM free WHERE r.owner_id = free.owner_id AND r.id = free.id
        RETURNING r.*, free.waited
    ),
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT c.owner_id, c.id, c.last_event_number, 'running',
            jsonb_build_object('epoch', c.epoch, 'attempt', c.attempts, 'worker', worker_name)
        FROM claimed AS c
    )
    SELECT
        c.owner_id, c.id, c.parent_id, c.kind, c.queue, c.key, c.parameters::text, c.epoch, c.attempts, c.max_attempts,
        c.fence, c.last_event_number, c.waited,
        CASE WHEN c.stage = 'finish' THEN jsonb_build_object(
            'total', c.total, 'done', c.done, 'failed', c.failed, 'skipped', c.skipped, 'gaps', c.gaps,
            'result', c.result
        )::text END
    FROM claimed AS c;
END $$;

CREATE FUNCTION public.runs_complete(completions jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT runs_complete_silently(completions);
    SELECT runs_notify(completions);
$$;

CREATE FUNCTION public.runs_complete_silently(completions jsonb) RETURNS void
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
    freed_queues text [];
    freed_counts integer [];
    has_items boolean;
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(completions) AS s (
            owner_id uuid, id uuid, status text, result jsonb, error jsonb, gaps text [], events jsonb, after_event bigint,
            phase text, done integer, total integer, failed integer, skipped integer
        ) WHERE s.status NOT IN ('queued', 'running')
    ),
    gone AS (
        DELETE FROM runs_open AS r USING s WHERE r.owner_id = s.owner_id AND r.id = s.id
        RETURNING
            r.*, s.status AS ending, s.result AS last_result, s.gaps AS last_gaps, s.error, s.events,
            coalesce(s.after_event, r.last_event_number) AS after_event, s.phase AS last_phase, s.done AS last_done,
            s.total AS last_total, s.failed AS last_failed, s.skipped AS last_skipped
    ),
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT g.owner_id, g.id, g.after_event + e.ordinal, e.event ->> 0, e.event -> 1
        FROM gone AS g CROSS JOIN LATERAL jsonb_array_elements(g.events) WITH ORDINALITY AS e (event, ordinal)
        WHERE g.after_event + e.ordinal > g.last_event_number
    ),
    ended AS (
        INSERT INTO runs_finished (
            owner_id, id, parent_id, kind, queue, key, parameters, status, stage, epoch, attempts, max_attempts, fence,
            last_event_number, phase, total, done, failed, skipped, result, gaps, errors, created_at, started_at,
            wait_seconds, run_seconds, fan_out_generation, highest_percentage
        )
        SELECT
            owner_id, id, parent_id, kind, queue, key, parameters, ending, stage, epoch, attempts, max_attempts, fence,
            after_event + jsonb_array_length(events), coalesce(last_phase, phase), greatest(last_total, total),
            greatest(last_done, done), greatest(last_failed, failed), greatest(last_skipped, skipped),
            coalesce(last_result, result), coalesce(last_gaps, gaps),
            CASE WHEN error IS NULL THEN errors ELSE errors || (error || jsonb_build_object('at', now())) END,
            created_at, started_at, wait_seconds, run_seconds + runs_running_seconds(status, claimed_at, lease_until),
            fan_out_generation, highest_percentage
        FROM gone
    )
    SELECT array_agg(f.owner_id), array_agg(f.queue), array_agg(f.runs)
    INTO freed_owners, freed_queues, freed_counts
    FROM (
        SELECT owner_id, queue, count(*)::integer AS runs FROM gone WHERE job_id IS NOT NULL GROUP BY owner_id, queue
    ) AS f;

    -- Usually no run is released or waits for capacity, and these checks are cheaper than empty statements.
    IF completions @> '[{"status": "queued"}]' THEN
        FOR again IN
            WITH s AS MATERIALIZED (
                SELECT * FROM jsonb_to_recordset(completions) AS s (
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
                    scheduled_at = now() + make_interval(secs => s.delay),
                    run_seconds = r.run_seconds + runs_running_seconds(r.status, r.claimed_at, r.lease_until),
                    lease_until = NULL,
                    worker_id = NULL,
                    last_event_number = coalesce(s.after_event, r.last_event_number) + jsonb_array_length(s.events)
                FROM s INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
                WHERE r.owner_id = o.owner_id AND r.id = o.id
                RETURNING r.owner_id, r.id, r.queue, s.delay, s.events, o.last_event_number AS known,
                    coalesce(s.after_event, o.last_event_number) AS after_event
            ),
            written AS (
                INSERT INTO runs_events (owner_id, run_id, number, name, data)
                SELECT b.owner_id, b.id, b.after_event + e.ordinal, e.event ->> 0, e.event -> 1
                FROM back AS b CROSS JOIN LATERAL jsonb_array_elements(b.events) WITH ORDINALITY AS e (event, ordinal)
                WHERE b.after_event + e.ordinal > b.known
            )
            SELECT queue, delay, array_agg(owner_id) AS owner_ids, array_agg(id) AS run_ids
            FROM back GROUP BY queue, delay
        LOOP
            PERFORM runs_dispatch(again.queue, again.owner_ids, again.run_ids, make_interval(secs => again.delay));
            -- Without a job they free their capacity.
            IF again.delay > 60 THEN
                freed_owners := freed_owners || again.owner_ids;
                freed_queues := freed_queues || array_fill(again.queue, ARRAY[cardinality(again.owner_ids)]);
                freed_counts := freed_counts || array_fill(1, ARRAY[cardinality(again.owner_ids)]);
            END IF;
        END LOOP;
        SELECT array_agg(f.owner_id), array_agg(f.queue), array_agg(f.runs)
        INTO freed_owners, freed_queues, freed_counts
        FROM (
            SELECT u.owner_id, u.queue, sum(u.runs)::integer AS runs
            FROM unnest(freed_owners, freed_queues, freed_counts) AS u (owner_id, queue, runs)
            GROUP BY u.owner_id, u.queue
        ) AS f;
    END IF;

    has_items := completions @? '$[*] ? (exists(@.items) || @.parent_id != null)';
    IF has_items THEN
        PERFORM runs_fan_out(completions);
    END IF;
    IF EXISTS (
        SELECT FROM unnest(freed_owners, freed_queues) AS f (owner_id, queue)
        -- LIMIT makes PostgreSQL look up each owner. A join would read all rows that have waited since the oldest
        -- snapshot.
        CROSS JOIN LATERAL (
            SELECT FROM runs_open AS r
            WHERE r.owner_id = f.owner_id AND r.queue = f.queue AND r.dispatched_at IS NULL AND r.status = 'queued'
            LIMIT 1
        ) AS waiting
    ) THEN
        PERFORM runs_dispatch_waiting(freed_owners, freed_queues, freed_counts);
    END IF;
    IF has_items THEN
        PERFORM runs_advance_parents(completions);
    END IF;
END $_$;

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
        INSERT INTO runs_durations (kind, day, wait_bucket, run_bucket, runs, wait_seconds, run_seconds)
        SELECT
            kind, (finished_at AT TIME ZONE 'UTC')::date, runs_duration_bucket(wait_seconds), runs_duration_bucket(run_seconds),
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

CREATE FUNCTION public.runs_delete_owned() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM runs_events WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_open WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_finished WHERE owner_id IN (SELECT id FROM removed);
    RETURN NULL;
END $$;

CREATE FUNCTION public.runs_dispatch(target_queue text, owner_ids uuid[], run_ids uuid[], delay interval DEFAULT '00:00:00'::interval, job_priority integer DEFAULT 0) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    job_ids bigint [];
BEGIN
    IF delay <= interval '1 minute' THEN
        job_ids := ARRAY(
            SELECT nextval('pgq.pgqueuer_id_seq') FROM generate_series(0, (cardinality(owner_ids) - 1) / 100)
        );
        INSERT INTO pgq.pgqueuer (id, priority, entrypoint, payload, execute_after, status)
        SELECT
            job_ids[1 + b.batch], job_priority, 'runs.' || target_queue, convert_to(b.payload::text, 'UTF8'), now() + delay,
            'queued'
        FROM (
            SELECT
                (p.ordinal - 1) / 100 AS batch, jsonb_agg(jsonb_build_array(p.owner_id, p.id) ORDER BY p.ordinal) AS payload
            FROM unnest(owner_ids, run_ids) WITH ORDINALITY AS p (owner_id, id, ordinal)
            GROUP BY 1
        ) AS b;
    END IF;
    UPDATE runs_open AS r SET job_id = job_ids[1 + (p.ordinal - 1) / 100], dispatched_at = now() + delay
    FROM unnest(owner_ids, run_ids) WITH ORDINALITY AS p (owner_id, id, ordinal)
    WHERE r.owner_id = p.owner_id AND r.id = p.id;
END $$;

CREATE FUNCTION public.runs_dispatch_finish(owner uuid, run_id uuid) RETURNS void
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
        status = CASE WHEN r.cancel_requested THEN r.status ELSE 'queued' END,
        stage = 'finish',
        scheduled_at = now(),
        gaps = ARRAY(
            SELECT f.key FROM runs_finished AS f
            WHERE f.owner_id = owner AND f.parent_id = runs_dispatch_finish.run_id AND f.status IN ('failed', 'partial')
                AND f.fan_out_generation IS NOT DISTINCT FROM r.fan_out_generation
            ORDER BY f.created_at, f.id LIMIT 100
        )
    WHERE r.owner_id = owner AND r.id = runs_dispatch_finish.run_id
    RETURNING r.* INTO run;
    IF run.cancel_requested THEN
        PERFORM runs_complete(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
    ELSE
        PERFORM runs_dispatch(run.queue, ARRAY[owner], ARRAY[run.id]);
    END IF;
END $$;

CREATE FUNCTION public.runs_dispatch_waiting(owner_ids uuid[], queues text[], counts integer[]) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    next_queue text;
    next_owners uuid [];
    next_runs uuid [];
    dispatched integer := 0;
BEGIN
    FOR next_queue, next_owners, next_runs IN
        WITH waiting AS (
            SELECT a.queue, w.owner_id, w.id, a.ordinal, w.nth
            FROM unnest(owner_ids, queues, counts) WITH ORDINALITY AS a (owner_id, queue, free, ordinal)
            CROSS JOIN LATERAL (
                SELECT o.owner_id, o.id, row_number() OVER () AS nth FROM (
                    SELECT r.owner_id, r.id FROM runs_open AS r
                    WHERE r.owner_id = a.owner_id AND r.queue = a.queue AND r.dispatched_at IS NULL AND r.status = 'queued'
                    ORDER BY r.created_at, r.id
                    LIMIT a.free
                    FOR UPDATE SKIP LOCKED
                ) AS o
            ) AS w
        )
        SELECT queue, array_agg(owner_id ORDER BY ordinal, nth), array_agg(id ORDER BY ordinal, nth)
        FROM waiting GROUP BY queue
    LOOP
        PERFORM runs_dispatch(next_queue, next_owners, next_runs);
        dispatched := dispatched + cardinality(next_runs);
    END LOOP;
    RETURN dispatched;
END $$;

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

CREATE FUNCTION public.runs_duration_bucket(seconds double precision) RETURNS smallint
    LANGUAGE sql IMMUTABLE
    RETURN (ceil((((4)::double precision * ln((GREATEST(seconds, (0.001)::double precision) * (1000)::double precision))) / ln((2)::double precision))))::smallint;

CREATE FUNCTION public.runs_enqueue(owner uuid, new_id uuid, new_kind text, new_queue text, new_key text, new_parameters jsonb, new_max_attempts integer, delay interval, max_dispatched integer) RETURNS uuid
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
        INSERT INTO runs_open (owner_id, id, kind, queue, key, parameters, status, max_attempts, scheduled_at, dispatched_at)
        VALUES (
            owner, new_id, new_kind, new_queue, new_key, new_parameters, 'queued', new_max_attempts,
            now() + delay, CASE WHEN delay > interval '0' THEN now() + delay END
        )
        ON CONFLICT (owner_id, kind, key) WHERE parent_id IS NULL DO NOTHING RETURNING id INTO open_id;
        EXIT WHEN open_id IS NOT NULL;
        -- It may end, and disappear, between the two statements.
        SELECT id INTO open_id FROM runs_open
        WHERE owner_id = owner AND kind = new_kind AND key = new_key AND parent_id IS NULL;
        IF open_id IS NOT NULL THEN
            -- A user now waits for a run that was enqueued for later.
            IF new_queue = 'interactive' THEN
                UPDATE runs_open AS r SET queue = new_queue
                FROM (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = owner AND o.id = open_id AND o.status = 'queued' AND o.stage = 'begin'
                        AND o.queue <> new_queue AND o.scheduled_at <= now()
                    FOR UPDATE SKIP LOCKED
                ) AS f
                WHERE r.owner_id = owner AND r.id = f.id;
                IF FOUND THEN
                    PERFORM runs_dispatch(new_queue, ARRAY[owner], ARRAY[open_id]);
                END IF;
            END IF;
            RETURN open_id;
        END IF;
    END LOOP;
    PERFORM runs_notify(jsonb_build_array(jsonb_build_object('id', new_id, 'owner_id', owner)));
    IF delay <= interval '0' AND max_dispatched > (
        SELECT count(*) FROM (
            SELECT FROM runs_open WHERE owner_id = owner AND queue = new_queue AND job_id IS NOT NULL LIMIT max_dispatched
        ) AS dispatched
    ) THEN
        PERFORM runs_dispatch(new_queue, ARRAY[owner], ARRAY[new_id]);
    ELSIF delay > interval '0' AND delay <= interval '1 minute' AND max_dispatched > (
        SELECT count(*) FROM (
            SELECT o.job_id, o.dispatched_at FROM runs_open AS o
            WHERE o.owner_id = owner AND o.parent_id IS NULL AND o.id <> new_id
            ORDER BY o.created_at DESC, o.id DESC LIMIT max_dispatched
        ) AS newest
        WHERE newest.job_id IS NULL AND newest.dispatched_at > now()
    ) THEN
        -- The rescue pass could be late for it. This job does not count as capacity, so only the first of many such
        -- runs get one.
        INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, execute_after, status)
        VALUES (
            0, 'runs.' || new_queue, convert_to(jsonb_build_array(jsonb_build_array(owner, new_id))::text, 'UTF8'),
            now() + delay, 'queued'
        );
    END IF;
    RETURN new_id;
END $$;

CREATE FUNCTION public.runs_enqueue_many(owner_ids uuid[], new_kind text, new_queue text, keys text[], many_parameters jsonb[], new_max_attempts integer) RETURNS integer
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    job_ids bigint [];
    -- One random number for all ids: where it comes from a system call, it costs more than the row.
    seed bytea := uuid_send(gen_random_uuid());
    enqueued integer;
BEGIN
    LOOP
        job_ids := ARRAY(
            SELECT nextval('pgq.pgqueuer_id_seq') FROM generate_series(0, (cardinality(owner_ids) - 1) / 100)
        );
        BEGIN
            WITH made AS (
                INSERT INTO runs_open AS r (
                    owner_id, id, kind, queue, key, parameters, status, max_attempts, job_id, dispatched_at
                )
                SELECT
                    w.owner_id, w.id, new_kind, new_queue, w.key, w.parameters, 'queued',
                    new_max_attempts, job_ids[1 + (w.ordinal - 1) / 100], now()
                FROM (
                    SELECT DISTINCT ON (u.owner_id, u.key)
                        u.owner_id, u.key, u.parameters, u.ordinal,
                        encode(
                            substr(sha256(seed || uuid_send(u.owner_id) || convert_to(u.key, 'UTF8')), 1, 16), 'hex'
                        )::uuid AS id
                    FROM unnest(owner_ids, keys, many_parameters) WITH ORDINALITY
                        AS u (owner_id, key, parameters, ordinal)
                ) AS w
                WHERE (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = w.owner_id AND o.kind = new_kind AND o.key = w.key AND o.parent_id IS NULL
                ) IS NULL
                RETURNING r.owner_id, r.id, r.job_id
            ),
            dispatched AS (
                INSERT INTO pgq.pgqueuer (id, priority, entrypoint, payload, status)
                SELECT
                    m.job_id, 0, 'runs.' || new_queue,
                    convert_to('[' || string_agg('["' || m.owner_id || '","' || m.id || '"]', ',') || ']', 'UTF8'),
                    'queued'
                FROM made AS m GROUP BY m.job_id
            )
            SELECT count(*) INTO enqueued FROM made;
            RETURN enqueued;
        EXCEPTION WHEN unique_violation THEN
            -- A concurrent transaction has enqueued one of them, which is visible now. This is rare, and cheaper than
            -- ON CONFLICT for every row.
        END;
    END LOOP;
END $$;

CREATE FUNCTION public.runs_fan_out(completions jsonb) RETURNS void
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
        SELECT * FROM jsonb_to_recordset(completions) AS s (
            owner_id uuid, id uuid, status text, result jsonb, events jsonb, after_event bigint, phase text
        ) WHERE s.status = 'running'
    ),
    waiting AS (
        UPDATE runs_open AS r SET
            stage = 'items',
            attempts = 0,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            phase = coalesce(s.phase, r.phase),
            result = s.result,
            run_seconds = r.run_seconds + runs_running_seconds(r.status, r.claimed_at, r.lease_until),
            lease_until = NULL,
            worker_id = NULL,
            job_id = NULL,
            dispatched_at = NULL,
            last_step_at = now(),
            last_event_number = coalesce(s.after_event, r.last_event_number) + jsonb_array_length(s.events)
        FROM s INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
        WHERE r.owner_id = o.owner_id AND r.id = o.id
        RETURNING
            r.owner_id, r.id, s.events, coalesce(s.after_event, o.last_event_number) AS after_event,
            o.last_event_number AS known
    )
    INSERT INTO runs_events (owner_id, run_id, number, name, data)
    SELECT w.owner_id, w.id, w.after_event + e.ordinal, e.event ->> 0, e.event -> 1
    FROM waiting AS w CROSS JOIN LATERAL jsonb_array_elements(w.events) WITH ORDINALITY AS e (event, ordinal)
    WHERE w.after_event + e.ordinal > w.known;

    -- Lock the run before its items are inserted: two items may add the same one.
    SELECT bool_or(locked.fan_out_generation IS NOT NULL) INTO is_again FROM (
        SELECT DISTINCT s.owner_id, coalesce(s.parent_id, s.id) AS run_id
        FROM jsonb_to_recordset(completions) AS s (owner_id uuid, id uuid, parent_id uuid)
        ORDER BY 1, 2
    ) AS p
    CROSS JOIN LATERAL (
        SELECT r.fan_out_generation FROM runs_open AS r WHERE r.owner_id = p.owner_id AND r.id = p.run_id FOR UPDATE
    ) AS locked;
    IF is_again THEN
        PERFORM runs_restart_items(completions);
    END IF;

    WITH new AS (
        SELECT s.owner_id, coalesce(s.parent_id, s.id) AS run_id, whole.fan_out_generation, i.*,
            row_number() OVER () AS ordinal
        FROM jsonb_to_recordset(completions) AS s (owner_id uuid, id uuid, parent_id uuid, items jsonb)
        LEFT JOIN LATERAL (
            SELECT r.fan_out_generation FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.parent_id, s.id)
        ) AS whole ON TRUE
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            id uuid, kind text, queue text, key text, parameters jsonb, max_attempts integer
        )
    ),
    added AS (
        INSERT INTO runs_open (
            owner_id, id, parent_id, kind, queue, key, parameters, status, max_attempts, created_at, scheduled_at,
            fan_out_generation
        )
        SELECT
            n.owner_id, n.id, n.run_id, n.kind, n.queue, n.key, n.parameters, 'queued', n.max_attempts,
            -- Preserves the given order, although all are created at the same instant.
            now() + n.ordinal * interval '1 microsecond', now(), n.fan_out_generation
        FROM new AS n
        WHERE NOT EXISTS (
            SELECT FROM runs_finished AS f
            WHERE f.owner_id = n.owner_id AND f.parent_id = n.run_id AND f.kind = n.kind AND f.key = n.key
        )
        ON CONFLICT (owner_id, parent_id, kind, key) WHERE parent_id IS NOT NULL DO NOTHING
        RETURNING owner_id, parent_id
    ),
    counted AS (SELECT owner_id, parent_id, count(*)::integer AS items FROM added GROUP BY owner_id, parent_id)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.parent_id;

    FOR room IN
        SELECT p.owner_id, p.queue, (p.max_dispatched - w.used)::integer AS free
        FROM (
            SELECT s.owner_id, i.queue, s.max_dispatched
            FROM jsonb_to_recordset(completions) AS s (owner_id uuid, max_dispatched integer, items jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (queue text)
            UNION
            SELECT s.owner_id, s.queue, s.max_dispatched
            FROM jsonb_to_recordset(completions) AS s (owner_id uuid, queue text, max_dispatched integer)
            WHERE s.max_dispatched IS NOT NULL
        ) AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.queue = p.queue AND r.job_id IS NOT NULL LIMIT p.max_dispatched
            ) AS dispatched_rows
        ) AS w
        WHERE w.used < p.max_dispatched
    LOOP
        PERFORM runs_dispatch_waiting(ARRAY[room.owner_id], ARRAY[room.queue], ARRAY[room.free]);
    END LOOP;
END $$;

CREATE FUNCTION public.runs_fold_counters() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_fold_counters', 0)) THEN
        RETURN;
    END IF;
    WITH folded AS (DELETE FROM runs_counters RETURNING kind, status, change)
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, sum(change) FROM folded GROUP BY kind, status HAVING sum(change) <> 0;
    WITH folded AS (DELETE FROM runs_durations RETURNING *)
    INSERT INTO runs_durations (kind, day, wait_bucket, run_bucket, runs, wait_seconds, run_seconds)
    SELECT kind, day, wait_bucket, run_bucket, sum(runs), sum(wait_seconds), sum(run_seconds)
    FROM folded GROUP BY kind, day, wait_bucket, run_bucket;
END $$;

CREATE FUNCTION public.runs_heartbeat(worker uuid, worker_name text, worker_process_key text, worker_queues text[], is_draining boolean, lease interval, owner_ids uuid[], run_ids uuid[], fences bigint[]) RETURNS TABLE(run_id uuid, cancelled boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    INSERT INTO runs_workers AS w (id, name, process_key, queues, running, draining)
    VALUES (worker, worker_name, worker_process_key, worker_queues, cardinality(run_ids), is_draining)
    ON CONFLICT (id) DO UPDATE SET
        running = excluded.running, draining = excluded.draining, last_heartbeat_at = now();
    RETURN QUERY
    WITH valid AS MATERIALIZED (
        SELECT r.owner_id, r.id, r.cancel_requested
        FROM unnest(owner_ids, run_ids, fences) AS b (owner_id, id, fence)
        CROSS JOIN LATERAL (
            SELECT o.owner_id, o.id, o.cancel_requested OR runs_is_cancelled(o.owner_id, o.parent_id) AS cancel_requested
            FROM runs_open AS o
            WHERE o.owner_id = b.owner_id AND o.id = b.id AND o.fence = b.fence AND o.status = 'running'
                AND o.stage <> 'items'
        ) AS r
    ),
    free AS MATERIALIZED (
        SELECT f.owner_id, f.id FROM valid CROSS JOIN LATERAL (
            SELECT o.owner_id, o.id FROM runs_open AS o
            WHERE o.owner_id = valid.owner_id AND o.id = valid.id AND o.worker_id = worker
                AND o.status = 'running'
            FOR UPDATE SKIP LOCKED
        ) AS f
    ),
    renewed AS (
        UPDATE runs_open AS o SET lease_until = now() + lease
        FROM free WHERE o.owner_id = free.owner_id AND o.id = free.id
    )
    SELECT valid.id, valid.cancel_requested FROM valid;
END $$;

CREATE FUNCTION public.runs_highest_percentage(highest_percentage smallint, steps integer, total integer) RETURNS smallint
    LANGUAGE sql IMMUTABLE
    RETURN GREATEST(highest_percentage, CASE WHEN (total > 0) THEN (LEAST((100)::bigint, ((100 * (steps)::bigint) / total)))::smallint ELSE NULL::smallint END);

CREATE TABLE public.runs_open (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    queue text NOT NULL,
    key text NOT NULL,
    parameters jsonb NOT NULL,
    status text NOT NULL,
    epoch integer DEFAULT 1 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    max_attempts integer NOT NULL,
    fence bigint DEFAULT 0 NOT NULL,
    last_event_number bigint DEFAULT 0 NOT NULL,
    phase text DEFAULT ''::text NOT NULL,
    total integer DEFAULT 0 NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    scheduled_at timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone,
    worker_id uuid,
    cancel_requested boolean DEFAULT false NOT NULL,
    job_id bigint,
    dispatched_at timestamp with time zone,
    parent_id uuid,
    stage text DEFAULT 'begin'::text NOT NULL,
    open_items integer DEFAULT 0 NOT NULL,
    result jsonb,
    gaps text[] DEFAULT '{}'::text[] NOT NULL,
    wait_seconds double precision DEFAULT 0 NOT NULL,
    run_seconds double precision DEFAULT 0 NOT NULL,
    claimed_at timestamp with time zone,
    seconds_per_step double precision,
    last_step_at timestamp with time zone,
    fan_out_generation integer,
    highest_percentage smallint,
    CONSTRAINT runs_open_queue_check CHECK ((queue = ANY (ARRAY['interactive'::text, 'scheduled'::text, 'bulk'::text]))),
    CONSTRAINT runs_open_stage CHECK ((stage = ANY (ARRAY['begin'::text, 'items'::text, 'finish'::text]))),
    CONSTRAINT runs_open_status CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text])))
);

ALTER TABLE ONLY public.runs_open FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.runs_is_cancelled(owner uuid, run uuid) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((run IS NOT NULL) AND (EXISTS (SELECT FROM public.runs_open WHERE ((runs_open.owner_id = runs_is_cancelled.owner) AND (runs_open.id = runs_is_cancelled.run) AND runs_open.cancel_requested))));

CREATE FUNCTION public.runs_latest(owner uuid, latest_kind text, latest_key text, how_many integer) RETURNS TABLE(status text, result jsonb, errors jsonb, created_at timestamp with time zone, started_at timestamp with time zone, run_seconds double precision)
    LANGUAGE sql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT r.status, r.result, r.errors, r.created_at, r.started_at, r.run_seconds
    FROM runs_all AS r
    WHERE r.owner_id = owner AND r.parent_id IS NULL AND r.kind = latest_kind AND r.key = latest_key
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT how_many
$$;

CREATE FUNCTION public.runs_lock_claimed(owner_ids uuid[], run_ids uuid[], fences bigint[]) RETURNS TABLE(run_id uuid, cancelled boolean)
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
        CASE WHEN h.parent_id IS NULL THEN h.cancel_requested ELSE h.cancel_requested OR runs_is_cancelled(h.owner_id, h.parent_id) END
    FROM unnest(owner_ids, run_ids, fences) AS w (owner_id, id, fence)
    CROSS JOIN LATERAL (
        SELECT o.owner_id, o.id, o.parent_id, o.cancel_requested FROM runs_open AS o
        WHERE o.owner_id = w.owner_id AND o.id = w.id AND o.fence = w.fence AND o.status = 'running'
            -- A run that waits for its items has no worker. A commit whose answer was lost must not be repeated.
            AND o.stage <> 'items'
        FOR UPDATE
    ) AS h;
END $$;

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

CREATE FUNCTION public.runs_notify(topics jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT pg_notify('daybreak_runs', concat_ws(
        ',', string_agg(t.run ->> 'id', ',' ORDER BY t.ordinal), string_agg(DISTINCT t.run ->> 'parent_id', ','),
        string_agg(DISTINCT t.run ->> 'owner_id', ',')
    ))
    FROM jsonb_array_elements(topics) WITH ORDINALITY AS t (run, ordinal)
    GROUP BY (t.ordinal - 1) / 70
$$;

CREATE FUNCTION public.runs_prune(every interval, ahead interval, keep interval, batch_size integer) RETURNS jsonb
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
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_prune', 0)) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM runs_maintenance_state AS s WHERE s.pruned_at > now() - every) THEN
        RETURN NULL;
    END IF;
    DELETE FROM pgq.pgqueuer_log WHERE id IN (
        SELECT id FROM pgq.pgqueuer_log WHERE created < now() - interval '1 hour' ORDER BY id LIMIT batch_size
    );
    GET DIAGNOSTICS log_rows = ROW_COUNT;
    DELETE FROM runs_workers WHERE last_heartbeat_at < now() - interval '1 day';
    GET DIAGNOSTICS workers = ROW_COUNT;
    DELETE FROM runs_durations WHERE day < (now() - kept)::date;
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
    IF log_rows < batch_size THEN
        UPDATE runs_maintenance_state AS s SET pruned_at = now();
    END IF;
    PERFORM runs_record_system_run('runs.prune', done);
    RETURN done;
END $$;

CREATE FUNCTION public.runs_record_system_run(done_kind text, done_result jsonb) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    INSERT INTO runs_finished (
        owner_id, id, kind, queue, key, parameters, status, epoch, attempts, max_attempts, fence, last_event_number, phase,
        total, done, failed, skipped, result, errors, created_at, started_at, finished_at, run_seconds
    )
    VALUES (
        '00000000-0000-0000-0000-000000000000', gen_random_uuid(), done_kind, 'bulk', now()::text, '{}', 'succeeded',
        1, 1, 1, 1, 0, '', 0, 0, 0, 0, done_result, '[]', now(), now(), clock_timestamp(),
        extract(EPOCH FROM clock_timestamp() - now())
    )
$$;

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
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, last_event_number + 1, event, jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, parent_id, kind, queue, key, parameters, status, stage, epoch, max_attempts, fence,
            last_event_number, total, done, failed, skipped, result, errors, created_at, wait_seconds, run_seconds,
            fan_out_generation
        )
        SELECT
            owner_id, id, parent_id, kind, queue, key, parameters, 'queued', stage, epoch + 1, max_attempts, fence,
            last_event_number + 1,
            -- Counts of items remain true; a run's own progress starts again.
            CASE stage WHEN 'begin' THEN 0 ELSE total END, CASE stage WHEN 'begin' THEN 0 ELSE done END,
            CASE stage WHEN 'begin' THEN 0 ELSE failed END, CASE stage WHEN 'begin' THEN 0 ELSE skipped END,
            CASE stage WHEN 'begin' THEN NULL ELSE result END,
            errors, created_at, wait_seconds, run_seconds, fan_out_generation
        FROM gone
        RETURNING id
    )
    SELECT count(*) INTO reopened FROM back;
    RETURN reopened;
END $$;

CREATE FUNCTION public.runs_rescue(max_dispatched integer, redispatch_after interval, lease interval, batch_size integer) RETURNS TABLE(expired integer, redispatched integer, checked integer, dispatched integer, recounted integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    completions jsonb;
    start_after record;
    last_checked_at timestamptz;
    last_checked_id uuid;
    lost record;
    freed record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_rescue', 0)) THEN
        RETURN;
    END IF;
    expired := 0;
    redispatched := 0;
    dispatched := 0;
    recounted := 0;

    -- Find them by the index of leases first: with ORDER BY and LIMIT the planner would read all open runs.
    WITH expired_runs AS MATERIALIZED (
        SELECT l.owner_id, l.id FROM runs_open AS l WHERE l.status = 'running' AND l.lease_until < now()
    )
    -- Skip rows that are locked by a hanging transaction, and items whose parent is locked.
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', e.owner_id,
        'id', e.id,
        'parent_id', e.parent_id,
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
    )), count(*) INTO completions, expired
    FROM (
        SELECT
            o.owner_id, o.id, o.parent_id, o.kind, o.key, o.epoch, o.attempts,
            CASE
                WHEN o.cancel_requested OR coalesce(p.cancel_requested, FALSE) THEN 'cancelled'
                WHEN o.attempts >= o.max_attempts THEN 'failed'
                ELSE 'queued'
            END AS ending
        FROM expired_runs AS s
        INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
        LEFT JOIN LATERAL (
            SELECT r.cancel_requested FROM runs_open AS r
            WHERE o.parent_id IS NOT NULL AND r.owner_id = o.owner_id AND r.id = o.parent_id
            FOR UPDATE SKIP LOCKED
        ) AS p ON TRUE
        WHERE o.status = 'running' AND o.lease_until < now() AND (
            o.parent_id IS NULL OR p.cancel_requested IS NOT NULL OR NOT EXISTS (
                -- The parent is not locked but gone.
                SELECT FROM runs_open AS r WHERE r.owner_id = o.owner_id AND r.id = o.parent_id
            )
        )
        ORDER BY o.owner_id, o.id LIMIT batch_size FOR UPDATE OF o SKIP LOCKED
    ) AS e;
    IF completions IS NOT NULL THEN
        PERFORM runs_complete(completions);
    END IF;

    -- A run that has become due waits for capacity like all others.
    WITH due AS (
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NULL AND r.dispatched_at < now()
        ORDER BY r.dispatched_at LIMIT batch_size FOR UPDATE SKIP LOCKED
    )
    UPDATE runs_open AS r SET dispatched_at = NULL FROM due AS d WHERE r.owner_id = d.owner_id AND r.id = d.id;
    GET DIAGNOSTICS redispatched = ROW_COUNT;

    -- A million runs may be waiting with intact jobs, so each pass checks only the next batch.
    SELECT s.cursor_dispatched_at, s.cursor_id INTO start_after FROM runs_maintenance_state AS s;
    SELECT count(*), max(l.dispatched_at), (array_agg(l.id ORDER BY l.dispatched_at DESC, l.id DESC))[1]
    INTO checked, last_checked_at, last_checked_id
    FROM (
        SELECT r.id, r.dispatched_at FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NOT NULL
            AND r.dispatched_at < now() - redispatch_after
            AND (r.dispatched_at, r.id) > (start_after.cursor_dispatched_at, start_after.cursor_id)
        ORDER BY r.dispatched_at, r.id LIMIT batch_size
    ) AS l;
    FOR lost IN
        WITH checked_runs AS MATERIALIZED (
            SELECT r.owner_id, r.id, r.job_id, r.dispatched_at FROM runs_open AS r
            WHERE r.status = 'queued' AND r.job_id IS NOT NULL AND r.dispatched_at < now() - redispatch_after
                AND (r.dispatched_at, r.id) > (start_after.cursor_dispatched_at, start_after.cursor_id)
                AND (r.dispatched_at, r.id) <= (last_checked_at, last_checked_id)
        ),
        lost_runs AS (
            SELECT r.queue, r.owner_id, r.id FROM checked_runs AS l
            INNER JOIN runs_open AS r ON r.owner_id = l.owner_id AND r.id = l.id
            -- IS NOT DISTINCT FROM makes the planner use the primary key instead of the index of dispatched runs.
            WHERE r.status = 'queued' AND r.job_id IS NOT DISTINCT FROM l.job_id AND NOT EXISTS (
                SELECT FROM pgq.pgqueuer AS j
                WHERE j.id = l.job_id AND (j.status = 'queued' OR j.heartbeat > now() - lease)
            )
            ORDER BY l.dispatched_at, l.id
            FOR UPDATE OF r SKIP LOCKED
        )
        SELECT
            u.queue, array_agg(u.owner_id) AS owner_ids, array_agg(u.id) AS run_ids
        FROM lost_runs AS u GROUP BY u.queue
    LOOP
        PERFORM runs_dispatch(lost.queue, lost.owner_ids, lost.run_ids);
        redispatched := redispatched + cardinality(lost.run_ids);
    END LOOP;
    UPDATE runs_maintenance_state AS s SET
        cursor_dispatched_at = CASE WHEN checked < batch_size THEN '-infinity' ELSE last_checked_at END,
        cursor_id = CASE WHEN checked < batch_size THEN '00000000-0000-0000-0000-000000000000' ELSE last_checked_id END,
        rescued_at = now();

    FOR freed IN
        WITH RECURSIVE pairs AS (
            (
                SELECT owner_id, queue FROM runs_open
                WHERE dispatched_at IS NULL AND status = 'queued' ORDER BY owner_id, queue LIMIT 1
            )
            UNION ALL
            SELECT n.owner_id, n.queue FROM pairs AS p CROSS JOIN LATERAL (
                SELECT r.owner_id, r.queue FROM runs_open AS r
                WHERE r.dispatched_at IS NULL AND r.status = 'queued' AND (r.owner_id, r.queue) > (p.owner_id, p.queue)
                ORDER BY r.owner_id, r.queue LIMIT 1
            ) AS n
        )
        SELECT p.owner_id, p.queue, (max_dispatched - w.used)::integer AS free FROM pairs AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.queue = p.queue AND r.job_id IS NOT NULL LIMIT max_dispatched
            ) AS dispatched_rows
        ) AS w
        WHERE w.used < max_dispatched
    LOOP
        dispatched := dispatched + runs_dispatch_waiting(ARRAY[freed.owner_id], ARRAY[freed.queue], ARRAY[freed.free]);
    END LOOP;

    -- Items that were released while their run was being cancelled.
    FOR lost IN
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.cancel_requested AND r.stage = 'items' ORDER BY r.owner_id, r.id LIMIT batch_size FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM runs_cancel_items(lost.owner_id, lost.id);
    END LOOP;

    -- Only after a defect: a run that waits for items although none is open.
    FOR lost IN
        SELECT r.owner_id, r.id, r.fan_out_generation FROM runs_open AS r
        WHERE r.status = 'running' AND r.stage = 'items' AND NOT EXISTS (
            SELECT FROM runs_open AS i WHERE i.owner_id = r.owner_id AND i.parent_id = r.id
        )
        ORDER BY r.owner_id, r.id LIMIT batch_size FOR UPDATE SKIP LOCKED
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
            WHERE f.owner_id = lost.owner_id AND f.parent_id = lost.id
                AND f.fan_out_generation IS NOT DISTINCT FROM lost.fan_out_generation
        ) AS c
        WHERE r.owner_id = lost.owner_id AND r.id = lost.id;
        PERFORM runs_dispatch_finish(lost.owner_id, lost.id);
        recounted := recounted + 1;
    END LOOP;
    IF expired + redispatched + dispatched + recounted > 0 THEN
        PERFORM runs_record_system_run('runs.rescue', jsonb_build_object(
            'expired', expired, 'redispatched', redispatched, 'dispatched', dispatched, 'recounted', recounted
        ));
    END IF;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.runs_restart_items(completions jsonb) RETURNS void
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
        SELECT s.owner_id, whole.id AS run_id, whole.fan_out_generation AS new_generation, i.*,
            row_number() OVER () AS ordinal
        FROM jsonb_to_recordset(completions) AS s (owner_id uuid, id uuid, parent_id uuid, items jsonb)
        CROSS JOIN LATERAL (
            SELECT r.id, r.fan_out_generation FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.parent_id, s.id)
        ) AS whole
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            kind text, queue text, key text, parameters jsonb, max_attempts integer
        )
    ),
    gone AS (
        DELETE FROM runs_finished AS f USING new AS n
        WHERE f.owner_id = n.owner_id AND f.parent_id = n.run_id AND f.kind = n.kind AND f.key = n.key
            AND f.fan_out_generation IS DISTINCT FROM n.new_generation
        RETURNING
            f.*, n.new_generation, n.ordinal, n.queue AS new_queue, n.parameters AS new_parameters,
            n.max_attempts AS new_max_attempts
    ),
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, last_event_number + 1, 'queued', jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, parent_id, kind, queue, key, parameters, status, epoch, max_attempts, fence, last_event_number,
            errors, created_at, scheduled_at, wait_seconds, run_seconds, fan_out_generation
        )
        SELECT
            owner_id, id, parent_id, kind, new_queue, key, new_parameters, 'queued', epoch + 1, new_max_attempts, fence,
            last_event_number + 1, errors, now() + ordinal * interval '1 microsecond', now(), wait_seconds, run_seconds,
            new_generation
        FROM gone
        RETURNING owner_id, parent_id
    ),
    counted AS (SELECT owner_id, parent_id, count(*)::integer AS items FROM back GROUP BY owner_id, parent_id)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.parent_id;
END $$;

CREATE FUNCTION public.runs_retry(owner uuid, which uuid, max_dispatched integer, whole boolean) RETURNS text
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
    IF whole AND ended.parent_id IS NOT NULL THEN
        RETURN 'item';
    END IF;
    IF ended.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_all AS a
        WHERE a.owner_id = owner AND a.id = ended.parent_id
            AND a.fan_out_generation IS NOT DISTINCT FROM ended.fan_out_generation
    ) THEN
        RETURN 'past';
    END IF;
    IF ended.parent_id IS NULL AND (whole OR ended.stage = 'begin') THEN
        IF runs_reopen(owner, ARRAY[which], 'queued') = 0 THEN
            RETURN 'open';
        END IF;
        UPDATE runs_open AS o SET
            stage = 'begin',
            fan_out_generation = coalesce(o.fan_out_generation, 1) + 1,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            result = NULL
        WHERE o.owner_id = owner AND o.id = which AND o.stage <> 'begin';
        PERFORM runs_dispatch(ended.queue, ARRAY[owner], ARRAY[which]);
        RETURN 'retried';
    END IF;

    SELECT * INTO run FROM runs_open AS o
    WHERE o.owner_id = owner AND o.id = coalesce(ended.parent_id, which) FOR UPDATE;
    IF FOUND AND (run.cancel_requested OR run.stage <> 'items' OR ended.parent_id IS NULL) THEN
        RETURN CASE WHEN ended.parent_id IS NULL THEN 'open' ELSE 'busy' END;
    END IF;
    -- A concurrent retry held the lock of the run until now.
    IF run.id IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = which
    ) THEN
        RETURN 'open';
    END IF;
    IF run.id IS NULL THEN
        IF runs_reopen(owner, ARRAY[coalesce(ended.parent_id, which)], 'running') = 0 THEN
            RETURN 'busy';
        END IF;
        SELECT * INTO run FROM runs_open AS o
        WHERE o.owner_id = owner AND o.id = coalesce(ended.parent_id, which) FOR UPDATE;
    ELSE
        UPDATE runs_open AS o SET
            epoch = o.epoch + 1, last_event_number = o.last_event_number + 1, highest_percentage = NULL
        WHERE o.owner_id = owner AND o.id = run.id RETURNING o.* INTO run;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        VALUES (owner, run.id, run.last_event_number, 'running', jsonb_build_object('epoch', run.epoch));
    END IF;

    WITH again AS MATERIALIZED (
        SELECT f.id, f.status FROM runs_finished AS f
        WHERE f.owner_id = owner AND f.parent_id = run.id AND f.status IN ('failed', 'partial', 'cancelled')
            AND f.fan_out_generation IS NOT DISTINCT FROM run.fan_out_generation
            AND (ended.parent_id IS NULL OR f.id = which)
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
        stage = 'items',
        open_items = o.open_items + c.items,
        done = o.done - c.done,
        failed = o.failed - c.failed,
        skipped = o.skipped - c.skipped,
        gaps = '{}',
        last_step_at = now()
    FROM counted AS c WHERE o.owner_id = owner AND o.id = run.id
    RETURNING c.ids INTO item_ids;
    IF item_ids IS NULL THEN
        PERFORM runs_dispatch_finish(owner, run.id);
    ELSE
        PERFORM runs_reopen(owner, item_ids, 'queued');
        PERFORM runs_fan_out(jsonb_agg(jsonb_build_object(
            'owner_id', owner, 'queue', l.queue, 'max_dispatched', max_dispatched
        )))
        FROM (SELECT DISTINCT o.queue FROM runs_open AS o WHERE o.owner_id = owner AND o.id = ANY (item_ids)) AS l;
    END IF;
    RETURN 'retried';
END $$;

CREATE FUNCTION public.runs_retry_unchanged(owner uuid, which uuid, failed_epoch integer) RETURNS boolean
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
BEGIN
    SELECT * INTO ended FROM runs_finished AS f
    WHERE f.owner_id = owner AND f.id = which AND f.epoch = failed_epoch AND f.status = 'failed';
    IF NOT FOUND OR EXISTS (
        SELECT FROM runs_all AS a
        WHERE a.owner_id = owner AND a.kind = ended.kind AND a.key = ended.key AND a.parent_id IS NULL
            AND a.created_at > ended.created_at
    ) THEN
        RETURN FALSE;
    END IF;
    -- A run that is started as a whole dispatches no items yet, so their limit does not matter.
    IF runs_retry(owner, which, 0, TRUE) <> 'retried' THEN
        RETURN FALSE;
    END IF;
    PERFORM runs_notify(jsonb_build_array(jsonb_build_object('id', which, 'owner_id', owner)));
    RETURN TRUE;
EXCEPTION WHEN unique_violation THEN
    -- A concurrent transaction has enqueued another run of the same key.
    RETURN FALSE;
END $$;

CREATE FUNCTION public.runs_running_by_worker() RETURNS TABLE(worker_id uuid, kind text, runs bigint, since timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT r.worker_id, r.kind, count(*), min(r.claimed_at)
    FROM runs_open AS r WHERE r.lease_until IS NOT NULL AND r.status = 'running' AND r.worker_id IS NOT NULL
    GROUP BY r.worker_id, r.kind
$$;

CREATE FUNCTION public.runs_running_seconds(status text, claimed_at timestamp with time zone, lease_until timestamp with time zone) RETURNS double precision
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((status = 'running'::text) AND (lease_until IS NOT NULL)) THEN GREATEST((0)::numeric, EXTRACT(epoch FROM (LEAST(now(), lease_until) - claimed_at))) ELSE (0)::numeric END;

CREATE FUNCTION public.runs_seconds_per_step(seconds_per_step double precision, last_step_at timestamp with time zone, steps integer) RETURNS double precision
    LANGUAGE sql STABLE
    RETURN CASE WHEN ((steps <= 0) OR (last_step_at IS NULL)) THEN seconds_per_step WHEN (seconds_per_step IS NULL) THEN ((EXTRACT(epoch FROM (now() - last_step_at)) / (steps)::numeric))::double precision ELSE (((0.7)::double precision * seconds_per_step) + (((0.3 * EXTRACT(epoch FROM (now() - last_step_at))) / (steps)::numeric))::double precision) END;

CREATE FUNCTION public.runs_throughput(measured_kind text, since timestamp with time zone) RETURNS TABLE(runs bigint, p95_duration interval, runs_per_second double precision)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH recent AS (
        SELECT finished_at, finished_at - started_at AS duration FROM runs_finished
        WHERE kind = measured_kind AND status IN ('succeeded', 'partial')
            AND finished_at >= since AND started_at IS NOT NULL
    )
    SELECT
        (SELECT count(*) FROM recent),
        (SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY r.duration) FROM recent AS r),
        (
            SELECT max(m.ended) / 60.0 FROM (
                SELECT count(*) AS ended FROM recent GROUP BY date_trunc('minute', finished_at)
            ) AS m
        )::float
$$;

CREATE FUNCTION public.runs_write_progress(reports jsonb) RETURNS void
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
    locked AS MATERIALIZED (
        SELECT
            s.owner_id, s.id, s.events, s.after_event, h.last_event_number, coalesce(s.phase, h.phase) AS phase,
            greatest(s.total, h.total) AS total, greatest(s.done, h.done) AS done,
            greatest(s.failed, h.failed) AS failed, greatest(s.skipped, h.skipped) AS skipped,
            h.done + h.failed + h.skipped AS before
        FROM s CROSS JOIN LATERAL (
            SELECT r.last_event_number, r.phase, r.total, r.done, r.failed, r.skipped FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = s.id AND r.fence = s.fence AND r.status = 'running'
                AND r.stage <> 'items'
            FOR UPDATE
        ) AS h
    ),
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT h.owner_id, h.id, h.after_event + e.ordinal, e.event ->> 0, e.event -> 1
        FROM locked AS h CROSS JOIN LATERAL jsonb_array_elements(h.events) WITH ORDINALITY AS e (event, ordinal)
        WHERE h.after_event + e.ordinal > h.last_event_number
    )
    UPDATE runs_open AS r SET
        phase = h.phase,
        total = h.total,
        done = h.done,
        failed = h.failed,
        skipped = h.skipped,
        highest_percentage = runs_highest_percentage(r.highest_percentage, h.done + h.failed + h.skipped, h.total),
        seconds_per_step = runs_seconds_per_step(r.seconds_per_step, r.last_step_at, h.done + h.failed + h.skipped - h.before),
        last_step_at = CASE WHEN h.done + h.failed + h.skipped > h.before THEN now() ELSE r.last_step_at END,
        last_event_number = h.after_event + jsonb_array_length(h.events)
    FROM locked AS h WHERE r.owner_id = h.owner_id AND r.id = h.id;
    PERFORM runs_notify(reports);
END $$;

CREATE TABLE public.schedule_entries (
    owner_id uuid NOT NULL,
    timezone text NOT NULL,
    local_time time without time zone NOT NULL,
    weekdays smallint NOT NULL,
    weekly_weekdays smallint NOT NULL,
    catch_up interval NOT NULL,
    reengagement boolean NOT NULL,
    active boolean NOT NULL,
    local_date date,
    due_at timestamp with time zone,
    start_at timestamp with time zone,
    recomputed_on date,
    recomputed_at timestamp with time zone,
    is_stale boolean NOT NULL,
    error text
);

ALTER TABLE ONLY public.schedule_entries FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.schedule_apply(pending public.schedule_entries[], now timestamp with time zone, reduce_when_away boolean, kind text, OUT enqueued integer, OUT missed integer, OUT skipped integer) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    enqueued_owners uuid [];
    enqueued_keys text [];
    enqueued_parameters jsonb [];
BEGIN
    WITH decided AS MATERIALIZED (SELECT * FROM schedule_decide(pending, now, reduce_when_away)),
    inserted AS (
        INSERT INTO schedule_outcomes AS d (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
        SELECT s.owner_id, s.local_date, s.edition, s.outcome, s.reason, s.due_at, now
        FROM decided AS s
        -- The lock on the owner's row excludes concurrent inserts, so ON CONFLICT is not needed.
        WHERE (
            SELECT k.outcome FROM schedule_outcomes AS k
            WHERE k.owner_id = s.owner_id AND k.local_date = s.local_date AND k.edition = s.edition
        ) IS NULL
        RETURNING d.owner_id, d.local_date, d.edition, d.outcome
    ),
    notified AS (
        INSERT INTO schedule_absences (owner_id, since, tier, notified_at)
        SELECT s.owner_id, s.away_since, least(s.tier, 3), now FROM decided AS s WHERE s.tier > 0
        ON CONFLICT (owner_id) DO UPDATE SET
            since = excluded.since, tier = excluded.tier, notified_at = excluded.notified_at
    )
    SELECT
        array_agg(k.owner_id) FILTER (WHERE k.outcome = 'enqueued'),
        array_agg(k.local_date || '/' || k.edition) FILTER (WHERE k.outcome = 'enqueued'),
        array_agg(jsonb_build_object('date', k.local_date, 'edition', k.edition)) FILTER (WHERE k.outcome = 'enqueued'),
        count(*) FILTER (WHERE k.outcome = 'enqueued'),
        count(*) FILTER (WHERE k.outcome = 'missed'),
        count(*) FILTER (WHERE k.outcome = 'skipped')
    INTO enqueued_owners, enqueued_keys, enqueued_parameters, enqueued, missed, skipped
    FROM inserted AS k;

    IF enqueued > 0 THEN
        PERFORM runs_enqueue_many(enqueued_owners, kind, 'scheduled', enqueued_keys, enqueued_parameters, 3);
    END IF;

    UPDATE schedule_entries AS d SET
        local_date = f.local_date, due_at = f.due_at, start_at = f.start_at, is_stale = f.is_stale
    FROM schedule_next_due(pending) AS f
    WHERE d.owner_id = f.owner_id;
END $$;

CREATE FUNCTION public.schedule_apply_for(owner_ids uuid[], now timestamp with time zone, reduce_when_away boolean, kind text, OUT enqueued integer, OUT missed integer, OUT skipped integer) RETURNS record
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    SELECT s.enqueued, s.missed, s.skipped INTO enqueued, missed, skipped
    FROM schedule_apply(
        (SELECT array_agg(d) FROM schedule_entries AS d WHERE d.owner_id = ANY (owner_ids)),
        now, reduce_when_away, kind
    ) AS s;
END $$;

CREATE FUNCTION public.schedule_count_users(now timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH due_patterns AS MATERIALIZED (
        SELECT d.timezone, d.local_time, d.weekdays | d.weekly_weekdays AS days, count(*) AS user_count
        FROM schedule_entries AS d WHERE d.active AND d.error IS NULL GROUP BY 1, 2, 3
    ),
    slots AS MATERIALIZED (
        SELECT s.timezone, s.local_time, s.local_date, s.due_at, coalesce(sum(p.user_count), 0)::integer AS user_count
        FROM schedule_slots AS s
        LEFT JOIN due_patterns AS p ON s.timezone = p.timezone AND s.local_time = p.local_time
            AND p.days & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
        WHERE s.due_at > now
        GROUP BY s.timezone, s.local_time, s.local_date, s.due_at
    ),
    counted AS (
        SELECT c.*, sum(c.user_count) OVER (PARTITION BY c.due_at)::integer AS instant_user_count FROM slots AS c
    )
    UPDATE schedule_slots AS s SET user_count = c.user_count, instant_user_count = c.instant_user_count
    FROM counted AS c
    WHERE s.timezone = c.timezone AND s.local_time = c.local_time AND s.local_date = c.local_date
        AND (s.user_count, s.instant_user_count) <> (c.user_count, c.instant_user_count)
$$;

CREATE FUNCTION public.schedule_decide(pending public.schedule_entries[], now timestamp with time zone, reduce_when_away boolean) RETURNS TABLE(owner_id uuid, local_date date, due_at timestamp with time zone, edition text, outcome text, reason text, tier smallint, away_since timestamp with time zone)
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
    WITH entries AS MATERIALIZED (
        SELECT
            d.owner_id, d.local_date, d.due_at, v.last_seen_at,
            now >= b.from_when + interval '1 minute' AS is_late,
            d.weekdays & b.day > 0 AS is_standard,
            d.weekly_weekdays & b.day > 0 AS is_weekly,
            CASE
                WHEN now > b.from_when + d.catch_up THEN 'too_late'
                WHEN v.away IS NULL OR v.away <= 2 THEN ''
                WHEN v.is_reachable AND NOT v.is_observable THEN ''
                WHEN NOT v.is_reachable THEN 'unreachable'
                WHEN v.away = 3 THEN 'silent'
                WHEN v.away <= 9 AND (v.last_tier < 1 OR v.last_tier = 1 AND v.is_unreceived) THEN 'gentle'
                WHEN v.away BETWEEN 10 AND 30 AND (v.last_tier < 2 OR v.last_tier = 2 AND v.is_unreceived)
                    THEN 'motivating'
                WHEN v.away >= 31 AND (v.last_tier < 3 OR v.last_tier = 3 AND v.is_unreceived) THEN 'warm'
                WHEN v.away >= 31 AND v.notified_at <= now - interval '30 days' THEN 'offer'
                WHEN v.away >= 31 THEN 'dormant'
                ELSE 'silent'
            END AS away_reason
        FROM unnest(pending) AS d
        CROSS JOIN LATERAL (
            SELECT
                schedule_weekday_bit(d.local_date) AS day,
                greatest(d.due_at, CASE WHEN d.recomputed_on = d.local_date THEN d.recomputed_at END) AS from_when
        ) AS b
        LEFT JOIN LATERAL (
            SELECT
                u.last_seen_at,
                floor(extract(EPOCH FROM d.due_at - u.last_seen_at) / 86400) AS away,
                coalesce(r.reachable, FALSE) AS is_reachable,
                coalesce(r.observable, TRUE) AS is_observable,
                coalesce(a.tier, 0) AS last_tier,
                a.notified_at,
                a.notified_at <= now - interval '2 days' AND coalesce(r.received_at < a.notified_at, TRUE)
                    AS is_unreceived
            FROM people_users AS u
            LEFT JOIN schedule_reachability AS r ON r.owner_id = u.id
            LEFT JOIN schedule_absences AS a ON a.owner_id = u.id AND a.since = u.last_seen_at
            WHERE reduce_when_away AND d.reengagement AND u.id = d.owner_id
            -- Prevents the subquery from being merged, so that nothing is read without reduce_when_away.
            OFFSET 0
        ) AS v ON TRUE
    ),
    decided AS MATERIALIZED (
        SELECT
            a.*,
            CASE a.away_reason WHEN 'gentle' THEN 1 WHEN 'motivating' THEN 2 WHEN 'warm' THEN 3 WHEN 'offer' THEN 4 END
                AS next_tier,
            CASE WHEN a.away_reason <> '' THEN a.away_reason WHEN a.is_late THEN 'caught_up' ELSE 'due' END
                AS decided_reason,
            CASE a.away_reason
                WHEN 'too_late' THEN 'missed'
                WHEN '' THEN 'enqueued'
                WHEN 'gentle' THEN 'enqueued'
                WHEN 'motivating' THEN 'enqueued'
                WHEN 'warm' THEN 'enqueued'
                WHEN 'offer' THEN 'enqueued'
                ELSE 'skipped'
            END AS decided_outcome
        FROM entries AS a
    )
    SELECT
        s.owner_id, s.local_date, s.due_at, CASE WHEN s.next_tier > 0 THEN 'reengagement' ELSE 'standard' END,
        s.decided_outcome, s.decided_reason, s.next_tier::smallint, s.last_seen_at
    FROM decided AS s WHERE s.is_standard OR s.next_tier > 0
    UNION ALL
    SELECT s.owner_id, s.local_date, s.due_at, 'weekly', s.decided_outcome, s.decided_reason, NULL, NULL
    FROM decided AS s WHERE s.is_weekly AND s.next_tier IS NULL;
END $$;

CREATE FUNCTION public.schedule_decide_for(owner_ids uuid[], now timestamp with time zone, reduce_when_away boolean) RETURNS TABLE(owner_id uuid, local_date date, due_at timestamp with time zone, edition text, outcome text, reason text, tier smallint, away_since timestamp with time zone)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT s.* FROM schedule_decide(
        (SELECT array_agg(d) FROM schedule_entries AS d WHERE d.owner_id = ANY (owner_ids)), now, reduce_when_away
    ) AS s;
END $$;

CREATE FUNCTION public.schedule_delete_second_tries(oldest date) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$ DELETE FROM schedule_second_tries WHERE local_date < oldest $$;

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
    DELETE FROM schedule_partitions.schedule_outcomes_rest WHERE local_date < first_kept;
    RETURN dropped;
END $_$;

CREATE FUNCTION public.schedule_earliest_slot_date() RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT least(
        (SELECT d.local_date FROM schedule_entries AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1),
        (SELECT min(d.local_date) FROM schedule_entries AS d WHERE d.is_stale)
    )
$$;

CREATE FUNCTION public.schedule_explain(one_owner uuid, now timestamp with time zone, reduce_when_away boolean) RETURNS TABLE(local_date date, due_at timestamp with time zone, edition text, outcome text, reason text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
#variable_conflict use_column
BEGIN
    PERFORM schedule_require_owner(one_owner);
    RETURN QUERY
    SELECT s.local_date, s.due_at, s.edition, s.outcome, s.reason
    FROM schedule_decide_for(ARRAY[one_owner], now, reduce_when_away) AS s
    WHERE s.due_at IS NOT NULL;
END $$;

CREATE FUNCTION public.schedule_first_second_try() RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    RETURN (
        SELECT t.retry_at FROM schedule_second_tries AS t WHERE t.state = 'pending' ORDER BY t.retry_at LIMIT 1
    );
END $$;

CREATE FUNCTION public.schedule_has_work() RETURNS TABLE(is_stale boolean, first_start timestamp with time zone)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
BEGIN
    RETURN QUERY SELECT
        EXISTS (SELECT FROM schedule_entries AS d WHERE d.is_stale),
        (SELECT d.start_at FROM schedule_entries AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1);
END $$;

CREATE FUNCTION public.schedule_invalidate_moved() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH moved AS (
        UPDATE schedule_entries AS d SET is_stale = TRUE, start_at = NULL
        WHERE d.start_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM schedule_slots AS s
            WHERE s.timezone = d.timezone AND s.local_time = d.local_time AND s.local_date = d.local_date
                AND s.due_at = d.due_at
        )
        RETURNING 1
    )
    SELECT count(*) FROM moved
$$;

CREATE FUNCTION public.schedule_list_days_without_brief(since timestamp with time zone, before_at timestamp with time zone, before_owner uuid, before_date date, before_edition text, max_rows integer) RETURNS TABLE(owner_id uuid, decided_at timestamp with time zone, local_date date, edition text, outcome text, reason text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
    SELECT d.owner_id, d.decided_at, d.local_date, d.edition, d.outcome, d.reason FROM schedule_outcomes AS d
    WHERE
        d.outcome <> 'enqueued' AND d.reason <> 'quiet' AND d.decided_at >= since
        AND (d.decided_at, d.owner_id, d.local_date, d.edition)
        < (before_at, before_owner, before_date, before_edition)
    ORDER BY d.decided_at DESC, d.owner_id DESC, d.local_date DESC, d.edition DESC LIMIT max_rows
$$;

CREATE FUNCTION public.schedule_list_errors(after_owner uuid, max_rows integer) RETURNS TABLE(owner_id uuid, local_date date, reason text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT d.owner_id, d.local_date, d.error FROM schedule_entries AS d
    WHERE d.error IS NOT NULL AND d.owner_id > after_owner
    ORDER BY d.owner_id LIMIT max_rows
$$;

CREATE FUNCTION public.schedule_list_second_tries(since timestamp with time zone, max_rows integer) RETURNS TABLE(owner_id uuid, local_date date, edition text, run_id uuid, retry_at timestamp with time zone, state text, run_status text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT
        t.owner_id, t.local_date, t.edition, t.run_id, t.retry_at, t.state,
        (SELECT r.status FROM runs_all AS r WHERE r.owner_id = t.owner_id AND r.id = t.run_id LIMIT 1)
    FROM schedule_second_tries AS t WHERE t.failed_at >= since
    ORDER BY t.failed_at DESC, t.owner_id, t.local_date, t.edition LIMIT max_rows
$$;

CREATE FUNCTION public.schedule_list_stale() RETURNS TABLE(timezone text, local_time time without time zone, pending date)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT d.timezone, d.local_time, min(d.local_date) FROM schedule_entries AS d
    WHERE d.is_stale GROUP BY d.timezone, d.local_time
$$;

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
        part := to_char(month, '"schedule_outcomes_"YYYY_MM');
        CONTINUE WHEN to_regclass('schedule_partitions.' || part) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE schedule_partitions.%I '
            '(LIKE public.schedule_outcomes INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part
        );
        LOCK TABLE schedule_partitions.schedule_outcomes_rest IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM schedule_partitions.schedule_outcomes_rest '
            'WHERE local_date >= %L AND local_date < %L RETURNING *) '
            'INSERT INTO schedule_partitions.%I SELECT * FROM moved', month, month + interval '1 month', part
        );
        EXECUTE format(
            'ALTER TABLE public.schedule_outcomes ATTACH PARTITION schedule_partitions.%I '
            'FOR VALUES FROM (%L) TO (%L)', part, month, (month + interval '1 month')::date
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION public.schedule_next_due(pending public.schedule_entries[]) RETURNS TABLE(owner_id uuid, local_date date, due_at timestamp with time zone, start_at timestamp with time zone, is_stale boolean)
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
    WITH due_patterns AS MATERIALIZED (
        SELECT DISTINCT d.timezone, d.local_time, d.local_date, d.weekdays | d.weekly_weekdays AS days
        FROM unnest(pending) AS d
    ),
    following AS MATERIALIZED (
        SELECT p.timezone, p.local_time, p.local_date, p.days, s.local_date AS next_date, s.due_at, s.instant_user_count
        FROM due_patterns AS p
        LEFT JOIN LATERAL (
            SELECT l.local_date, l.due_at, l.instant_user_count FROM schedule_slots AS l
            WHERE l.timezone = p.timezone AND l.local_time = p.local_time AND l.local_date > p.local_date
                AND p.days & schedule_weekday_bit(l.local_date) > 0
            ORDER BY l.local_date LIMIT 1
        ) AS s ON TRUE
    )
    SELECT
        d.owner_id, coalesce(f.next_date, d.local_date), coalesce(f.due_at, d.due_at),
        schedule_start_at(
            f.due_at, d.owner_id, f.instant_user_count, t.p95_duration, t.briefs_per_second, t.max_lead
        ),
        f.next_date IS NULL
    FROM unnest(pending) AS d
    INNER JOIN following AS f ON d.timezone = f.timezone AND d.local_time = f.local_time
        AND d.local_date = f.local_date AND d.weekdays | d.weekly_weekdays = f.days
    CROSS JOIN schedule_state AS t;
END $$;

CREATE FUNCTION public.schedule_on_preferences_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_sync_entries((SELECT array_agg(owner_id) FROM added));
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_on_preferences_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_sync_entries(array_agg(a.owner_id))
    FROM added AS a INNER JOIN removed AS r ON a.owner_id = r.owner_id
    WHERE
        (a.active, a.brief_time, a.weekdays, a.quiet_day, a.weekly_day, a.catch_up, a.reengagement)
        IS DISTINCT FROM
        (r.active, r.brief_time, r.weekdays, r.quiet_day, r.weekly_day, r.catch_up, r.reengagement)
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_on_user_deleted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM schedule_outcomes AS d USING removed AS r WHERE d.owner_id = r.owner_id;
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_on_user_updated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_sync_entries(array_agg(a.id))
    FROM added AS a INNER JOIN removed AS r ON a.id = r.id
    WHERE a.timezone <> r.timezone
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_on_workers_died() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO schedule_second_tries (
        owner_id, local_date, edition, run_id, epoch, failed_at, retry_at, retry_until, state
    )
    SELECT
        d.owner_id, d.local_date, d.edition, new.id, new.epoch, new.finished_at, t.retry_at, t.retry_until,
        CASE WHEN t.retry_at <= t.retry_until THEN 'pending' ELSE 'too_late' END
    FROM schedule_outcomes AS d
    INNER JOIN schedule_entries AS e ON d.owner_id = e.owner_id
    CROSS JOIN LATERAL (
        SELECT new.finished_at + interval '1 hour' AS retry_at, d.due_at + e.catch_up AS retry_until
    ) AS t
    WHERE d.owner_id = new.owner_id AND d.outcome = 'enqueued' AND d.local_date || '/' || d.edition = new.key
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION public.schedule_recompute_next(now timestamp with time zone, timezones text[], local_dates date[], batch_size integer, only_owner uuid DEFAULT NULL::uuid) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    recomputed integer;
BEGIN
    IF only_owner IS NOT NULL THEN
        PERFORM schedule_require_owner(only_owner);
    END IF;
    WITH changed AS MATERIALIZED (
        SELECT owner_id, timezone, local_time, weekdays, weekly_weekdays, local_date FROM schedule_entries
        WHERE is_stale AND (only_owner IS NULL OR owner_id = only_owner)
        LIMIT batch_size FOR UPDATE SKIP LOCKED
    ),
    found AS MATERIALIZED (
        SELECT c.owner_id, z.today, n.local_date, n.due_at, n.instant_user_count
        FROM changed AS c
        LEFT JOIN unnest(timezones, local_dates) AS z (timezone, today) ON c.timezone = z.timezone
        LEFT JOIN LATERAL (
            SELECT s.local_date, s.due_at, s.instant_user_count FROM schedule_slots AS s
            WHERE
                s.timezone = c.timezone AND s.local_time = c.local_time AND z.today IS NOT NULL
                AND (c.weekdays | c.weekly_weekdays) & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
                AND (s.due_at > now OR s.local_date >= c.local_date)
                AND s.local_date > coalesce(
                    (SELECT max(d.local_date) FROM schedule_outcomes AS d WHERE d.owner_id = c.owner_id), '-infinity'
                )
            ORDER BY s.local_date LIMIT 1
        ) AS n ON TRUE
    ),
    written AS (
        UPDATE schedule_entries AS d SET
            local_date = f.local_date,
            due_at = f.due_at,
            start_at = schedule_start_at(
                f.due_at, d.owner_id, f.instant_user_count, s.p95_duration, s.briefs_per_second, s.max_lead
            ),
            recomputed_on = CASE WHEN d.local_date IS NOT NULL THEN f.today END,
            recomputed_at = CASE WHEN d.local_date IS NOT NULL THEN now END,
            is_stale = FALSE,
            error = CASE
                WHEN f.today IS NULL THEN format('There is no time zone “%s”.', left(d.timezone, 80))
                WHEN f.due_at IS NULL THEN 'No day was found on which a brief could be due.'
            END
        FROM found AS f, schedule_state AS s
        WHERE d.owner_id = f.owner_id
        RETURNING 1
    )
    SELECT count(*) INTO recomputed FROM written;
    RETURN recomputed;
END $$;

CREATE FUNCTION public.schedule_require_owner(owner uuid) RETURNS void
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF owner = ANY (current_setting('daybreak.owner_ids')::uuid []) THEN
        RETURN;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'the transaction does not act for that owner';
END $$;

CREATE FUNCTION public.schedule_retry(only_owners uuid[], batch_size integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH chosen AS MATERIALIZED (
        SELECT d.owner_id FROM schedule_entries AS d
        WHERE d.error IS NOT NULL AND (only_owners IS NULL OR d.owner_id = ANY (only_owners))
        ORDER BY d.owner_id LIMIT batch_size FOR UPDATE SKIP LOCKED
    ),
    retried AS (
        UPDATE schedule_entries AS d SET error = NULL, start_at = NULL, is_stale = d.active
        FROM chosen AS c WHERE d.owner_id = c.owner_id
        RETURNING 1
    )
    SELECT count(*) FROM retried
$$;

CREATE FUNCTION public.schedule_retry_failed(now timestamp with time zone, batch_size integer, OUT retried integer, OUT due integer) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
DECLARE
    one schedule_second_tries;
    new_state text;
BEGIN
    retried := 0;
    due := 0;
    FOR one IN
        SELECT * FROM schedule_second_tries AS t
        WHERE t.state = 'pending' AND t.retry_at <= now
        ORDER BY t.retry_at LIMIT batch_size FOR UPDATE SKIP LOCKED
    LOOP
        new_state := CASE
            WHEN now > one.retry_until THEN 'too_late'
            WHEN NOT EXISTS (
                SELECT FROM schedule_entries AS e WHERE e.owner_id = one.owner_id AND e.active
            ) THEN 'superseded'
            WHEN runs_retry_unchanged(one.owner_id, one.run_id, one.epoch) THEN 'retried'
            ELSE 'superseded'
        END;
        UPDATE schedule_second_tries AS t SET state = new_state
        WHERE t.owner_id = one.owner_id AND t.local_date = one.local_date AND t.edition = one.edition;
        due := due + 1;
        retried := retried + (new_state = 'retried')::integer;
    END LOOP;
END $$;

CREATE FUNCTION public.schedule_simulate(one_owner uuid, now timestamp with time zone, reduce_when_away boolean, kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM schedule_require_owner(one_owner);
    PERFORM FROM schedule_entries AS d WHERE d.owner_id = one_owner FOR UPDATE;
    PERFORM schedule_apply_for(ARRAY[one_owner], now, reduce_when_away, kind);
END $$;

CREATE FUNCTION public.schedule_start_at(due_at timestamp with time zone, owner_id uuid, instant_user_count integer, p95_duration interval, briefs_per_second double precision, max_lead interval) RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$
    SELECT due_at - least(
        max_lead,
        p95_duration + make_interval(secs => instant_user_count / briefs_per_second
            * (get_byte(uuid_send(owner_id), 14) * 256 + get_byte(uuid_send(owner_id), 15)) / 65536.0)
    )
$$;

CREATE FUNCTION public.schedule_stats(now timestamp with time zone, since timestamp with time zone, max_rows integer) RETURNS TABLE(overdue bigint, errors bigint, missed bigint, skipped bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM schedule_entries AS d WHERE d.start_at < now ORDER BY d.start_at LIMIT max_rows
        ) AS late),
        (SELECT count(*) FROM (
            SELECT FROM schedule_entries AS d WHERE d.error IS NOT NULL ORDER BY d.owner_id LIMIT max_rows
        ) AS broken),
        count(*) FILTER (WHERE l.outcome = 'missed'),
        count(*) FILTER (WHERE l.outcome = 'skipped')
    FROM (
        SELECT d.outcome FROM schedule_outcomes AS d
        WHERE d.outcome <> 'enqueued' AND d.reason <> 'quiet' AND d.decided_at >= since
        ORDER BY d.decided_at DESC LIMIT max_rows
    ) AS l
$$;

CREATE FUNCTION public.schedule_sync_entries(owner_ids uuid[]) RETURNS void
    LANGUAGE sql
    SET search_path TO 'public', 'pg_temp'
    AS $$
    INSERT INTO schedule_entries AS d (
        owner_id, timezone, local_time, weekdays, weekly_weekdays, catch_up, reengagement, active, is_stale
    )
    SELECT
        p.owner_id, u.timezone, p.brief_time, schedule_weekday_bits(p.weekdays),
        CASE p.quiet_day WHEN 'weekly' THEN 1 << (p.weekly_day - 1) ELSE 0 END,
        p.catch_up, p.reengagement, p.active, p.active
    FROM people_preferences AS p INNER JOIN people_users AS u ON p.owner_id = u.id
    WHERE p.owner_id = ANY (owner_ids)
    ON CONFLICT (owner_id) DO UPDATE SET
        timezone = excluded.timezone,
        local_time = excluded.local_time,
        weekdays = excluded.weekdays,
        weekly_weekdays = excluded.weekly_weekdays,
        catch_up = excluded.catch_up,
        reengagement = excluded.reengagement,
        active = excluded.active,
        is_stale = excluded.is_stale,
        error = NULL,
        start_at = NULL,
        local_date = CASE WHEN excluded.active THEN d.local_date END,
        due_at = CASE WHEN excluded.active THEN d.due_at END
$$;

CREATE FUNCTION public.schedule_tick(now timestamp with time zone, until timestamp with time zone, batch_size integer, reduce_when_away boolean, kind text, after_start timestamp with time zone, after_owner uuid) RETURNS TABLE(claimed integer, enqueued integer, missed integer, skipped integer, errored integer, last_start timestamp with time zone, last_owner uuid)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    SET enable_sort TO 'off'
    AS $$
DECLARE
    pending schedule_entries [];
    due schedule_entries;
    again schedule_entries [];
    applied record;
BEGIN
    enqueued := 0; missed := 0; skipped := 0; errored := 0;
    -- Lock the rows in the subtransaction that updates them; otherwise each would cost a multixact.
    BEGIN
        SELECT array_agg(c.d) INTO pending FROM (
            SELECT d FROM schedule_entries AS d
            WHERE d.start_at <= until AND (d.start_at, d.owner_id) > (after_start, after_owner)
            ORDER BY d.start_at, d.owner_id LIMIT batch_size FOR UPDATE SKIP LOCKED
        ) AS c;
        IF pending IS NOT NULL THEN
            SELECT * INTO applied FROM schedule_apply(pending, now, reduce_when_away, kind);
            enqueued := applied.enqueued; missed := applied.missed; skipped := applied.skipped;
        END IF;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
        FOREACH due IN ARRAY pending LOOP
            BEGIN
                SELECT array_agg(c.d) INTO again FROM (
                    SELECT d FROM schedule_entries AS d
                    WHERE d.owner_id = due.owner_id AND d.start_at <= until FOR UPDATE SKIP LOCKED
                ) AS c;
                CONTINUE WHEN again IS NULL;
                SELECT * INTO applied FROM schedule_apply(again, now, reduce_when_away, kind);
                enqueued := enqueued + applied.enqueued;
                missed := missed + applied.missed;
                skipped := skipped + applied.skipped;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
                UPDATE schedule_entries SET start_at = NULL, error = 'The schedule failed on it: ' || left(sqlerrm, 200)
                WHERE owner_id = due.owner_id AND error IS NULL;
                -- A concurrent batch may have failed on the same row.
                IF FOUND THEN
                    errored := errored + 1;
                END IF;
            END;
        END LOOP;
    END;
    claimed := coalesce(cardinality(pending), 0);
    last_start := (pending[claimed]).start_at;
    last_owner := (pending[claimed]).owner_id;
    RETURN NEXT;
END $$;

CREATE FUNCTION public.schedule_weekday_bit(local_date date) RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN (1 << ((local_date - '0001-01-01'::date) % 7));

CREATE FUNCTION public.schedule_weekday_bits(days smallint[]) RETURNS smallint
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'public', 'pg_temp'
    AS $$ SELECT bit_or(1 << (d - 1))::smallint FROM unnest(days) AS d $$;

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

CREATE TABLE public.agenda_cancellations (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    id uuid NOT NULL,
    path text NOT NULL,
    fingerprint bytea NOT NULL,
    uid text NOT NULL,
    occurrence_at timestamp with time zone,
    occurrence_day tstzrange,
    and_future boolean DEFAULT false NOT NULL,
    is_exclusion boolean DEFAULT false NOT NULL,
    sequence integer NOT NULL,
    stamped_at timestamp with time zone
);

ALTER TABLE ONLY public.agenda_cancellations FORCE ROW LEVEL SECURITY;

CREATE TABLE public.agenda_decisions (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    kind text NOT NULL,
    return_on date,
    task_status_at_decision text NOT NULL,
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
    task_status_at_decision,
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
    source_ref text NOT NULL,
    uid text,
    recurrence_id text,
    sequence integer DEFAULT 0 NOT NULL,
    stamped_at timestamp with time zone,
    declined_by text[] DEFAULT '{}'::text[] NOT NULL,
    tentative_by text[] DEFAULT '{}'::text[] NOT NULL,
    absence text,
    absent_on date,
    absent_since timestamp with time zone,
    superseded_by uuid,
    CONSTRAINT agenda_events_absence CHECK ((absence = ANY (ARRAY['damaged'::text, 'emptied'::text, 'missing'::text, 'shrunk'::text, 'unconfirmed'::text]))),
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
    source_ref,
    path,
    uid,
    recurrence_id,
    organizer,
    declined_by,
    tentative_by,
    absent_on,
    superseded_by
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
    source_ref text NOT NULL,
    absence text,
    absent_on date,
    absent_since timestamp with time zone,
    CONSTRAINT agenda_notes_absence CHECK ((absence = ANY (ARRAY['damaged'::text, 'emptied'::text, 'missing'::text, 'shrunk'::text, 'unconfirmed'::text])))
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
    source_ref,
    path
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
    source_ref text NOT NULL
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
    source_ref
   FROM public.agenda_phases
  WHERE (removed_at IS NULL);

CREATE TABLE public.agenda_project_aliases (
    owner_id uuid NOT NULL,
    alias_key text NOT NULL,
    alias text NOT NULL,
    canonical_key text NOT NULL,
    merged_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.agenda_project_aliases FORCE ROW LEVEL SECURITY;

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
    source_ref text NOT NULL,
    canonical_id uuid
);

ALTER TABLE ONLY public.agenda_projects FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_project_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    id,
    source_id,
    name,
    description,
    source_ref,
    canonical_id
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
    uploaded_at timestamp with time zone,
    unassigned text,
    retry_at timestamp with time zone,
    private_addresses text[],
    is_confined boolean DEFAULT false NOT NULL,
    files_digest bytea,
    watching text,
    watched_until timestamp with time zone,
    CONSTRAINT agenda_sources_kind CHECK ((kind = ANY (ARRAY['folder'::text, 'address'::text, 'upload'::text]))),
    CONSTRAINT agenda_sources_unassigned_check CHECK ((unassigned = ANY (ARRAY['mine'::text, 'team'::text]))),
    CONSTRAINT agenda_sources_watching CHECK ((watching = ANY (ARRAY['events'::text, 'polling'::text])))
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
    uploaded_at,
    unassigned,
    retry_at,
    is_confined,
    watching,
    watched_until
   FROM public.agenda_sources;

CREATE TABLE public.agenda_source_warnings (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    "position" integer NOT NULL,
    path text NOT NULL,
    line integer,
    message text NOT NULL
);

ALTER TABLE ONLY public.agenda_source_warnings FORCE ROW LEVEL SECURITY;

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
    source_ref text NOT NULL,
    native_id text,
    "position" integer DEFAULT 0 NOT NULL,
    absence text,
    absent_on date,
    absent_since timestamp with time zone,
    superseded_by uuid,
    completed_seen_at timestamp with time zone,
    CONSTRAINT agenda_tasks_absence CHECK ((absence = ANY (ARRAY['damaged'::text, 'emptied'::text, 'missing'::text, 'shrunk'::text, 'unconfirmed'::text]))),
    CONSTRAINT agenda_tasks_estimate_minutes_check CHECK ((estimate_minutes > 0)),
    CONSTRAINT agenda_tasks_one_completion CHECK ((num_nonnulls(completed_on, completed_at) <= 1)),
    CONSTRAINT agenda_tasks_one_due CHECK ((num_nonnulls(due_on, due_at) <= 1)),
    CONSTRAINT agenda_tasks_one_start CHECK ((num_nonnulls(start_on, start_at) <= 1)),
    CONSTRAINT agenda_tasks_status_check CHECK ((status = ANY (ARRAY['open'::text, 'in_progress'::text, 'blocked'::text, 'done'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.agenda_tasks FORCE ROW LEVEL SECURITY;

CREATE VIEW public.agenda_task_cards WITH (security_invoker='true') AS
 SELECT t.owner_id,
    t.id,
    t.source_id,
    COALESCE(p.canonical_id, t.project_id) AS project_id,
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
        CASE
            WHEN (t.blocked_by = '{}'::uuid[]) THEN t.blocked_by
            ELSE (t.blocked_by || ARRAY( SELECT b.superseded_by
               FROM public.agenda_tasks b
              WHERE ((b.owner_id = t.owner_id) AND (b.id = ANY (t.blocked_by)) AND (b.superseded_by IS NOT NULL))))
        END AS blocked_by,
    t.touched_at,
    t.source_ref,
    t.path,
    COALESCE(t.due_at, ((t.due_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), '9999-12-31 00:00:00+00'::timestamp with time zone) AS due_order,
    COALESCE(t.completed_at, ((t.completed_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), t.completed_seen_at, t.touched_at) AS finished_order,
    s.name AS source,
    COALESCE(c.name, p.name) AS project,
    f.name AS phase,
    d.kind AS decision,
    d.return_on,
    d.made_at,
    d.made_by
   FROM (((((public.agenda_tasks t
     LEFT JOIN public.agenda_sources s ON (((t.owner_id = s.owner_id) AND (t.source_id = s.id))))
     LEFT JOIN public.agenda_projects p ON (((t.owner_id = p.owner_id) AND (t.project_id = p.id) AND (p.removed_at IS NULL))))
     LEFT JOIN public.agenda_projects c ON (((p.owner_id = c.owner_id) AND (p.canonical_id = c.id))))
     LEFT JOIN public.agenda_phases f ON (((t.owner_id = f.owner_id) AND (t.phase_id = f.id) AND (f.removed_at IS NULL))))
     LEFT JOIN public.agenda_decisions d ON (((t.owner_id = d.owner_id) AND (t.id = d.task_id) AND (d.ended_at IS NULL) AND (t.status = d.task_status_at_decision))))
  WHERE ((t.removed_at IS NULL) AND (t.superseded_by IS NULL));

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
        CASE
            WHEN (blocked_by = '{}'::uuid[]) THEN blocked_by
            ELSE (blocked_by || ARRAY( SELECT b.superseded_by
               FROM public.agenda_tasks b
              WHERE ((b.owner_id = t.owner_id) AND (b.id = ANY (t.blocked_by)) AND (b.superseded_by IS NOT NULL))))
        END AS blocked_by,
    touched_at,
    source_ref,
    path,
    assignee,
    recurrence,
    native_id,
    absent_on,
    superseded_by,
    completed_seen_at,
    ('someday'::text = ANY (tags)) AS someday,
    ('waiting'::text = ANY (tags)) AS waiting
   FROM public.agenda_tasks t
  WHERE (removed_at IS NULL);

CREATE VIEW public.agenda_team_boards WITH (security_invoker='true') AS
 SELECT t.owner_id,
    t.source_id,
    t.path
   FROM (public.agenda_sources s
     JOIN public.agenda_tasks t ON (((s.owner_id = t.owner_id) AND (s.id = t.source_id))))
  WHERE ((s.unassigned = 'team'::text) AND (t.removed_at IS NULL) AND (t.assignee IS NOT NULL))
  GROUP BY t.owner_id, t.source_id, t.path
 HAVING (count(DISTINCT lower(t.assignee)) >= 2);

CREATE TABLE public.agenda_upload_files (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    path text NOT NULL,
    content bytea NOT NULL,
    size integer NOT NULL,
    modified_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.agenda_upload_files ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.agenda_upload_files FORCE ROW LEVEL SECURITY;

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
    sentence text NOT NULL,
    facts text[] NOT NULL,
    opinion text NOT NULL,
    given_at timestamp with time zone NOT NULL,
    CONSTRAINT briefs_feedback_claim_check CHECK ((claim ~ '^[0-9a-f]{16}$'::text)),
    CONSTRAINT briefs_feedback_opinion_check CHECK ((opinion = ANY (ARRAY['useful'::text, 'wrong'::text])))
);

ALTER TABLE ONLY public.briefs_feedback FORCE ROW LEVEL SECURITY;

CREATE TABLE public.briefs_folder_snapshots (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    brief_date date NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    facts bytea NOT NULL
);
ALTER TABLE ONLY public.briefs_folder_snapshots ALTER COLUMN facts SET STORAGE EXTERNAL;

ALTER TABLE ONLY public.briefs_folder_snapshots FORCE ROW LEVEL SECURITY;

CREATE TABLE public.briefs_search_index (
    owner_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    composed_at timestamp with time zone NOT NULL,
    search_vector tsvector NOT NULL
);

ALTER TABLE ONLY public.briefs_search_index FORCE ROW LEVEL SECURITY;

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

CREATE TABLE public.db_compatibility (
    id boolean DEFAULT true NOT NULL,
    oldest_program integer NOT NULL,
    migrated_by text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT db_compatibility_has_one_row CHECK (id)
);

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

CREATE TABLE public.db_readiness (
    is_single boolean DEFAULT true NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT db_readiness_is_single_check CHECK (is_single)
);

CREATE TABLE public.people_identities (
    owner_id uuid NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind text NOT NULL,
    value text NOT NULL,
    value_key text NOT NULL,
    source text NOT NULL,
    source_id uuid,
    source_name text,
    seen integer DEFAULT 0 NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    confirmed_at timestamp with time zone,
    rejected_at timestamp with time zone,
    is_assumed boolean DEFAULT false NOT NULL,
    CONSTRAINT people_identities_kind CHECK ((kind = ANY (ARRAY['name'::text, 'email'::text, 'handle'::text]))),
    CONSTRAINT people_identities_length CHECK (((length(value) >= 1) AND (length(value) <= 320))),
    CONSTRAINT people_identities_one_answer CHECK (((confirmed_at IS NULL) OR (rejected_at IS NULL))),
    CONSTRAINT people_identities_source CHECK ((source = ANY (ARRAY['profile'::text, 'file'::text, 'person'::text])))
);

ALTER TABLE ONLY public.people_identities FORCE ROW LEVEL SECURITY;

CREATE VIEW public.people_identity_facts WITH (security_invoker='true') AS
 SELECT owner_id,
    kind,
    value_key,
    ((confirmed_at IS NOT NULL) OR (is_assumed AND (rejected_at IS NULL))) AS confirmed
   FROM public.people_identities i
  WHERE ((confirmed_at IS NOT NULL) OR (rejected_at IS NOT NULL) OR (is_assumed AND (NOT (EXISTS ( SELECT
           FROM public.people_identities o
          WHERE ((o.owner_id = i.owner_id) AND (o.id <> i.id) AND (o.source = 'file'::text) AND (o.rejected_at IS NULL) AND (o.confirmed_at IS NULL) AND starts_with(o.value_key, i.value_key) AND (substr(o.value_key, (length(i.value_key) + 1), 1) = ANY (ARRAY[''::text, ' '::text, '.'::text, '_'::text, '-'::text, '@'::text]))))))));

CREATE TABLE public.people_known_browsers (
    owner_id uuid NOT NULL,
    token_sha256 bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.people_known_browsers FORCE ROW LEVEL SECURITY;

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

CREATE TABLE public.people_sign_in_throttle (
    key bytea NOT NULL,
    retry_at timestamp with time zone NOT NULL
);

CREATE TABLE public.people_tokens (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    scope text NOT NULL,
    token_sha256 bytea NOT NULL,
    suffix text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    used_at timestamp with time zone,
    parent_token_id uuid,
    CONSTRAINT people_tokens_scope_check CHECK ((scope = ANY (ARRAY['read'::text, 'write'::text])))
);

ALTER TABLE ONLY public.people_tokens FORCE ROW LEVEL SECURITY;

CREATE TABLE public.runs_finished (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    queue text NOT NULL,
    key text NOT NULL,
    parameters jsonb NOT NULL,
    status text NOT NULL,
    epoch integer NOT NULL,
    attempts integer NOT NULL,
    max_attempts integer NOT NULL,
    fence bigint NOT NULL,
    last_event_number bigint NOT NULL,
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
    parent_id uuid,
    stage text DEFAULT 'begin'::text NOT NULL,
    gaps text[] DEFAULT '{}'::text[] NOT NULL,
    wait_seconds double precision DEFAULT 0 NOT NULL,
    run_seconds double precision DEFAULT 0 NOT NULL,
    fan_out_generation integer,
    highest_percentage smallint,
    CONSTRAINT runs_finished_status CHECK ((status = ANY (ARRAY['succeeded'::text, 'partial'::text, 'failed'::text, 'cancelled'::text, 'skipped'::text])))
)
PARTITION BY RANGE (finished_at);

ALTER TABLE ONLY public.runs_finished FORCE ROW LEVEL SECURITY;

CREATE VIEW public.runs_all WITH (security_invoker='true') AS
 SELECT runs_open.owner_id,
    runs_open.id,
    runs_open.parent_id,
    runs_open.kind,
    runs_open.queue,
    runs_open.key,
    runs_open.parameters,
    runs_open.status,
    runs_open.stage,
    runs_open.epoch,
    runs_open.attempts,
    runs_open.max_attempts,
    runs_open.last_event_number,
    runs_open.phase,
    runs_open.total,
    runs_open.done,
    runs_open.failed,
    runs_open.skipped,
    runs_open.open_items,
    runs_open.seconds_per_step,
    runs_open.last_step_at,
    NULL::jsonb AS result,
    runs_open.gaps,
    runs_open.errors,
    runs_open.created_at,
    runs_open.started_at,
    NULL::timestamp with time zone AS finished_at,
    runs_open.scheduled_at,
    runs_open.cancel_requested,
    runs_open.wait_seconds,
    runs_open.run_seconds,
    runs_open.worker_id,
    runs_open.fan_out_generation,
    runs_open.highest_percentage
   FROM public.runs_open
UNION ALL
 SELECT runs_finished.owner_id,
    runs_finished.id,
    runs_finished.parent_id,
    runs_finished.kind,
    runs_finished.queue,
    runs_finished.key,
    runs_finished.parameters,
    runs_finished.status,
    runs_finished.stage,
    runs_finished.epoch,
    runs_finished.attempts,
    runs_finished.max_attempts,
    runs_finished.last_event_number,
    runs_finished.phase,
    runs_finished.total,
    runs_finished.done,
    runs_finished.failed,
    runs_finished.skipped,
    0 AS open_items,
    NULL::double precision AS seconds_per_step,
    NULL::timestamp with time zone AS last_step_at,
    runs_finished.result,
    runs_finished.gaps,
    runs_finished.errors,
    runs_finished.created_at,
    runs_finished.started_at,
    runs_finished.finished_at,
    NULL::timestamp with time zone AS scheduled_at,
    false AS cancel_requested,
    runs_finished.wait_seconds,
    runs_finished.run_seconds,
    NULL::uuid AS worker_id,
    runs_finished.fan_out_generation,
    runs_finished.highest_percentage
   FROM public.runs_finished;

CREATE TABLE public.runs_counters (
    kind text NOT NULL,
    status text NOT NULL,
    change bigint NOT NULL
);

CREATE TABLE public.runs_durations (
    kind text NOT NULL,
    day date NOT NULL,
    wait_bucket smallint NOT NULL,
    run_bucket smallint NOT NULL,
    runs bigint NOT NULL,
    wait_seconds double precision NOT NULL,
    run_seconds double precision NOT NULL
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

CREATE TABLE public.runs_maintenance_state (
    is_single boolean DEFAULT true NOT NULL,
    cursor_dispatched_at timestamp with time zone NOT NULL,
    cursor_id uuid NOT NULL,
    rescued_at timestamp with time zone,
    pruned_at timestamp with time zone,
    CONSTRAINT runs_maintenance_state_is_single_check CHECK (is_single)
);

CREATE TABLE public.runs_workers (
    id uuid NOT NULL,
    name text NOT NULL,
    queues text[] NOT NULL,
    running integer NOT NULL,
    draining boolean NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    last_heartbeat_at timestamp with time zone DEFAULT now() NOT NULL,
    process_key text,
    clock_ahead interval DEFAULT '00:00:00'::interval NOT NULL
);

CREATE TABLE public.schedule_absences (
    owner_id uuid NOT NULL,
    since timestamp with time zone NOT NULL,
    tier smallint NOT NULL,
    notified_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.schedule_absences FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schedule_maintenance (
    name text NOT NULL,
    cron text NOT NULL,
    next_run_at timestamp with time zone NOT NULL
);

CREATE TABLE public.schedule_outcomes (
    owner_id uuid NOT NULL,
    local_date date NOT NULL,
    edition text NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT schedule_outcomes_outcome_check CHECK ((outcome = ANY (ARRAY['enqueued'::text, 'missed'::text, 'skipped'::text])))
)
PARTITION BY RANGE (local_date);

ALTER TABLE ONLY public.schedule_outcomes FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schedule_reachability (
    owner_id uuid NOT NULL,
    reachable boolean NOT NULL,
    observable boolean NOT NULL,
    received_at timestamp with time zone
);

ALTER TABLE ONLY public.schedule_reachability FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schedule_schedulers (
    id uuid NOT NULL,
    name text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    last_error text NOT NULL
);

CREATE TABLE public.schedule_second_tries (
    owner_id uuid NOT NULL,
    local_date date NOT NULL,
    edition text NOT NULL,
    run_id uuid NOT NULL,
    epoch integer NOT NULL,
    failed_at timestamp with time zone NOT NULL,
    retry_at timestamp with time zone NOT NULL,
    retry_until timestamp with time zone NOT NULL,
    state text NOT NULL,
    CONSTRAINT schedule_second_tries_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'retried'::text, 'superseded'::text, 'too_late'::text])))
);

ALTER TABLE ONLY public.schedule_second_tries FORCE ROW LEVEL SECURITY;

CREATE TABLE public.schedule_slots (
    timezone text NOT NULL,
    local_time time without time zone NOT NULL,
    local_date date NOT NULL,
    due_at timestamp with time zone NOT NULL,
    user_count integer DEFAULT 0 NOT NULL,
    instant_user_count integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.schedule_state (
    is_single boolean DEFAULT true NOT NULL,
    tzdata text DEFAULT ''::text NOT NULL,
    p95_duration interval DEFAULT '00:00:05'::interval NOT NULL,
    briefs_per_second double precision DEFAULT 50 NOT NULL,
    max_lead interval DEFAULT '00:30:00'::interval NOT NULL,
    measured_at timestamp with time zone,
    CONSTRAINT schedule_state_is_single_check CHECK (is_single)
);

CREATE TABLE public.web_idempotency_keys (
    owner_id uuid NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    status smallint,
    headers jsonb,
    body bytea
);

ALTER TABLE ONLY public.web_idempotency_keys FORCE ROW LEVEL SECURITY;

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

ALTER TABLE ONLY public.agenda_cancellations
    ADD CONSTRAINT agenda_cancellations_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_decisions
    ADD CONSTRAINT agenda_decisions_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_events
    ADD CONSTRAINT agenda_events_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_notes
    ADD CONSTRAINT agenda_notes_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_phases
    ADD CONSTRAINT agenda_phases_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_project_aliases
    ADD CONSTRAINT agenda_project_aliases_pkey PRIMARY KEY (owner_id, alias_key);

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_source_warnings
    ADD CONSTRAINT agenda_source_warnings_pkey PRIMARY KEY (owner_id, source_id, "position");

ALTER TABLE ONLY public.agenda_sources
    ADD CONSTRAINT agenda_sources_owner_id_kind_locator_sha256_key UNIQUE (owner_id, kind, locator_sha256);

ALTER TABLE ONLY public.agenda_sources
    ADD CONSTRAINT agenda_sources_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.agenda_tasks
    ADD CONSTRAINT agenda_tasks_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE public.agenda_tasks
    ADD CONSTRAINT agenda_tasks_priority CHECK (((priority >= 1) AND (priority <= 5))) NOT VALID;

ALTER TABLE ONLY public.agenda_upload_files
    ADD CONSTRAINT agenda_upload_files_pkey PRIMARY KEY (owner_id, source_id, path);

ALTER TABLE ONLY public.briefs_editions
    ADD CONSTRAINT briefs_editions_owner_id_brief_date_edition_key UNIQUE (owner_id, brief_date, edition);

ALTER TABLE ONLY public.briefs_editions
    ADD CONSTRAINT briefs_editions_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.briefs_feedback
    ADD CONSTRAINT briefs_feedback_pkey PRIMARY KEY (owner_id, edition_id, claim);

ALTER TABLE ONLY public.briefs_folder_snapshots
    ADD CONSTRAINT briefs_folder_snapshots_pkey PRIMARY KEY (owner_id, source_id, brief_date);

ALTER TABLE ONLY public.briefs_search_index
    ADD CONSTRAINT briefs_search_index_pkey PRIMARY KEY (owner_id, edition_id);

ALTER TABLE ONLY public.briefs_snapshots
    ADD CONSTRAINT briefs_snapshots_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.db_compatibility
    ADD CONSTRAINT db_compatibility_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.db_functions
    ADD CONSTRAINT db_functions_pkey PRIMARY KEY (path);

ALTER TABLE ONLY public.db_migrations
    ADD CONSTRAINT db_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.db_readiness
    ADD CONSTRAINT db_readiness_pkey PRIMARY KEY (is_single);

ALTER TABLE ONLY public.people_accounts
    ADD CONSTRAINT people_accounts_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.people_identities
    ADD CONSTRAINT people_identities_key UNIQUE (owner_id, kind, value_key);

ALTER TABLE ONLY public.people_identities
    ADD CONSTRAINT people_identities_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.people_known_browsers
    ADD CONSTRAINT people_known_browsers_pkey PRIMARY KEY (owner_id, token_sha256);

ALTER TABLE ONLY public.people_links
    ADD CONSTRAINT people_links_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE public.people_preferences
    ADD CONSTRAINT people_preferences_days_off CHECK ((days_off <@ '{1,2,3,4,5,6,7}'::smallint[])) NOT VALID;

ALTER TABLE public.people_preferences
    ADD CONSTRAINT people_preferences_length CHECK ((length = ANY (ARRAY['glance'::text, 'standard'::text, 'full'::text]))) NOT VALID;

ALTER TABLE public.people_preferences
    ADD CONSTRAINT people_preferences_lunch_has_time CHECK ((((lunch_start IS NULL) AND (lunch_end IS NULL)) OR (lunch_start < lunch_end))) NOT VALID;

ALTER TABLE public.people_preferences
    ADD CONSTRAINT people_preferences_lunch_is_whole CHECK ((num_nulls(lunch_start, lunch_end) <> 1)) NOT VALID;

ALTER TABLE ONLY public.people_preferences
    ADD CONSTRAINT people_preferences_pkey PRIMARY KEY (owner_id);

ALTER TABLE public.people_preferences
    ADD CONSTRAINT people_preferences_shortest_gap CHECK (((shortest_gap_minutes >= 5) AND (shortest_gap_minutes <= 240))) NOT VALID;

ALTER TABLE ONLY public.people_security_events
    ADD CONSTRAINT people_security_events_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.people_sessions
    ADD CONSTRAINT people_sessions_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.people_sign_in_throttle
    ADD CONSTRAINT people_sign_in_throttle_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.people_tokens
    ADD CONSTRAINT people_tokens_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.people_users
    ADD CONSTRAINT people_users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.runs_events
    ADD CONSTRAINT runs_events_pkey PRIMARY KEY (owner_id, run_id, number, at);

ALTER TABLE ONLY public.runs_finished
    ADD CONSTRAINT runs_finished_pkey PRIMARY KEY (owner_id, id, finished_at);

ALTER TABLE ONLY public.runs_maintenance_state
    ADD CONSTRAINT runs_maintenance_state_pkey PRIMARY KEY (is_single);

ALTER TABLE ONLY public.runs_open
    ADD CONSTRAINT runs_open_pkey PRIMARY KEY (owner_id, id);

ALTER TABLE ONLY public.runs_workers
    ADD CONSTRAINT runs_workers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_absences
    ADD CONSTRAINT schedule_absences_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.schedule_entries
    ADD CONSTRAINT schedule_entries_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.schedule_maintenance
    ADD CONSTRAINT schedule_maintenance_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.schedule_outcomes
    ADD CONSTRAINT schedule_outcomes_pkey PRIMARY KEY (owner_id, local_date, edition);

ALTER TABLE ONLY public.schedule_reachability
    ADD CONSTRAINT schedule_reachability_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY public.schedule_schedulers
    ADD CONSTRAINT schedule_schedulers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schedule_second_tries
    ADD CONSTRAINT schedule_second_tries_pkey PRIMARY KEY (owner_id, local_date, edition);

ALTER TABLE ONLY public.schedule_slots
    ADD CONSTRAINT schedule_slots_pkey PRIMARY KEY (timezone, local_time, local_date);

ALTER TABLE ONLY public.schedule_state
    ADD CONSTRAINT schedule_state_pkey PRIMARY KEY (is_single);

ALTER TABLE ONLY public.web_idempotency_keys
    ADD CONSTRAINT web_idempotency_keys_pkey PRIMARY KEY (owner_id, key);

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

CREATE INDEX agenda_cancellations_source ON public.agenda_cancellations USING btree (owner_id, source_id);

CREATE UNIQUE INDEX agenda_decisions_current ON public.agenda_decisions USING btree (owner_id, task_id) WHERE (ended_at IS NULL);

CREATE INDEX agenda_decisions_task ON public.agenda_decisions USING btree (owner_id, task_id);

CREATE INDEX agenda_events_ends ON public.agenda_events USING btree (owner_id, ends_at) WHERE (removed_at IS NULL);

CREATE INDEX agenda_events_source ON public.agenda_events USING btree (owner_id, source_id);

CREATE INDEX agenda_events_superseded ON public.agenda_events USING btree (owner_id, superseded_by) WHERE (superseded_by IS NOT NULL);

CREATE INDEX agenda_notes_recent ON public.agenda_notes USING btree (owner_id, noted_at) WHERE (removed_at IS NULL);

CREATE INDEX agenda_notes_source ON public.agenda_notes USING btree (owner_id, source_id);

CREATE INDEX agenda_phases_source ON public.agenda_phases USING btree (owner_id, source_id);

CREATE INDEX agenda_projects_canonical ON public.agenda_projects USING btree (owner_id, canonical_id) WHERE (canonical_id IS NOT NULL);

CREATE INDEX agenda_projects_source ON public.agenda_projects USING btree (owner_id, source_id);

CREATE INDEX agenda_tasks_completed ON public.agenda_tasks USING btree (owner_id, completed_at) WHERE (status = 'done'::text);

CREATE INDEX agenda_tasks_due ON public.agenda_tasks USING btree (owner_id, COALESCE(due_at, ((due_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), '9999-12-31 00:00:00+00'::timestamp with time zone), id) WHERE ((status <> ALL (ARRAY['done'::text, 'cancelled'::text])) AND (removed_at IS NULL));

CREATE INDEX agenda_tasks_finished ON public.agenda_tasks USING btree (owner_id, COALESCE(completed_at, ((completed_on)::timestamp without time zone AT TIME ZONE 'UTC'::text), completed_seen_at, touched_at) DESC, id) WHERE ((status = ANY (ARRAY['done'::text, 'cancelled'::text])) AND (removed_at IS NULL));

CREATE INDEX agenda_tasks_open ON public.agenda_tasks USING btree (owner_id) WHERE ((status <> ALL (ARRAY['done'::text, 'cancelled'::text])) AND (removed_at IS NULL));

CREATE INDEX agenda_tasks_project ON public.agenda_tasks USING btree (owner_id, project_id) WHERE (removed_at IS NULL);

CREATE INDEX agenda_tasks_source ON public.agenda_tasks USING btree (owner_id, source_id);

CREATE INDEX agenda_tasks_superseded ON public.agenda_tasks USING btree (owner_id, superseded_by) WHERE (superseded_by IS NOT NULL);

CREATE INDEX briefs_search_index_search_vector ON public.briefs_search_index USING gin (search_vector);

CREATE INDEX briefs_snapshots_edition ON public.briefs_snapshots USING btree (owner_id, edition_id);

CREATE INDEX briefs_snapshots_received ON public.briefs_snapshots USING btree (owner_id, brief_date DESC, received_at DESC) WHERE (received_at IS NOT NULL);

CREATE INDEX people_accounts_deletion_due ON public.people_accounts USING btree (deletion_due) WHERE (deletion_due IS NOT NULL);

CREATE INDEX people_known_browsers_expires ON public.people_known_browsers USING btree (expires_at);

CREATE INDEX people_links_expires ON public.people_links USING btree (expires_at);

CREATE INDEX people_links_token ON public.people_links USING btree (token_sha256);

CREATE INDEX people_security_events_at ON public.people_security_events USING btree (at, id);

CREATE UNIQUE INDEX people_security_events_failed ON public.people_security_events USING btree (owner_id, kind, network, date_trunc('hour'::text, (at AT TIME ZONE 'UTC'::text))) WHERE (network IS NOT NULL);

CREATE INDEX people_security_events_failed_at ON public.people_security_events USING btree (at) WHERE (network IS NOT NULL);

CREATE INDEX people_security_events_newest ON public.people_security_events USING btree (owner_id, at, id);

CREATE INDEX people_sessions_expires ON public.people_sessions USING btree (expires_at);

CREATE INDEX people_sessions_token ON public.people_sessions USING btree (token_sha256);

CREATE INDEX people_tokens_parent ON public.people_tokens USING btree (owner_id, parent_token_id) WHERE (parent_token_id IS NOT NULL);

CREATE INDEX people_tokens_token ON public.people_tokens USING btree (token_sha256);

CREATE UNIQUE INDEX people_users_email ON public.people_users USING btree (email);

CREATE INDEX runs_events_of_owner ON ONLY public.runs_events USING btree (owner_id, at);

CREATE INDEX runs_finished_items ON ONLY public.runs_finished USING btree (owner_id, parent_id, kind, key) WHERE (parent_id IS NOT NULL);

CREATE INDEX runs_finished_newest ON ONLY public.runs_finished USING btree (owner_id, created_at DESC, id DESC) WHERE (parent_id IS NULL);

CREATE INDEX runs_finished_recent ON ONLY public.runs_finished USING brin (finished_at);

CREATE INDEX runs_open_cancelled ON public.runs_open USING btree (owner_id, id) WHERE cancel_requested;

CREATE INDEX runs_open_dispatched ON public.runs_open USING btree (dispatched_at, id) WHERE ((status = 'queued'::text) AND (job_id IS NOT NULL));

CREATE INDEX runs_open_due ON public.runs_open USING btree (dispatched_at) WHERE ((status = 'queued'::text) AND (job_id IS NULL));

CREATE INDEX runs_open_fanned_out ON public.runs_open USING btree (owner_id, id) WHERE ((status = 'running'::text) AND (stage = 'items'::text));

CREATE UNIQUE INDEX runs_open_item_key ON public.runs_open USING btree (owner_id, parent_id, kind, key) WHERE (parent_id IS NOT NULL);

CREATE UNIQUE INDEX runs_open_key ON public.runs_open USING btree (owner_id, kind, key) WHERE (parent_id IS NULL);

CREATE INDEX runs_open_leases ON public.runs_open USING btree (lease_until) WHERE (lease_until IS NOT NULL);

CREATE INDEX runs_open_waiting ON public.runs_open USING btree (owner_id, queue, created_at, id) WHERE ((dispatched_at IS NULL) AND (status = 'queued'::text));

CREATE INDEX runs_open_window ON public.runs_open USING btree (owner_id, queue) WHERE (job_id IS NOT NULL);

CREATE INDEX schedule_entries_error ON public.schedule_entries USING btree (owner_id) WHERE (error IS NOT NULL);

CREATE INDEX schedule_entries_stale ON public.schedule_entries USING btree (timezone, local_time) WHERE is_stale;

CREATE INDEX schedule_entries_start ON public.schedule_entries USING btree (start_at, owner_id) WHERE (start_at IS NOT NULL);

CREATE INDEX schedule_outcomes_without_brief ON ONLY public.schedule_outcomes USING btree (decided_at, owner_id, local_date, edition) WHERE ((outcome <> 'enqueued'::text) AND (reason <> 'quiet'::text));

CREATE INDEX schedule_second_tries_failed ON public.schedule_second_tries USING btree (failed_at);

CREATE INDEX schedule_second_tries_pending ON public.schedule_second_tries USING btree (retry_at) WHERE (state = 'pending'::text);

CREATE INDEX schedule_slots_upcoming ON public.schedule_slots USING btree (due_at) WHERE (user_count > 0);

CREATE INDEX web_idempotency_keys_created ON public.web_idempotency_keys USING btree (owner_id, created_at);

CREATE TRIGGER tg_pgqueuer_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON pgq.pgqueuer FOR EACH STATEMENT EXECUTE FUNCTION pgq.fn_pgqueuer_changed();

CREATE TRIGGER agenda_folder_added AFTER INSERT ON public.agenda_sources FOR EACH ROW WHEN ((new.kind = 'folder'::text)) EXECUTE FUNCTION public.agenda_notify_folders();

CREATE TRIGGER agenda_folder_removed AFTER DELETE ON public.agenda_sources FOR EACH ROW WHEN ((old.kind = 'folder'::text)) EXECUTE FUNCTION public.agenda_notify_folders();

CREATE TRIGGER people_sessions_ended AFTER DELETE ON public.people_sessions REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION public.people_notify_revoked();

CREATE TRIGGER people_tokens_ended AFTER DELETE ON public.people_tokens REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION public.people_notify_revoked();

CREATE TRIGGER people_users_removed AFTER DELETE ON public.people_users REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.runs_delete_owned();

CREATE TRIGGER runs_finished_added AFTER INSERT ON public.runs_finished REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_finished();

CREATE TRIGGER runs_finished_removed AFTER DELETE ON public.runs_finished REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_removed();

CREATE TRIGGER runs_open_added AFTER INSERT ON public.runs_open REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_added();

CREATE TRIGGER runs_open_changed AFTER UPDATE ON public.runs_open REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_changed();

CREATE TRIGGER runs_open_removed AFTER DELETE ON public.runs_open REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.runs_count_removed();

CREATE TRIGGER schedule_entries_deleted AFTER DELETE ON public.schedule_entries REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_user_deleted();

CREATE TRIGGER schedule_preferences_inserted AFTER INSERT ON public.people_preferences REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_preferences_inserted();

CREATE TRIGGER schedule_preferences_updated AFTER UPDATE ON public.people_preferences REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_preferences_updated();

CREATE TRIGGER schedule_user_updated AFTER UPDATE ON public.people_users REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.schedule_on_user_updated();

CREATE TRIGGER schedule_workers_died AFTER INSERT ON public.runs_finished FOR EACH ROW WHEN (((new.queue = 'scheduled'::text) AND (new.status = 'failed'::text) AND (new.parent_id IS NULL) AND (((new.errors -> '-1'::integer) ->> 'class'::text) = 'WorkerDied'::text))) EXECUTE FUNCTION public.schedule_on_workers_died();

ALTER TABLE ONLY public.agenda_cancellations
    ADD CONSTRAINT agenda_cancellations_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_decisions
    ADD CONSTRAINT agenda_decisions_owner_id_task_id_fkey FOREIGN KEY (owner_id, task_id) REFERENCES public.agenda_tasks(owner_id, id) ON DELETE CASCADE;

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

ALTER TABLE ONLY public.agenda_project_aliases
    ADD CONSTRAINT agenda_project_aliases_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_canonical FOREIGN KEY (owner_id, canonical_id) REFERENCES public.agenda_projects(owner_id, id) ON DELETE SET NULL (canonical_id) NOT VALID;

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_projects
    ADD CONSTRAINT agenda_projects_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.agenda_source_warnings
    ADD CONSTRAINT agenda_source_warnings_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

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

ALTER TABLE ONLY public.agenda_upload_files
    ADD CONSTRAINT agenda_upload_files_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_editions
    ADD CONSTRAINT briefs_editions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_feedback
    ADD CONSTRAINT briefs_feedback_owner_id_edition_id_fkey FOREIGN KEY (owner_id, edition_id) REFERENCES public.briefs_editions(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_folder_snapshots
    ADD CONSTRAINT briefs_folder_snapshots_owner_id_source_id_fkey FOREIGN KEY (owner_id, source_id) REFERENCES public.agenda_sources(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_search_index
    ADD CONSTRAINT briefs_search_index_owner_id_edition_id_fkey FOREIGN KEY (owner_id, edition_id) REFERENCES public.briefs_editions(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.briefs_snapshots
    ADD CONSTRAINT briefs_snapshots_owner_id_edition_id_fkey FOREIGN KEY (owner_id, edition_id) REFERENCES public.briefs_editions(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_accounts
    ADD CONSTRAINT people_accounts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_identities
    ADD CONSTRAINT people_identities_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_known_browsers
    ADD CONSTRAINT people_known_browsers_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_links
    ADD CONSTRAINT people_links_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_preferences
    ADD CONSTRAINT people_preferences_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_security_events
    ADD CONSTRAINT people_security_events_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_sessions
    ADD CONSTRAINT people_sessions_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_tokens
    ADD CONSTRAINT people_tokens_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.people_tokens
    ADD CONSTRAINT people_tokens_parent_fkey FOREIGN KEY (owner_id, parent_token_id) REFERENCES public.people_tokens(owner_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule_absences
    ADD CONSTRAINT schedule_absences_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule_entries
    ADD CONSTRAINT schedule_entries_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule_reachability
    ADD CONSTRAINT schedule_reachability_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.schedule_second_tries
    ADD CONSTRAINT schedule_second_tries_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.web_idempotency_keys
    ADD CONSTRAINT web_idempotency_keys_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.people_users(id) ON DELETE CASCADE;

ALTER TABLE public.agenda_cancellations ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_decisions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_notes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_phases ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_project_aliases ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_projects ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_source_warnings ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_sources ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_tasks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.agenda_upload_files ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_editions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_feedback ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_folder_snapshots ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_search_index ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.briefs_snapshots ENABLE ROW LEVEL SECURITY;

CREATE POLICY maintenance ON public.agenda_cancellations TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_decisions TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_events TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_notes TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_phases TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_project_aliases TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_projects TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_source_warnings TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_sources TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_tasks TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.agenda_upload_files TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.briefs_editions TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.briefs_feedback TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.briefs_folder_snapshots TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.briefs_search_index TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.briefs_snapshots TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_accounts TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_identities TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_known_browsers TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_links TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_preferences TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_security_events TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_sessions TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_tokens TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.people_users TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.runs_events TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.runs_finished TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.runs_open TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.schedule_absences TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.schedule_entries TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.schedule_outcomes TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.schedule_reachability TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.schedule_second_tries TO daybreak_owner USING (true);

CREATE POLICY maintenance ON public.web_idempotency_keys TO daybreak_owner USING (true);

CREATE POLICY owners ON public.agenda_cancellations TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_decisions TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_events TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_notes TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_phases TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_project_aliases TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_projects TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_source_warnings TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_sources TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_tasks TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.agenda_upload_files TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_editions TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_feedback TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_folder_snapshots TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_search_index TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.briefs_snapshots TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_accounts TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_identities TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_known_browsers TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_links TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_preferences TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_security_events TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_sessions TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_tokens TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.people_users TO daybreak_app USING ((id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.runs_events TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.runs_finished TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.runs_open TO daybreak_app USING (((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])) IS TRUE));

CREATE POLICY owners ON public.schedule_absences TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.schedule_entries TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.schedule_outcomes TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.schedule_reachability TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.schedule_second_tries TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

CREATE POLICY owners ON public.web_idempotency_keys TO daybreak_app USING ((owner_id = ANY (( SELECT (current_setting('daybreak.owner_ids'::text))::uuid[] AS current_setting)::uuid[])));

ALTER TABLE public.people_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_identities ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_known_browsers ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_links ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_preferences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_security_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.people_users ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.runs_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.runs_finished ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.runs_open ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_absences ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_outcomes ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_reachability ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.schedule_second_tries ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.web_idempotency_keys ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA pgq TO daybreak_app;

GRANT USAGE ON SCHEMA public TO daybreak_app;

REVOKE ALL ON FUNCTION public.account_export(owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.account_export(owner uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_count_stale_sources(since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_count_stale_sources(since timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_due_refreshes(before timestamp with time zone, max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_due_refreshes(before timestamp with time zone, max_rows integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_folder_sources(with_absent boolean, max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_folder_sources(with_absent boolean, max_rows integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_keep_decisions(owner uuid, leaving uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_keep_decisions(owner uuid, leaving uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_mark_copies(owner uuid, leaving uuid, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_mark_copies(owner uuid, leaving uuid, at timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_mark_event_copies(owner uuid, leaving uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_mark_event_copies(owner uuid, leaving uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_mark_task_copies(owner uuid, leaving uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_mark_task_copies(owner uuid, leaving uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_move_decisions(owner uuid, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_move_decisions(owner uuid, at timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.agenda_notify_folders() FROM PUBLIC;
GRANT ALL ON FUNCTION public.agenda_notify_folders() TO daybreak_app;

REVOKE ALL ON FUNCTION public.briefs_search(owner uuid, query text, before_date date, before_edition text, max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.briefs_search(owner uuid, query text, before_date date, before_edition text, max_rows integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.db_check_writable() FROM PUBLIC;
GRANT ALL ON FUNCTION public.db_check_writable() TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_all_ids() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_all_ids() TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_accounts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_preferences TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_users TO daybreak_app;

GRANT SELECT ON TABLE public.people_profiles TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_authenticate_session(digest bytea, idle interval, life interval, is_activity boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_authenticate_session(digest bytea, idle interval, life interval, is_activity boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_authenticate_token(digest bytea, is_activity boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_authenticate_token(digest bytea, is_activity boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_count_security_event(owner uuid, repeated text, actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_count_security_event(owner uuid, repeated text, actor text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_find_known_browser(address text, digests bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_find_known_browser(address text, digests bytea[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_find_link_owner(digest bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_find_link_owner(digest bytea) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_id_by_email(address text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_id_by_email(address text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_is_credential_valid(owner uuid, credential uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_is_credential_valid(owner uuid, credential uuid) TO daybreak_app;

GRANT SELECT ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(owner_id) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(id) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(kind) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(actor_kind) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(actor_id) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(actor_name) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(address) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(user_agent) ON TABLE public.people_security_events TO daybreak_app;

GRANT INSERT(details) ON TABLE public.people_security_events TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_list_security_events(before_at timestamp with time zone, before_id uuid, row_limit integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_list_security_events(before_at timestamp with time zone, before_id uuid, row_limit integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_notify_revoked() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_notify_revoked() TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_purge_expired() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_purge_expired() TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_purge_security_events() FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_purge_security_events() TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_record_failed_sign_in(email_address text, failure text, client_network text, client_address text, client_agent text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_record_failed_sign_in(email_address text, failure text, client_network text, client_address text, client_agent text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_reset_throttle(keys bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_reset_throttle(keys bytea[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.people_throttle_sign_in(keys bytea[], intervals interval[], bursts integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.people_throttle_sign_in(keys bytea[], intervals interval[], bursts integer[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_advance_parents(completions jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_advance_parents(completions jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_cancel(owner uuid, run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_cancel(owner uuid, run_id uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_cancel_items(owner uuid, run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_cancel_items(owner uuid, run_id uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_claim(owner_ids uuid[], run_ids uuid[], known_kinds text[], worker uuid, lease interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_claim(owner_ids uuid[], run_ids uuid[], known_kinds text[], worker uuid, lease interval) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_complete(completions jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_complete(completions jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_complete_silently(completions jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_complete_silently(completions jsonb) TO daybreak_app;

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

REVOKE ALL ON FUNCTION public.runs_delete_owned() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_delete_owned() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_dispatch(target_queue text, owner_ids uuid[], run_ids uuid[], delay interval, job_priority integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_dispatch(target_queue text, owner_ids uuid[], run_ids uuid[], delay interval, job_priority integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_dispatch_finish(owner uuid, run_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_dispatch_finish(owner uuid, run_id uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_dispatch_waiting(owner_ids uuid[], queues text[], counts integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_dispatch_waiting(owner_ids uuid[], queues text[], counts integer[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_drop_partitions(older_than interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.runs_duration_bucket(seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_duration_bucket(seconds double precision) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_enqueue(owner uuid, new_id uuid, new_kind text, new_queue text, new_key text, new_parameters jsonb, new_max_attempts integer, delay interval, max_dispatched integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_enqueue(owner uuid, new_id uuid, new_kind text, new_queue text, new_key text, new_parameters jsonb, new_max_attempts integer, delay interval, max_dispatched integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_enqueue_many(owner_ids uuid[], new_kind text, new_queue text, keys text[], many_parameters jsonb[], new_max_attempts integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_enqueue_many(owner_ids uuid[], new_kind text, new_queue text, keys text[], many_parameters jsonb[], new_max_attempts integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_fan_out(completions jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_fan_out(completions jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_fold_counters() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_fold_counters() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_heartbeat(worker uuid, worker_name text, worker_process_key text, worker_queues text[], is_draining boolean, lease interval, owner_ids uuid[], run_ids uuid[], fences bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_heartbeat(worker uuid, worker_name text, worker_process_key text, worker_queues text[], is_draining boolean, lease interval, owner_ids uuid[], run_ids uuid[], fences bigint[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_highest_percentage(highest_percentage smallint, steps integer, total integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_highest_percentage(highest_percentage smallint, steps integer, total integer) TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.runs_open TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_is_cancelled(owner uuid, run uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_is_cancelled(owner uuid, run uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_latest(owner uuid, latest_kind text, latest_key text, how_many integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_latest(owner uuid, latest_kind text, latest_key text, how_many integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_lock_claimed(owner_ids uuid[], run_ids uuid[], fences bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_lock_claimed(owner_ids uuid[], run_ids uuid[], fences bigint[]) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_make_partitions(ahead interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.runs_notify(topics jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_notify(topics jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_prune(every interval, ahead interval, keep interval, batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_prune(every interval, ahead interval, keep interval, batch_size integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_record_system_run(done_kind text, done_result jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.runs_reopen(owner uuid, run_ids uuid[], event text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_reopen(owner uuid, run_ids uuid[], event text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_rescue(max_dispatched integer, redispatch_after interval, lease interval, batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_rescue(max_dispatched integer, redispatch_after interval, lease interval, batch_size integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_restart_items(completions jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_restart_items(completions jsonb) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_retry(owner uuid, which uuid, max_dispatched integer, whole boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_retry(owner uuid, which uuid, max_dispatched integer, whole boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_retry_unchanged(owner uuid, which uuid, failed_epoch integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.runs_running_by_worker() FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_running_by_worker() TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_running_seconds(status text, claimed_at timestamp with time zone, lease_until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_running_seconds(status text, claimed_at timestamp with time zone, lease_until timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_seconds_per_step(seconds_per_step double precision, last_step_at timestamp with time zone, steps integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_seconds_per_step(seconds_per_step double precision, last_step_at timestamp with time zone, steps integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_throughput(measured_kind text, since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_throughput(measured_kind text, since timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.runs_write_progress(reports jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.runs_write_progress(reports jsonb) TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_entries TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_apply(pending public.schedule_entries[], now timestamp with time zone, reduce_when_away boolean, kind text, OUT enqueued integer, OUT missed integer, OUT skipped integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_apply_for(owner_ids uuid[], now timestamp with time zone, reduce_when_away boolean, kind text, OUT enqueued integer, OUT missed integer, OUT skipped integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_count_users(now timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_count_users(now timestamp with time zone) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_decide(pending public.schedule_entries[], now timestamp with time zone, reduce_when_away boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_decide_for(owner_ids uuid[], now timestamp with time zone, reduce_when_away boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_delete_second_tries(oldest date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_delete_second_tries(oldest date) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_drop_partitions(before date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_drop_partitions(before date) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_earliest_slot_date() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_earliest_slot_date() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_explain(one_owner uuid, now timestamp with time zone, reduce_when_away boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_explain(one_owner uuid, now timestamp with time zone, reduce_when_away boolean) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_first_second_try() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_first_second_try() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_has_work() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_has_work() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_invalidate_moved() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_invalidate_moved() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_list_days_without_brief(since timestamp with time zone, before_at timestamp with time zone, before_owner uuid, before_date date, before_edition text, max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_list_days_without_brief(since timestamp with time zone, before_at timestamp with time zone, before_owner uuid, before_date date, before_edition text, max_rows integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_list_errors(after_owner uuid, max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_list_errors(after_owner uuid, max_rows integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_list_second_tries(since timestamp with time zone, max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_list_second_tries(since timestamp with time zone, max_rows integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_list_stale() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_list_stale() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_make_partitions(ahead interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_make_partitions(ahead interval) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_next_due(pending public.schedule_entries[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_on_preferences_inserted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_preferences_inserted() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_preferences_updated() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_preferences_updated() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_user_deleted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_user_deleted() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_user_updated() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_user_updated() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_on_workers_died() FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_on_workers_died() TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_recompute_next(now timestamp with time zone, timezones text[], local_dates date[], batch_size integer, only_owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_recompute_next(now timestamp with time zone, timezones text[], local_dates date[], batch_size integer, only_owner uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_require_owner(owner uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_retry(only_owners uuid[], batch_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_retry(only_owners uuid[], batch_size integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_retry_failed(now timestamp with time zone, batch_size integer, OUT retried integer, OUT due integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_retry_failed(now timestamp with time zone, batch_size integer, OUT retried integer, OUT due integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_simulate(one_owner uuid, now timestamp with time zone, reduce_when_away boolean, kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_simulate(one_owner uuid, now timestamp with time zone, reduce_when_away boolean, kind text) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_start_at(due_at timestamp with time zone, owner_id uuid, instant_user_count integer, p95_duration interval, briefs_per_second double precision, max_lead interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_stats(now timestamp with time zone, since timestamp with time zone, max_rows integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_stats(now timestamp with time zone, since timestamp with time zone, max_rows integer) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_sync_entries(owner_ids uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_tick(now timestamp with time zone, until timestamp with time zone, batch_size integer, reduce_when_away boolean, kind text, after_start timestamp with time zone, after_owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.schedule_tick(now timestamp with time zone, until timestamp with time zone, batch_size integer, reduce_when_away boolean, kind text, after_start timestamp with time zone, after_owner uuid) TO daybreak_app;

REVOKE ALL ON FUNCTION public.schedule_weekday_bit(local_date date) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.schedule_weekday_bits(days smallint[]) FROM PUBLIC;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgq.pgqueuer TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_id_seq TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE pgq.pgqueuer_log TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_log_id_seq TO daybreak_app;

GRANT SELECT ON TABLE pgq.pgqueuer_schedules TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_schedules_id_seq TO daybreak_app;

GRANT SELECT ON TABLE pgq.pgqueuer_statistics TO daybreak_app;

GRANT USAGE ON SEQUENCE pgq.pgqueuer_statistics_id_seq TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_cancellations TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_decisions TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_decision_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_events TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_event_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_notes TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_note_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_phases TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_phase_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_project_aliases TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_projects TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_project_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_sources TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_source_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_source_warnings TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_tasks TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_task_cards TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_task_facts TO daybreak_app;

GRANT SELECT ON TABLE public.agenda_team_boards TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.agenda_upload_files TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_editions TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_feedback TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_folder_snapshots TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_search_index TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.briefs_snapshots TO daybreak_app;

GRANT SELECT ON TABLE public.db_compatibility TO daybreak_app;

GRANT SELECT ON TABLE public.db_functions TO daybreak_app;

GRANT SELECT ON TABLE public.db_migrations TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_identities TO daybreak_app;

GRANT SELECT ON TABLE public.people_identity_facts TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_known_browsers TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_links TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_sessions TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.people_tokens TO daybreak_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.runs_finished TO daybreak_app;

GRANT SELECT ON TABLE public.runs_all TO daybreak_app;

GRANT SELECT ON TABLE public.runs_counters TO daybreak_app;

GRANT SELECT ON TABLE public.runs_durations TO daybreak_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.runs_events TO daybreak_app;

GRANT SELECT ON TABLE public.runs_maintenance_state TO daybreak_app;

GRANT SELECT,DELETE ON TABLE public.runs_workers TO daybreak_app;

GRANT UPDATE(clock_ahead) ON TABLE public.runs_workers TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_absences TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_maintenance TO daybreak_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.schedule_outcomes TO daybreak_app;

GRANT UPDATE(outcome) ON TABLE public.schedule_outcomes TO daybreak_app;

GRANT UPDATE(reason) ON TABLE public.schedule_outcomes TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_reachability TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_schedulers TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_second_tries TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.schedule_slots TO daybreak_app;

GRANT SELECT,UPDATE ON TABLE public.schedule_state TO daybreak_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.web_idempotency_keys TO daybreak_app;
