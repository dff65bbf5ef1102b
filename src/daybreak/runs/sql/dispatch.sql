-- revision: 1

-- Dispatches runs in the transaction that changes them, with one job per 100 runs. A run that is due in more than a
-- minute gets no job; the rescue pass queues it when it is due.
CREATE OR REPLACE FUNCTION runs_dispatch(
    target_queue text, owner_ids uuid [], run_ids uuid [], delay interval DEFAULT '0', job_priority integer DEFAULT 0
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
REVOKE ALL ON FUNCTION runs_dispatch(text, uuid [], uuid [], interval, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_dispatch(text, uuid [], uuid [], interval, integer) TO daybreak_app;

-- Dispatches the oldest runs that wait for capacity of their owner, at most the given number for each (owner, queue).
-- Returns how many were dispatched.
CREATE OR REPLACE FUNCTION runs_dispatch_waiting(owner_ids uuid [], queues text [], counts integer []) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
REVOKE ALL ON FUNCTION runs_dispatch_waiting(uuid [], text [], integer []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_dispatch_waiting(uuid [], text [], integer []) TO daybreak_app;
