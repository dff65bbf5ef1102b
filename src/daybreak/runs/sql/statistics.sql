-- revision: 1

-- Returns what each worker is running, by kind, for operators.
CREATE OR REPLACE FUNCTION runs_running_by_worker() RETURNS TABLE (worker_id uuid, kind text, runs bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT r.worker_id, r.kind, count(*), min(r.claimed_at)
    FROM runs_open AS r WHERE r.lease_until IS NOT NULL AND r.status = 'running' AND r.worker_id IS NOT NULL
    GROUP BY r.worker_id, r.kind
$$;
REVOKE ALL ON FUNCTION runs_running_by_worker() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_running_by_worker() TO daybreak_app;

-- Returns the latest runs of an owner for one key, newest first. Row-level security applies.
CREATE OR REPLACE FUNCTION runs_latest(owner uuid, latest_kind text, latest_key text, how_many integer) RETURNS TABLE (
    status text, result jsonb, errors jsonb, created_at timestamptz, started_at timestamptz, run_seconds float
)
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT r.status, r.result, r.errors, r.created_at, r.started_at, r.run_seconds
    FROM runs_all AS r
    WHERE r.owner_id = owner AND r.parent_id IS NULL AND r.kind = latest_kind AND r.key = latest_key
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT how_many
$$;
REVOKE ALL ON FUNCTION runs_latest(uuid, text, text, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_latest(uuid, text, text, integer) TO daybreak_app;

-- Returns how many runs of a kind are queued.
CREATE OR REPLACE FUNCTION runs_count_queued(counted_kind text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(sum(c.change), 0)::bigint FROM runs_counters AS c
    WHERE c.kind = counted_kind AND c.status = 'queued'
$$;
REVOKE ALL ON FUNCTION runs_count_queued(text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_count_queued(text) TO daybreak_app;

-- Returns the p95 run time of a kind's successful runs since then, and the number that ended per second in the busiest
-- minute.
CREATE OR REPLACE FUNCTION runs_throughput(
    measured_kind text, since timestamptz
) RETURNS TABLE (runs bigint, p95_duration interval, runs_per_second float)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
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
REVOKE ALL ON FUNCTION runs_throughput(text, timestamptz) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_throughput(text, timestamptz) TO daybreak_app;

-- Returns the histogram bucket of a time; 0005_runs.sql defines the buckets.
CREATE OR REPLACE FUNCTION runs_duration_bucket(seconds double precision) RETURNS smallint
LANGUAGE sql IMMUTABLE
RETURN CAST(ceil(4 * ln(greatest(seconds, 0.001) * 1000) / ln(2)) AS smallint);
REVOKE ALL ON FUNCTION runs_duration_bucket(double precision) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_duration_bucket(double precision) TO daybreak_app;

-- Folds counters into one row per kind and status, and histograms into one row per bucket.
CREATE OR REPLACE FUNCTION runs_fold_counters() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
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
REVOKE ALL ON FUNCTION runs_fold_counters() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_fold_counters() TO daybreak_app;
