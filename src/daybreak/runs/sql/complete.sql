-- revision: 1

-- Locks the runs of the list whose fence is still valid, in the order given. Returns whether each is to be cancelled.
-- The lock timeout limits how long the backend of a dead worker waits.
CREATE OR REPLACE FUNCTION runs_hold(
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
REVOKE ALL ON FUNCTION runs_hold(uuid [], uuid [], bigint []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_hold(uuid [], uuid [], bigint []) TO daybreak_app;

-- Completes runs whose rows the caller has locked. The list has {owner_id, id, part_of, status, result, error, delay,
-- refund, gaps, events, after_event, kind, key} and the last progress of each:
--
-- * status “queued” releases a run, to be dispatched after `delay` seconds (refund returns the attempt); “running” lets
--   it wait for its items; any other status ends it.
-- * events are pairs of name and data. after_event is the number of the event before them, so that events of a
--   transaction whose answer was lost are not written twice. Without it they come after all others.
-- * items, {id, kind, lane, key, parameters, max_attempts} each, are added to the run, or to the run that it is an item
--   of. With them come the lane of the run and the owner's limit of dispatched runs in a lane (places).
--
-- Sends no notifications: the caller does so after its commit, for many transactions at once. The exception is a
-- cancelled run whose last item ends; its end is notified in this transaction.
CREATE OR REPLACE FUNCTION runs_settle_untold(settlements jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
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
END $$;
REVOKE ALL ON FUNCTION runs_settle_untold(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_settle_untold(jsonb) TO daybreak_app;

-- Completes runs and notifies subscribers in the same transaction.
CREATE OR REPLACE FUNCTION runs_settle(settlements jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    SELECT runs_settle_untold(settlements);
    SELECT runs_tell(settlements);
$$;
REVOKE ALL ON FUNCTION runs_settle(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_settle(jsonb) TO daybreak_app;
