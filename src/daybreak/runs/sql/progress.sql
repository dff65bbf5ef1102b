-- revision: 1

-- Writes progress and events of running runs. The list is sorted and has {owner_id, id, fence, phase, done, total,
-- failed, skipped, events, after_event}. A run that was claimed again meanwhile stays unchanged. Counters never
-- decrease.
CREATE OR REPLACE FUNCTION runs_write_progress(reports jsonb) RETURNS void
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
    locked AS MATERIALIZED (
        SELECT
            s.owner_id, s.id, s.events, s.after_event, h.last_event_number, coalesce(s.phase, h.phase) AS phase,
            greatest(s.total, h.total) AS total, greatest(s.done, h.done) AS done,
            greatest(s.failed, h.failed) AS failed, greatest(s.skipped, h.skipped) AS skipped,
            h.done + h.failed + h.skipped AS before
        FROM s CROSS JOIN LATERAL (
            SELECT r.last_event_number, r.phase, r.total, r.done, r.failed, r.skipped FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = s.id AND r.fence = s.fence AND r.status = 'running'
                AND r.stage <> 'items'
            FOR UPDATE
        ) AS h
    ),
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT h.owner_id, h.id, h.after_event + e.ordinal, e.event ->> 0, e.event -> 1
        FROM locked AS h CROSS JOIN LATERAL jsonb_array_elements(h.events) WITH ORDINALITY AS e (event, ordinal)
        WHERE h.after_event + e.ordinal > h.last_event_number
    )
    UPDATE runs_open AS r SET
        phase = h.phase,
        total = h.total,
        done = h.done,
        failed = h.failed,
        skipped = h.skipped,
        highest_percentage = runs_highest_percentage(r.highest_percentage, h.done + h.failed + h.skipped, h.total),
        seconds_per_step = runs_seconds_per_step(r.seconds_per_step, r.last_step_at, h.done + h.failed + h.skipped - h.before),
        last_step_at = CASE WHEN h.done + h.failed + h.skipped > h.before THEN now() ELSE r.last_step_at END,
        last_event_number = h.after_event + jsonb_array_length(h.events)
    FROM locked AS h WHERE r.owner_id = h.owner_id AND r.id = h.id;
    PERFORM runs_notify(reports);
END $$;
REVOKE ALL ON FUNCTION runs_write_progress(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_write_progress(jsonb) TO daybreak_app;

-- Notifies subscribers of these runs, of their parents and of all runs of their owners: 70 runs per notification,
-- because a payload is limited to 8,000 bytes.
CREATE OR REPLACE FUNCTION runs_notify(topics jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    SELECT pg_notify('daybreak_runs', concat_ws(
        ',', string_agg(t.run ->> 'id', ',' ORDER BY t.ordinal), string_agg(DISTINCT t.run ->> 'parent_id', ','),
        string_agg(DISTINCT t.run ->> 'owner_id', ',')
    ))
    FROM jsonb_array_elements(topics) WITH ORDINALITY AS t (run, ordinal)
    GROUP BY (t.ordinal - 1) / 70
$$;
REVOKE ALL ON FUNCTION runs_notify(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_notify(jsonb) TO daybreak_app;

-- Returns the moving average of seconds per step after more steps.
CREATE OR REPLACE FUNCTION runs_seconds_per_step(
    seconds_per_step double precision, last_step_at timestamptz, steps integer
) RETURNS double precision
LANGUAGE sql STABLE
RETURN CASE
    WHEN steps <= 0 OR last_step_at IS NULL THEN seconds_per_step
    WHEN seconds_per_step IS NULL THEN extract(EPOCH FROM now() - last_step_at) / steps
    ELSE 0.7 * seconds_per_step + 0.3 * extract(EPOCH FROM now() - last_step_at) / steps
END;
REVOKE ALL ON FUNCTION runs_seconds_per_step(double precision, timestamptz, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_seconds_per_step(double precision, timestamptz, integer) TO daybreak_app;

-- Returns the displayed percentage, which never decreases.
CREATE OR REPLACE FUNCTION runs_highest_percentage(highest_percentage smallint, steps integer, total integer) RETURNS smallint
LANGUAGE sql IMMUTABLE
RETURN greatest(highest_percentage, CASE WHEN total > 0 THEN least(100, 100 * steps::bigint / total)::smallint END);
REVOKE ALL ON FUNCTION runs_highest_percentage(smallint, integer, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_highest_percentage(smallint, integer, integer) TO daybreak_app;
