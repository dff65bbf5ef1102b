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
    -- The run that this one is an item of.
    part_of uuid,
    -- “begin” until it has fanned out, “items” while it waits for them, “finish” from then on.
    step text NOT NULL DEFAULT 'begin',
    open_items integer NOT NULL DEFAULT 0,
    -- What fanning out gave; the run's result, unless its kind finishes with another.
    result jsonb,
    -- What is missing from the result.
    gaps text [] NOT NULL DEFAULT '{}',
    -- Over all attempts: seconds for which it could have begun but did not, and seconds under way.
    wait_seconds double precision NOT NULL DEFAULT 0,
    run_seconds double precision NOT NULL DEFAULT 0,
    claimed_at timestamptz,
    -- Seconds for one step of its progress, a moving average, and when the last step was made.
    pace double precision,
    paced_at timestamptz,
    -- How often the run was begun as a whole, and of an item for which of these times it was made; NULL is the first.
    round integer,
    -- The greatest percentage of this epoch: items that add items would have it fall.
    reached smallint,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT runs_open_status CHECK (status IN ('queued', 'running')),
    CONSTRAINT runs_open_step CHECK (step IN ('begin', 'items', 'finish'))
);
-- Items share their table with runs, not their names: an item's key is its own within its run.
CREATE UNIQUE INDEX runs_open_key ON runs_open (owner_id, kind, key) WHERE part_of IS NULL;
CREATE UNIQUE INDEX runs_open_item_key ON runs_open (owner_id, part_of, kind, key) WHERE part_of IS NOT NULL;
-- Only who speaks of leases may use it: who asks for runs by their ids finds them by their ids.
CREATE INDEX runs_open_leases ON runs_open (lease_until) WHERE lease_until IS NOT NULL;
-- For the sweep: what waits for a doorbell that was rung, and what waits for its time without one.
CREATE INDEX runs_open_rung ON runs_open (rung_at, id) WHERE status = 'queued' AND job_id IS NOT NULL;
CREATE INDEX runs_open_due ON runs_open (rung_at) WHERE status = 'queued' AND job_id IS NULL;
-- Of an owner in a lane: whose doorbell was rung. What waits for its time (rung_at, no job) or outside of the window
-- (neither) has no place in it.
CREATE INDEX runs_open_window ON runs_open (owner_id, lane) WHERE job_id IS NOT NULL;
CREATE INDEX runs_open_waiting ON runs_open (owner_id, lane, created_at, id)
WHERE rung_at IS NULL AND status = 'queued';
-- For the sweep: runs that wait for their items, and runs that somebody cancels.
CREATE INDEX runs_open_fanned_out ON runs_open (owner_id, id) WHERE status = 'running' AND step = 'items';
CREATE INDEX runs_open_cancelled ON runs_open (owner_id, id) WHERE cancel;

ALTER TABLE runs_open ENABLE ROW LEVEL SECURITY;
ALTER TABLE runs_open FORCE ROW LEVEL SECURITY;
-- “IS TRUE” keeps the planner from going by owner where a statement names the rows by key: of an owner with many open
-- runs it would read them all.
CREATE POLICY owners ON runs_open TO daybreak_app
USING ((owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid [])) IS TRUE);
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
    part_of uuid,
    step text NOT NULL DEFAULT 'begin',
    gaps text [] NOT NULL DEFAULT '{}',
    wait_seconds double precision NOT NULL DEFAULT 0,
    run_seconds double precision NOT NULL DEFAULT 0,
    round integer,
    reached smallint,
    PRIMARY KEY (owner_id, id, finished_at),
    CONSTRAINT runs_finished_status CHECK (status IN ('succeeded', 'partial', 'failed', 'cancelled', 'skipped'))
) PARTITION BY RANGE (finished_at);
CREATE INDEX runs_finished_items ON runs_finished (owner_id, part_of, kind, key) WHERE part_of IS NOT NULL;
CREATE INDEX runs_finished_newest ON runs_finished (owner_id, created_at DESC, id DESC) WHERE part_of IS NULL;
-- Finished runs come in order of time, so this costs nothing to keep and finds the recent ones.
CREATE INDEX runs_finished_recent ON runs_finished USING brin (finished_at);

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
CREATE INDEX runs_events_of_owner ON runs_events (owner_id, at);

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
    seen_at timestamptz NOT NULL DEFAULT now(),
    -- Where its process is, if that can be told: who is in the same place can see whether it lives.
    place text
);
GRANT SELECT, DELETE ON runs_workers TO daybreak_app;

-- How far the sweep has come in looking for lost doorbells; one row.
CREATE TABLE runs_sweeps (
    is_single boolean PRIMARY KEY DEFAULT TRUE CHECK (is_single),
    rung_at timestamptz NOT NULL,
    id uuid NOT NULL,
    -- When the last sweep was, and the last upkeep, whoever made them.
    swept_at timestamptz,
    upkept_at timestamptz
);
INSERT INTO runs_sweeps (rung_at, id) VALUES ('-infinity', '00000000-0000-0000-0000-000000000000');
GRANT SELECT ON runs_sweeps TO daybreak_app;

-- How many runs there are by kind and state: the sum of these changes. They are only ever added, so that nobody
-- waits for anybody, and the sweep folds them into one row for each pair.
CREATE TABLE runs_counters (
    kind text NOT NULL,
    status text NOT NULL,
    change bigint NOT NULL
);
GRANT SELECT ON runs_counters TO daybreak_app;

-- How long the runs of a kind waited and took: how many of a UTC day fell into each pair of classes. The class n holds
-- what took up to 2^(n/4) milliseconds, so a percentile read from it is at most 19 % too long. Added to like
-- runs_counters, and folded like them.
CREATE TABLE runs_times (
    kind text NOT NULL,
    day date NOT NULL,
    wait_class smallint NOT NULL,
    run_class smallint NOT NULL,
    runs bigint NOT NULL,
    wait_seconds double precision NOT NULL,
    run_seconds double precision NOT NULL
);
GRANT SELECT ON runs_times TO daybreak_app;

-- All runs, as one list.
CREATE VIEW runs_all WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, open_items, pace, paced_at, NULL::jsonb AS result, gaps, errors, created_at,
    started_at, NULL::timestamptz AS finished_at, not_before, cancel, wait_seconds, run_seconds, worker_id, round,
    reached
FROM runs_open
UNION ALL
SELECT
    owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, 0, NULL::double precision, NULL::timestamptz, result, gaps, errors, created_at,
    started_at, finished_at, NULL::timestamptz, FALSE, wait_seconds, run_seconds, NULL::uuid, round, reached
FROM runs_finished;
GRANT SELECT ON runs_all TO daybreak_app;

-- Partitions live in a schema that nobody but their owner may enter: rows are reached through the parents and
-- their policies only. What no partition was made for in time waits in the default one.
CREATE SCHEMA runs_partitions;
CREATE TABLE runs_partitions.runs_finished_rest PARTITION OF runs_finished DEFAULT;
CREATE TABLE runs_partitions.runs_events_rest PARTITION OF runs_events DEFAULT;
