-- revision: 1

-- Writes progress and events of running runs. The list is sorted and has {owner_id, id, fence, phase, done, total,
-- failed, skipped, events, after_event}. A run that was claimed again meanwhile stays unchanged. Counters never
-- decrease.
CREATE OR REPLACE FUNCTION runs_report(reports jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(reports) AS s (
            owner_id uuid, id uuid, fence bigint, phase text, done integer, total integer, failed integer,
            skipped integer, events jsonb, after_event bigint
        )
    ),
    held AS MATERIALIZED (
        SELECT
            s.owner_id, s.id, s.events, s.after_event, h.event_number, coalesce(s.phase, h.phase) AS phase,
            greatest(s.total, h.total) AS total, greatest(s.done, h.done) AS done,
            greatest(s.failed, h.failed) AS failed, greatest(s.skipped, h.skipped) AS skipped,
            h.done + h.failed + h.skipped AS before
        FROM s CROSS JOIN LATERAL (
            SELECT r.event_number, r.phase, r.total, r.done, r.failed, r.skipped FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = s.id AND r.fence = s.fence AND r.status = 'running'
                AND r.step <> 'items'
            FOR UPDATE
        ) AS h
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT h.owner_id, h.id, h.after_event + e.place, e.event ->> 0, e.event -> 1
        FROM held AS h CROSS JOIN LATERAL jsonb_array_elements(h.events) WITH ORDINALITY AS e (event, place)
        WHERE h.after_event + e.place > h.event_number
    )
    UPDATE runs_open AS r SET
        phase = h.phase,
        total = h.total,
        done = h.done,
        failed = h.failed,
        skipped = h.skipped,
        reached = runs_reached(r.reached, h.done + h.failed + h.skipped, h.total),
        pace = runs_pace(r.pace, r.paced_at, h.done + h.failed + h.skipped - h.before),
        paced_at = CASE WHEN h.done + h.failed + h.skipped > h.before THEN now() ELSE r.paced_at END,
        event_number = h.after_event + jsonb_array_length(h.events)
    FROM held AS h WHERE r.owner_id = h.owner_id AND r.id = h.id;
    PERFORM runs_tell(reports);
END $$;
REVOKE ALL ON FUNCTION runs_report(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_report(jsonb) TO daybreak_app;

-- Notifies subscribers of these runs, of their parents and of all runs of their owners: 70 runs per notification,
-- because a payload is limited to 8,000 bytes.
CREATE OR REPLACE FUNCTION runs_tell(told jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    SELECT pg_notify('daybreak_runs', concat_ws(
        ',', string_agg(t.run ->> 'id', ',' ORDER BY t.place), string_agg(DISTINCT t.run ->> 'part_of', ','),
        string_agg(DISTINCT t.run ->> 'owner_id', ',')
    ))
    FROM jsonb_array_elements(told) WITH ORDINALITY AS t (run, place)
    GROUP BY (t.place - 1) / 70
$$;
REVOKE ALL ON FUNCTION runs_tell(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_tell(jsonb) TO daybreak_app;

-- Returns the moving average of seconds per step after more steps.
CREATE OR REPLACE FUNCTION runs_pace(
    pace double precision, paced_at timestamptz, steps integer
) RETURNS double precision
LANGUAGE sql STABLE
RETURN CASE
    WHEN steps <= 0 OR paced_at IS NULL THEN pace
    WHEN pace IS NULL THEN extract(EPOCH FROM now() - paced_at) / steps
    ELSE 0.7 * pace + 0.3 * extract(EPOCH FROM now() - paced_at) / steps
END;
REVOKE ALL ON FUNCTION runs_pace(double precision, timestamptz, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_pace(double precision, timestamptz, integer) TO daybreak_app;

-- Returns the displayed percentage, which never decreases.
CREATE OR REPLACE FUNCTION runs_reached(reached smallint, steps integer, total integer) RETURNS smallint
LANGUAGE sql IMMUTABLE
RETURN greatest(reached, CASE WHEN total > 0 THEN least(100, 100 * steps::bigint / total)::smallint END);
REVOKE ALL ON FUNCTION runs_reached(smallint, integer, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_reached(smallint, integer, integer) TO daybreak_app;
