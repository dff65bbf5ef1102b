-- revision: 1
-- The protocol of the engine: each transition of a run is one statement or function. ADR 0006 explains it, and
-- docs/states.md draws the transitions. The following applies to all files in this folder.
--
-- Lock order: claimed runs, sorted, then the runs that they are items of, sorted. Transactions that come from the other
-- side (cancel, rescue) skip locked rows.
--
-- Planner settings: plans must not depend on statistics, which are stale after many rows have come or gone. Each plan
-- goes from the list in the parameters to the primary key, and is cached, because planning would take as long as
-- executing.
--
-- Functions with a single expression have no search_path: their names are bound at creation, and only without a setting
-- can PostgreSQL inline them.

-- Claims runs of the list that are due, or whose lease has expired. Locked rows are skipped; the rescue pass dispatches
-- them again. A claim for the finish of a run returns the outcome of its items.
CREATE OR REPLACE FUNCTION runs_claim(
    owner_ids uuid [], run_ids uuid [], known_kinds text [], worker uuid, lease interval
) RETURNS TABLE (
    owner_id uuid, id uuid, parent_id uuid, kind text, queue text, key text, parameters text, epoch integer,
    attempt integer, max_attempts integer, fence bigint, last_event_number bigint, wait_seconds float, items text
)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
REVOKE ALL ON FUNCTION runs_claim(uuid [], uuid [], text [], uuid, interval) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_claim(uuid [], uuid [], text [], uuid, interval) TO daybreak_app;

-- The heartbeat of a worker: updates its row and renews the leases of its runs. Returns the runs that still belong to
-- the worker, and whether each is to be cancelled. The lease of a locked row is not renewed this time; the transaction
-- with the lock decides about it.
CREATE OR REPLACE FUNCTION runs_heartbeat(
    worker uuid, worker_name text, worker_process_key text, worker_queues text [], is_draining boolean, lease interval,
    owner_ids uuid [], run_ids uuid [], fences bigint []
) RETURNS TABLE (run_id uuid, cancelled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
REVOKE ALL ON FUNCTION runs_heartbeat(
    uuid, text, text, text [], boolean, interval, uuid [], uuid [], bigint []
) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_heartbeat(
    uuid, text, text, text [], boolean, interval, uuid [], uuid [], bigint []
) TO daybreak_app;

-- Returns whether the parent of an item is to be cancelled.
CREATE OR REPLACE FUNCTION runs_is_cancelled(owner uuid, run uuid) RETURNS boolean
LANGUAGE sql STABLE
RETURN run IS NOT NULL AND EXISTS (SELECT FROM runs_open WHERE owner_id = owner AND id = run AND cancel_requested);
REVOKE ALL ON FUNCTION runs_is_cancelled(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_is_cancelled(uuid, uuid) TO daybreak_app;

-- Returns how long a running run has been running. The run of a dead worker ended with its lease.
CREATE OR REPLACE FUNCTION runs_running_seconds(
    status text, claimed_at timestamptz, lease_until timestamptz
) RETURNS double precision
LANGUAGE sql STABLE
RETURN CASE
    WHEN status = 'running' AND lease_until IS NOT NULL
        THEN greatest(0, extract(EPOCH FROM least(now(), lease_until) - claimed_at))
    ELSE 0
END;
REVOKE ALL ON FUNCTION runs_running_seconds(text, timestamptz, timestamptz) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_running_seconds(text, timestamptz, timestamptz) TO daybreak_app;
