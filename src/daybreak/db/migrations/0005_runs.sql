-- Runs: units of background work. The row is the truth; a job in pgq only asks a worker to check the row.
--
-- Open runs are few and change often; finished runs are many and never change. So the transaction that finishes a run
-- moves it to a table that is partitioned by week and pruned by dropping partitions.

CREATE TABLE runs_open (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    queue text NOT NULL CHECK (queue IN ('interactive', 'scheduled', 'bulk')),
    -- The subject of the run; at most one run is open for each (owner, kind, key).
    key text NOT NULL,
    parameters jsonb NOT NULL,
    status text NOT NULL,
    -- epoch counts retries of the whole run, attempts counts claims within an epoch.
    epoch integer NOT NULL DEFAULT 1,
    attempts integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL,
    -- Incremented by each claim; a write with an older fence is rejected.
    fence bigint NOT NULL DEFAULT 0,
    last_event_number bigint NOT NULL DEFAULT 0,
    phase text NOT NULL DEFAULT '',
    total integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    failed integer NOT NULL DEFAULT 0,
    skipped integer NOT NULL DEFAULT 0,
    -- One entry for each failed attempt: {epoch, attempt, at, class, message, retryable}.
    errors jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    scheduled_at timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz,
    worker_id uuid,
    cancel_requested boolean NOT NULL DEFAULT FALSE,
    -- The job that dispatched it, and for when; NULL while it waits for earlier runs of its owner.
    job_id bigint,
    dispatched_at timestamptz,
    -- The run that this item belongs to.
    parent_id uuid,
    -- “begin” until it has fanned out, “items” while it waits for its items, then “finish”.
    stage text NOT NULL DEFAULT 'begin',
    open_items integer NOT NULL DEFAULT 0,
    -- The result of fanning out; the run's result, unless the kind's finish returns another.
    result jsonb,
    -- Parts that are missing from the result.
    gaps text [] NOT NULL DEFAULT '{}',
    -- Over all attempts: seconds between becoming due and being claimed, and seconds running.
    wait_seconds double precision NOT NULL DEFAULT 0,
    run_seconds double precision NOT NULL DEFAULT 0,
    claimed_at timestamptz,
    -- Moving average of seconds per step of progress, and the time of the last step.
    seconds_per_step double precision,
    last_step_at timestamptz,
    -- Of a run: how often it was started as a whole. Of an item: for which of these it was created. NULL is the first.
    fan_out_generation integer,
    -- The highest percentage of this epoch, because items that add items would lower it.
    highest_percentage smallint,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT runs_open_status CHECK (status IN ('queued', 'running')),
    CONSTRAINT runs_open_stage CHECK (stage IN ('begin', 'items', 'finish'))
);
-- Items share the table with runs, but an item's key is unique within its run only.
CREATE UNIQUE INDEX runs_open_key ON runs_open (owner_id, kind, key) WHERE parent_id IS NULL;
CREATE UNIQUE INDEX runs_open_item_key ON runs_open (owner_id, parent_id, kind, key) WHERE parent_id IS NOT NULL;
-- The condition excludes this index from the plans of statements that name runs by id.
CREATE INDEX runs_open_leases ON runs_open (lease_until) WHERE lease_until IS NOT NULL;
-- For rescue: dispatched runs that wait for a worker, and runs that wait for their time without a job.
CREATE INDEX runs_open_dispatched ON runs_open (dispatched_at, id) WHERE status = 'queued' AND job_id IS NOT NULL;
CREATE INDEX runs_open_due ON runs_open (dispatched_at) WHERE status = 'queued' AND job_id IS NULL;
-- Concurrency of an owner in a queue: dispatched runs count. Runs that wait for their time
-- (dispatched_at, no job) or for capacity (neither) do not.
CREATE INDEX runs_open_window ON runs_open (owner_id, queue) WHERE job_id IS NOT NULL;
CREATE INDEX runs_open_waiting ON runs_open (owner_id, queue, created_at, id)
WHERE dispatched_at IS NULL AND status = 'queued';
-- For rescue: runs that wait for their items, and cancelled runs.
CREATE INDEX runs_open_fanned_out ON runs_open (owner_id, id) WHERE status = 'running' AND stage = 'items';
CREATE INDEX runs_open_cancelled ON runs_open (owner_id, id) WHERE cancel_requested;

ALTER TABLE runs_open ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_open FORCE ROW LEVEL SECURITY;
-- “IS TRUE” prevents the planner from filtering by owner first where a statement names rows by key: for an owner with
-- many open runs it would read all of them.
CREATE POLICY owners ON runs_open TO daybreak_app
USING ((owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid [])) IS TRUE);
CREATE POLICY maintenance ON runs_open TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON runs_open TO daybreak_app;

-- Ended runs. Rows never change here: a retry moves the run back to runs_open.
CREATE TABLE runs_finished (
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
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz NOT NULL DEFAULT now(),
    parent_id uuid,
    stage text NOT NULL DEFAULT 'begin',
    gaps text [] NOT NULL DEFAULT '{}',
    wait_seconds double precision NOT NULL DEFAULT 0,
    run_seconds double precision NOT NULL DEFAULT 0,
    fan_out_generation integer,
    highest_percentage smallint,
    PRIMARY KEY (owner_id, id, finished_at),
    CONSTRAINT runs_finished_status CHECK (status IN ('succeeded', 'partial', 'failed', 'cancelled', 'skipped'))
) PARTITION BY RANGE (finished_at);
CREATE INDEX runs_finished_items ON runs_finished (owner_id, parent_id, kind, key) WHERE parent_id IS NOT NULL;
CREATE INDEX runs_finished_newest ON runs_finished (owner_id, created_at DESC, id DESC) WHERE parent_id IS NULL;
-- Rows arrive in order of time, so a BRIN index is almost free and finds the recent ones.
CREATE INDEX runs_finished_recent ON runs_finished USING brin (finished_at);

ALTER TABLE runs_finished ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_finished FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON runs_finished TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON runs_finished TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, DELETE ON runs_finished TO daybreak_app;

CREATE TABLE runs_events (
    owner_id uuid NOT NULL,
    run_id uuid NOT NULL,
    -- Assigned while the run's row is locked, so that no event appears behind one that was already read.
    number bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    name text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (owner_id, run_id, number, at)
) PARTITION BY RANGE (at);
CREATE INDEX runs_events_of_owner ON runs_events (owner_id, at);

ALTER TABLE runs_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_events FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON runs_events TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON runs_events TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, DELETE ON runs_events TO daybreak_app;

-- Worker processes: one row each, updated by its heartbeat.
CREATE TABLE runs_workers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    queues text [] NOT NULL,
    running integer NOT NULL,
    draining boolean NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    last_heartbeat_at timestamptz NOT NULL DEFAULT now(),
    -- The identity of the process, if it is known: a process on the same machine can check whether it is alive.
    process_key text
);
GRANT SELECT, DELETE ON runs_workers TO daybreak_app;

-- State of the rescue pass, with its cursor in the search for lost jobs; one row.
CREATE TABLE runs_maintenance_state (
    is_single boolean PRIMARY KEY DEFAULT TRUE CHECK (is_single),
    cursor_dispatched_at timestamptz NOT NULL,
    cursor_id uuid NOT NULL,
    -- The last rescue pass and the last pruning, by any worker.
    rescued_at timestamptz,
    pruned_at timestamptz
);
INSERT INTO runs_maintenance_state (cursor_dispatched_at, cursor_id)
VALUES ('-infinity', '00000000-0000-0000-0000-000000000000');
GRANT SELECT ON runs_maintenance_state TO daybreak_app;

-- Number of runs by kind and status, as the sum of changes. Rows are only inserted, so that no transaction blocks
-- another; the rescue pass folds them into one row per pair.
CREATE TABLE runs_counters (
    kind text NOT NULL,
    status text NOT NULL,
    change bigint NOT NULL
);
GRANT SELECT ON runs_counters TO daybreak_app;

-- Histogram of wait and run times by kind and UTC day. Bucket n counts times up to 2^(n/4) milliseconds, so a percentile
-- is at most 19 % too high. Inserted and folded like runs_counters.
CREATE TABLE runs_durations (
    kind text NOT NULL,
    day date NOT NULL,
    wait_bucket smallint NOT NULL,
    run_bucket smallint NOT NULL,
    runs bigint NOT NULL,
    wait_seconds double precision NOT NULL,
    run_seconds double precision NOT NULL
);
GRANT SELECT ON runs_durations TO daybreak_app;

-- Open and finished runs in one list.
CREATE VIEW runs_all WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, parent_id, kind, queue, key, parameters, status, stage, epoch, attempts, max_attempts,
    last_event_number, phase, total, done, failed, skipped, open_items, seconds_per_step, last_step_at,
    NULL::jsonb AS result, gaps, errors, created_at, started_at, NULL::timestamptz AS finished_at, scheduled_at,
    cancel_requested, wait_seconds, run_seconds, worker_id, fan_out_generation, highest_percentage
FROM runs_open
UNION ALL
SELECT
    owner_id, id, parent_id, kind, queue, key, parameters, status, stage, epoch, attempts, max_attempts,
    last_event_number, phase, total, done, failed, skipped, 0, NULL::double precision, NULL::timestamptz, result, gaps,
    errors, created_at, started_at, finished_at, NULL::timestamptz, FALSE, wait_seconds, run_seconds, NULL::uuid,
    fan_out_generation, highest_percentage
FROM runs_finished;
GRANT SELECT ON runs_all TO daybreak_app;

-- Partitions are in a schema that only their owner may use, so rows are reached only through the parents and their
-- policies. Rows without a partition go to the default partition.
CREATE SCHEMA runs_partitions;
CREATE TABLE runs_partitions.runs_finished_rest PARTITION OF runs_finished DEFAULT;
CREATE TABLE runs_partitions.runs_events_rest PARTITION OF runs_events DEFAULT;
