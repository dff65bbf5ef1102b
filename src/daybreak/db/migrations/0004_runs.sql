-- Runs: units of background work. The row is the truth; a doorbell in pgq only says that somebody should look.
--
-- Open runs are few and change often; finished ones are many and change no more. So they move, in the commit that
-- finishes them, to a table that is partitioned by week and loses whole partitions when their time is up.

CREATE TABLE runs_open (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    lane text NOT NULL CHECK (lane IN ('people', 'briefs', 'bulk')),
    -- What it is about: one open run for each (owner, kind, key).
    key text NOT NULL,
    parameters jsonb NOT NULL,
    status text NOT NULL,
    -- Counts retries of the whole run; attempts count claims within an epoch.
    epoch integer NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL,
    -- Rises at every claim, for ever: a write with an older one is refused.
    fence bigint NOT NULL DEFAULT 0,
    event_number bigint NOT NULL DEFAULT 0,
    phase text NOT NULL DEFAULT '',
    total integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    -- One entry for each attempt that did not succeed: {epoch, attempt, at, class, message, retryable}.
    errors jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    not_before timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    worker_id uuid,
    cancel boolean NOT NULL DEFAULT FALSE,
    -- The doorbell that was rung for it, and for when; NULL while it waits for its owner's earlier runs.
    job_id bigint,
    rung_at timestamptz,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT runs_open_status CHECK (status IN ('queued', 'running'))
);
CREATE UNIQUE INDEX runs_open_key ON runs_open (owner_id, kind, key);
CREATE INDEX runs_open_newest ON runs_open (owner_id, created_at DESC, id DESC);
CREATE INDEX runs_open_leases ON runs_open (lease_until) WHERE status = 'running';
-- For the sweep: what waits for a doorbell that was rung, and what waits for its time without one.
CREATE INDEX runs_open_rung ON runs_open (rung_at, id) WHERE status = 'queued' AND job_id IS NOT NULL;
CREATE INDEX runs_open_due ON runs_open (rung_at) WHERE status = 'queued' AND job_id IS NULL;
-- Of an owner in a lane: what is in the window, and what waits outside of it.
CREATE INDEX runs_open_window ON runs_open (owner_id, lane) WHERE rung_at IS NOT NULL;
CREATE INDEX runs_open_waiting ON runs_open (owner_id, lane, created_at, id) WHERE rung_at IS NULL;

ALTER TABLE runs_open ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_open FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON runs_open TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON runs_open TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON runs_open TO daybreak_app;

-- What ended. A row is never changed here: a retry moves it back.
CREATE TABLE runs_finished (
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
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, id, finished_at),
    CONSTRAINT runs_finished_status CHECK (status IN ('succeeded', 'partial', 'failed', 'cancelled'))
) PARTITION BY RANGE (finished_at);
CREATE INDEX runs_finished_newest ON runs_finished (owner_id, created_at DESC, id DESC);

ALTER TABLE runs_finished ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_finished FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON runs_finished TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON runs_finished TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, DELETE ON runs_finished TO daybreak_app;

CREATE TABLE runs_events (
    owner_id uuid NOT NULL,
    run_id uuid NOT NULL,
    -- From the locked row of the run, so that no event can appear behind one that was read already.
    number bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (owner_id, run_id, number, at)
) PARTITION BY RANGE (at);

ALTER TABLE runs_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_events FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON runs_events TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON runs_events TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, DELETE ON runs_events TO daybreak_app;

-- Who works: one row for each process, renewed by its beat.
CREATE TABLE runs_workers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    lanes text [] NOT NULL,
    running integer NOT NULL,
    draining boolean NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, DELETE ON runs_workers TO daybreak_app;

-- How far the sweep has come in looking for lost doorbells; one row.
CREATE TABLE runs_sweeps (
    is_single boolean PRIMARY KEY DEFAULT TRUE CHECK (is_single),
    rung_at timestamptz NOT NULL,
    id uuid NOT NULL
);
INSERT INTO runs_sweeps (rung_at, id) VALUES ('-infinity', '00000000-0000-0000-0000-000000000000');

-- How many runs there are by kind and state: the sum of these changes. They are only ever added, so that nobody
-- waits for anybody, and the sweep folds them into one row for each pair.
CREATE TABLE runs_counters (
    kind text NOT NULL,
    status text NOT NULL,
    change bigint NOT NULL
);
GRANT SELECT ON runs_counters TO daybreak_app;

CREATE FUNCTION runs_count_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, count(*) FROM added GROUP BY kind, status;
    RETURN NULL;
END $$;

CREATE FUNCTION runs_count_removed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, -count(*) FROM removed GROUP BY kind, status;
    RETURN NULL;
END $$;

CREATE FUNCTION runs_count_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
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
REVOKE ALL ON FUNCTION runs_count_added(), runs_count_removed(), runs_count_changed() FROM public;
GRANT EXECUTE ON FUNCTION runs_count_added(), runs_count_removed(), runs_count_changed() TO daybreak_app;

CREATE TRIGGER runs_open_added AFTER INSERT ON runs_open
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION runs_count_added();
CREATE TRIGGER runs_open_removed AFTER DELETE ON runs_open
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION runs_count_removed();
CREATE TRIGGER runs_open_changed AFTER UPDATE ON runs_open
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION runs_count_changed();
CREATE TRIGGER runs_finished_added AFTER INSERT ON runs_finished
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION runs_count_added();
CREATE TRIGGER runs_finished_removed AFTER DELETE ON runs_finished
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION runs_count_removed();

CREATE VIEW runs_all WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, kind, lane, key, parameters, status, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, NULL::jsonb AS result, errors, created_at, started_at,
    NULL::timestamptz AS finished_at, not_before, cancel
FROM runs_open
UNION ALL
SELECT
    owner_id, id, kind, lane, key, parameters, status, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, result, errors, created_at, started_at,
    finished_at, NULL::timestamptz AS not_before, FALSE AS cancel
FROM runs_finished;
GRANT SELECT ON runs_all TO daybreak_app;

-- Partitions live in a schema that nobody but their owner may enter: rows are reached through the parents and
-- their policies only. What no partition was made for in time waits in the default one.
CREATE SCHEMA runs_partitions;
CREATE TABLE runs_partitions.runs_finished_rest PARTITION OF runs_finished DEFAULT;
CREATE TABLE runs_partitions.runs_events_rest PARTITION OF runs_events DEFAULT;

-- A partition for this week and each week that begins within that time; gives how many were made.
CREATE FUNCTION runs_make_partitions(ahead interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    parent text;
    week timestamptz;
    part text;
    stamp text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.runs_partitions', 0));
    FOR parent, stamp IN VALUES ('runs_finished', 'finished_at'), ('runs_events', 'at') LOOP
        FOR week IN
            SELECT w AT TIME ZONE 'UTC' FROM generate_series(
                date_trunc('week', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + ahead, '1 week'
            ) AS w
        LOOP
            part := parent || to_char(week AT TIME ZONE 'UTC', '_IYYY_IW');
            CONTINUE WHEN to_regclass('runs_partitions.' || part) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE runs_partitions.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                part, parent
            );
            -- Nothing may be added to the rest between moving what is there and attaching.
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
END $$;
REVOKE ALL ON FUNCTION runs_make_partitions(interval) FROM public;
GRANT EXECUTE ON FUNCTION runs_make_partitions(interval) TO daybreak_app;

-- Drop what ended, and the events, in weeks that were over that long ago; gives how many partitions went.
CREATE FUNCTION runs_drop_partitions(older_than interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
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
END $$;
REVOKE ALL ON FUNCTION runs_drop_partitions(interval) FROM public;
GRANT EXECUTE ON FUNCTION runs_drop_partitions(interval) TO daybreak_app;

SELECT runs_make_partitions('28 days');
