-- revision: 1

-- Dispatches runs in the transaction that changes them, with one job per 100 runs. A run that is due in more than a
-- minute gets no job; the rescue pass queues it when it is due.
CREATE OR REPLACE FUNCTION runs_ring(
    ring_lane text, owner_ids uuid [], run_ids uuid [], delay interval DEFAULT '0', urgency integer DEFAULT 0
) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    bells bigint [];
BEGIN
    IF delay <= interval '1 minute' THEN
        bells := ARRAY(
            SELECT nextval('pgq.pgqueuer_id_seq') FROM generate_series(0, (cardinality(owner_ids) - 1) / 100)
        );
        INSERT INTO pgq.pgqueuer (id, priority, entrypoint, payload, execute_after, status)
        SELECT
            bells[1 + b.bell], urgency, 'runs.' || ring_lane, convert_to(b.payload::text, 'UTF8'), now() + delay,
            'queued'
        FROM (
            SELECT
                (p.place - 1) / 100 AS bell, jsonb_agg(jsonb_build_array(p.owner_id, p.id) ORDER BY p.place) AS payload
            FROM unnest(owner_ids, run_ids) WITH ORDINALITY AS p (owner_id, id, place)
            GROUP BY 1
        ) AS b;
    END IF;
    UPDATE runs_open AS r SET job_id = bells[1 + (p.place - 1) / 100], rung_at = now() + delay
    FROM unnest(owner_ids, run_ids) WITH ORDINALITY AS p (owner_id, id, place)
    WHERE r.owner_id = p.owner_id AND r.id = p.id;
END $$;
REVOKE ALL ON FUNCTION runs_ring(text, uuid [], uuid [], interval, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_ring(text, uuid [], uuid [], interval, integer) TO daybreak_app;

-- Dispatches the oldest runs that wait for capacity of their owner, at most the given number for each (owner, lane).
-- Returns how many were dispatched.
CREATE OR REPLACE FUNCTION runs_admit(owner_ids uuid [], lanes text [], counts integer []) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    next_lane text;
    next_owners uuid [];
    next_runs uuid [];
    let_in integer := 0;
BEGIN
    FOR next_lane, next_owners, next_runs IN
        WITH admitted AS (
            SELECT a.lane, w.owner_id, w.id, a.place, w.nth
            FROM unnest(owner_ids, lanes, counts) WITH ORDINALITY AS a (owner_id, lane, places, place)
            CROSS JOIN LATERAL (
                SELECT o.owner_id, o.id, row_number() OVER () AS nth FROM (
                    SELECT r.owner_id, r.id FROM runs_open AS r
                    WHERE r.owner_id = a.owner_id AND r.lane = a.lane AND r.rung_at IS NULL AND r.status = 'queued'
                    ORDER BY r.created_at, r.id
                    LIMIT a.places
                    FOR UPDATE SKIP LOCKED
                ) AS o
            ) AS w
        )
        SELECT lane, array_agg(owner_id ORDER BY place, nth), array_agg(id ORDER BY place, nth)
        FROM admitted GROUP BY lane
    LOOP
        PERFORM runs_ring(next_lane, next_owners, next_runs);
        let_in := let_in + cardinality(next_runs);
    END LOOP;
    RETURN let_in;
END $$;
REVOKE ALL ON FUNCTION runs_admit(uuid [], text [], integer []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_admit(uuid [], text [], integer []) TO daybreak_app;
