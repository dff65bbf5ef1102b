-- Items: independent parts of a run. An item is a row like that of a run, claimed, fenced and swept like one; the run
-- that it is part of counts how its items ended, and is claimed once more when none is open, to be finished.

-- Each statement runs in the one transaction of this file, before anybody works with the new version.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, ban-drop-view
-- squawk-ignore-file constraint-missing-not-valid, ban-drop-constraint

ALTER TABLE runs_open
-- The run that this one is an item of.
ADD COLUMN part_of uuid,
-- “begin” until it has fanned out, “items” while it waits for them, “finish” from then on.
ADD COLUMN step text NOT NULL DEFAULT 'begin',
ADD COLUMN open_items integer NOT NULL DEFAULT 0,
-- What fanning out gave; the run's result, unless its kind finishes with another.
ADD COLUMN result jsonb,
-- What is missing from the result.
ADD COLUMN gaps text [] NOT NULL DEFAULT '{}',
-- Over all attempts: seconds for which it could have begun but did not, and seconds under way.
ADD COLUMN wait_seconds double precision NOT NULL DEFAULT 0,
ADD COLUMN run_seconds double precision NOT NULL DEFAULT 0,
ADD COLUMN claimed_at timestamptz,
-- Seconds for one step of its progress, a moving average, and when the last step was made.
ADD COLUMN pace double precision,
ADD COLUMN paced_at timestamptz,
ADD CONSTRAINT runs_open_step CHECK (step IN ('begin', 'items', 'finish'));

ALTER TABLE runs_finished
ADD COLUMN part_of uuid,
ADD COLUMN step text NOT NULL DEFAULT 'begin',
ADD COLUMN gaps text [] NOT NULL DEFAULT '{}',
ADD COLUMN wait_seconds double precision NOT NULL DEFAULT 0,
ADD COLUMN run_seconds double precision NOT NULL DEFAULT 0,
DROP CONSTRAINT runs_finished_status,
ADD CONSTRAINT runs_finished_status
CHECK (status IN ('succeeded', 'partial', 'failed', 'cancelled', 'skipped'));

-- Items share their table with runs, not their names: an item's key is its own within its run.
DROP INDEX runs_open_key, runs_open_newest, runs_finished_newest, runs_open_waiting;
CREATE UNIQUE INDEX runs_open_key ON runs_open (owner_id, kind, key) WHERE part_of IS NULL;
CREATE UNIQUE INDEX runs_open_item_key ON runs_open (owner_id, part_of, kind, key) WHERE part_of IS NOT NULL;
CREATE INDEX runs_finished_items ON runs_finished (owner_id, part_of, kind, key) WHERE part_of IS NOT NULL;
CREATE INDEX runs_open_newest ON runs_open (owner_id, created_at DESC, id DESC) WHERE part_of IS NULL;
CREATE INDEX runs_finished_newest ON runs_finished (owner_id, created_at DESC, id DESC) WHERE part_of IS NULL;
CREATE INDEX runs_open_waiting ON runs_open (owner_id, lane, created_at, id)
WHERE rung_at IS NULL AND status = 'queued';
-- For the sweep: runs that wait for their items, and runs that somebody cancels.
CREATE INDEX runs_open_fanned_out ON runs_open (owner_id, id) WHERE status = 'running' AND step = 'items';
CREATE INDEX runs_open_cancelled ON runs_open (owner_id, id) WHERE cancel;

-- When the last sweep was, and the last upkeep, whoever made them.
ALTER TABLE runs_sweeps ADD COLUMN swept_at timestamptz, ADD COLUMN upkept_at timestamptz;
GRANT SELECT ON runs_sweeps TO daybreak_app;

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

CREATE FUNCTION runs_time_class(seconds double precision) RETURNS smallint
LANGUAGE sql IMMUTABLE
RETURN CAST(ceil(4 * ln(greatest(seconds, 0.001) * 1000) / ln(2)) AS smallint);
REVOKE ALL ON FUNCTION runs_time_class(double precision) FROM public;
GRANT EXECUTE ON FUNCTION runs_time_class(double precision) TO daybreak_app;

CREATE FUNCTION runs_count_finished() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
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
REVOKE ALL ON FUNCTION runs_count_finished() FROM public;
GRANT EXECUTE ON FUNCTION runs_count_finished() TO daybreak_app;
DROP TRIGGER runs_finished_added ON runs_finished;
CREATE TRIGGER runs_finished_added AFTER INSERT ON runs_finished
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION runs_count_finished();

DROP VIEW runs_all;
CREATE VIEW runs_all WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, open_items, pace, paced_at, NULL::jsonb AS result, gaps, errors, created_at,
    started_at, NULL::timestamptz AS finished_at, not_before, cancel, wait_seconds, run_seconds, worker_id
FROM runs_open
UNION ALL
SELECT
    owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, 0, NULL::double precision, NULL::timestamptz, result, gaps, errors, created_at,
    started_at, finished_at, NULL::timestamptz, FALSE, wait_seconds, run_seconds, NULL::uuid
FROM runs_finished;
GRANT SELECT ON runs_all TO daybreak_app;
