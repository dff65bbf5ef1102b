-- revision: 1

-- Locks the runs of the list whose fence is still valid, in the order given. Returns whether each is to be cancelled.
-- The lock timeout limits how long the backend of a dead worker waits.
CREATE OR REPLACE FUNCTION runs_lock_claimed(
    owner_ids uuid [], run_ids uuid [], fences bigint []
) RETURNS TABLE (run_id uuid, cancelled boolean)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
REVOKE ALL ON FUNCTION runs_lock_claimed(uuid [], uuid [], bigint []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_lock_claimed(uuid [], uuid [], bigint []) TO daybreak_app;

-- Completes runs whose rows the caller has locked. The list has {owner_id, id, parent_id, status, result, error, delay,
-- refund, gaps, events, after_event, kind, key} and the last progress of each:
--
-- * status “queued” releases a run, to be dispatched after `delay` seconds (refund returns the attempt); “running” lets
--   it wait for its items; any other status ends it.
-- * events are pairs of name and data. after_event is the number of the event before them, so that events of a
--   transaction whose answer was lost are not written twice. Without it they come after all others.
-- * items, {id, kind, queue, key, parameters, max_attempts} each, are added to the run, or to the run that it is an item
--   of. With them come the queue of the run and the owner's limit of dispatched runs per queue (max_dispatched).
--
-- Sends no notifications: the caller does so after its commit, for many transactions at once. The exception is a
-- cancelled run whose last item ends; its end is notified in this transaction.
CREATE OR REPLACE FUNCTION runs_complete_silently(completions jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
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
END $$;
REVOKE ALL ON FUNCTION runs_complete_silently(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_complete_silently(jsonb) TO daybreak_app;

-- Completes runs and notifies subscribers in the same transaction.
CREATE OR REPLACE FUNCTION runs_complete(completions jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    SELECT runs_complete_silently(completions);
    SELECT runs_notify(completions);
$$;
REVOKE ALL ON FUNCTION runs_complete(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_complete(jsonb) TO daybreak_app;
