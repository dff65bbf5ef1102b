-- revision: 1

-- Adds the items of these completions, each once per fan-out generation of its run, and dispatches as many as
-- their owners have capacity for. The run that fans out waits and frees its own capacity.
CREATE OR REPLACE FUNCTION runs_fan_out(completions jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    room record;
    is_again boolean;
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(completions) AS s (
            owner_id uuid, id uuid, status text, result jsonb, events jsonb, after_event bigint, phase text
        ) WHERE s.status = 'running'
    ),
    waiting AS (
        UPDATE runs_open AS r SET
            stage = 'items',
            attempts = 0,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            phase = coalesce(s.phase, r.phase),
            result = s.result,
            run_seconds = r.run_seconds + runs_running_seconds(r.status, r.claimed_at, r.lease_until),
            lease_until = NULL,
            worker_id = NULL,
            job_id = NULL,
            dispatched_at = NULL,
            last_step_at = now(),
            last_event_number = coalesce(s.after_event, r.last_event_number) + jsonb_array_length(s.events)
        FROM s INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
        WHERE r.owner_id = o.owner_id AND r.id = o.id
        RETURNING
            r.owner_id, r.id, s.events, coalesce(s.after_event, o.last_event_number) AS after_event,
            o.last_event_number AS known
    )
    INSERT INTO runs_events (owner_id, run_id, number, name, data)
    SELECT w.owner_id, w.id, w.after_event + e.ordinal, e.event ->> 0, e.event -> 1
    FROM waiting AS w CROSS JOIN LATERAL jsonb_array_elements(w.events) WITH ORDINALITY AS e (event, ordinal)
    WHERE w.after_event + e.ordinal > w.known;

    -- Lock the run before its items are inserted: two items may add the same one.
    SELECT bool_or(locked.fan_out_generation IS NOT NULL) INTO is_again FROM (
        SELECT DISTINCT s.owner_id, coalesce(s.parent_id, s.id) AS run_id
        FROM jsonb_to_recordset(completions) AS s (owner_id uuid, id uuid, parent_id uuid)
        ORDER BY 1, 2
    ) AS p
    CROSS JOIN LATERAL (
        SELECT r.fan_out_generation FROM runs_open AS r WHERE r.owner_id = p.owner_id AND r.id = p.run_id FOR UPDATE
    ) AS locked;
    IF is_again THEN
        PERFORM runs_restart_items(completions);
    END IF;

    WITH new AS (
        SELECT s.owner_id, coalesce(s.parent_id, s.id) AS run_id, whole.fan_out_generation, i.*,
            row_number() OVER () AS ordinal
        FROM jsonb_to_recordset(completions) AS s (owner_id uuid, id uuid, parent_id uuid, items jsonb)
        LEFT JOIN LATERAL (
            SELECT r.fan_out_generation FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.parent_id, s.id)
        ) AS whole ON TRUE
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            id uuid, kind text, queue text, key text, parameters jsonb, max_attempts integer
        )
    ),
    added AS (
        INSERT INTO runs_open (
            owner_id, id, parent_id, kind, queue, key, parameters, status, max_attempts, created_at, scheduled_at,
            fan_out_generation
        )
        SELECT
            n.owner_id, n.id, n.run_id, n.kind, n.queue, n.key, n.parameters, 'queued', n.max_attempts,
            -- Preserves the given order, although all are created at the same instant.
            now() + n.ordinal * interval '1 microsecond', now(), n.fan_out_generation
        FROM new AS n
        WHERE NOT EXISTS (
            SELECT FROM runs_finished AS f
            WHERE f.owner_id = n.owner_id AND f.parent_id = n.run_id AND f.kind = n.kind AND f.key = n.key
        )
        ON CONFLICT (owner_id, parent_id, kind, key) WHERE parent_id IS NOT NULL DO NOTHING
        RETURNING owner_id, parent_id
    ),
    counted AS (SELECT owner_id, parent_id, count(*)::integer AS items FROM added GROUP BY owner_id, parent_id)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.parent_id;

    FOR room IN
        SELECT p.owner_id, p.queue, (p.max_dispatched - w.used)::integer AS free
        FROM (
            SELECT s.owner_id, i.queue, s.max_dispatched
            FROM jsonb_to_recordset(completions) AS s (owner_id uuid, max_dispatched integer, items jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (queue text)
            UNION
            SELECT s.owner_id, s.queue, s.max_dispatched
            FROM jsonb_to_recordset(completions) AS s (owner_id uuid, queue text, max_dispatched integer)
            WHERE s.max_dispatched IS NOT NULL
        ) AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.queue = p.queue AND r.job_id IS NOT NULL LIMIT p.max_dispatched
            ) AS dispatched_rows
        ) AS w
        WHERE w.used < p.max_dispatched
    LOOP
        PERFORM runs_dispatch_waiting(ARRAY[room.owner_id], ARRAY[room.queue], ARRAY[room.free]);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_fan_out(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_fan_out(jsonb) TO daybreak_app;

-- Restarts items that an earlier generation of their run had, in a new epoch and with the new parameters. The caller
-- has locked the run.
CREATE OR REPLACE FUNCTION runs_restart_items(completions jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    WITH new AS MATERIALIZED (
        SELECT s.owner_id, whole.id AS run_id, whole.fan_out_generation AS new_generation, i.*,
            row_number() OVER () AS ordinal
        FROM jsonb_to_recordset(completions) AS s (owner_id uuid, id uuid, parent_id uuid, items jsonb)
        CROSS JOIN LATERAL (
            SELECT r.id, r.fan_out_generation FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.parent_id, s.id)
        ) AS whole
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            kind text, queue text, key text, parameters jsonb, max_attempts integer
        )
    ),
    gone AS (
        DELETE FROM runs_finished AS f USING new AS n
        WHERE f.owner_id = n.owner_id AND f.parent_id = n.run_id AND f.kind = n.kind AND f.key = n.key
            AND f.fan_out_generation IS DISTINCT FROM n.new_generation
        RETURNING
            f.*, n.new_generation, n.ordinal, n.queue AS new_queue, n.parameters AS new_parameters,
            n.max_attempts AS new_max_attempts
    ),
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, last_event_number + 1, 'queued', jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, parent_id, kind, queue, key, parameters, status, epoch, max_attempts, fence, last_event_number,
            errors, created_at, scheduled_at, wait_seconds, run_seconds, fan_out_generation
        )
        SELECT
            owner_id, id, parent_id, kind, new_queue, key, new_parameters, 'queued', epoch + 1, new_max_attempts, fence,
            last_event_number + 1, errors, now() + ordinal * interval '1 microsecond', now(), wait_seconds, run_seconds,
            new_generation
        FROM gone
        RETURNING owner_id, parent_id
    ),
    counted AS (SELECT owner_id, parent_id, count(*)::integer AS items FROM back GROUP BY owner_id, parent_id)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.parent_id;
END $$;
REVOKE ALL ON FUNCTION runs_restart_items(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_restart_items(jsonb) TO daybreak_app;

-- Adds the outcomes of ended items to their runs. The last item dispatches the finish of its run. The caller sends the
-- notifications.
CREATE OR REPLACE FUNCTION runs_advance_parents(completions jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    change record;
    run runs_open;
    steps integer;
BEGIN
    FOR change IN
        SELECT
            s.owner_id, coalesce(s.parent_id, s.id) AS run_id,
            count(*) FILTER (WHERE s.parent_id IS NOT NULL AND s.status IN ('succeeded', 'partial'))::integer AS done,
            count(*) FILTER (WHERE s.parent_id IS NOT NULL AND s.status = 'failed')::integer AS failed,
            count(*) FILTER (WHERE s.parent_id IS NOT NULL AND s.status IN ('skipped', 'cancelled'))::integer AS skipped,
            coalesce(jsonb_agg(
                jsonb_build_object('item', s.id, 'kind', s.kind, 'key', s.key, 'status', s.status) ORDER BY s.id
            ) FILTER (WHERE s.parent_id IS NOT NULL AND s.status NOT IN ('queued', 'running')), '[]') AS events
        FROM jsonb_to_recordset(completions) AS s (
            owner_id uuid, id uuid, parent_id uuid, kind text, key text, status text
        )
        WHERE s.parent_id IS NOT NULL OR s.status = 'running'
        GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        SELECT * INTO run FROM runs_open AS r
        WHERE r.owner_id = change.owner_id AND r.id = change.run_id AND r.stage = 'items' FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        steps := change.done + change.failed + change.skipped;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT run.owner_id, run.id, run.last_event_number + e.ordinal, 'item', e.data
        FROM jsonb_array_elements(change.events) WITH ORDINALITY AS e (data, ordinal);
        UPDATE runs_open AS r SET
            done = r.done + change.done,
            failed = r.failed + change.failed,
            skipped = r.skipped + change.skipped,
            open_items = r.open_items - steps,
            last_event_number = r.last_event_number + jsonb_array_length(change.events),
            highest_percentage = runs_highest_percentage(r.highest_percentage, r.done + r.failed + r.skipped + steps, r.total),
            seconds_per_step = runs_seconds_per_step(r.seconds_per_step, r.last_step_at, steps),
            last_step_at = CASE WHEN steps > 0 THEN now() ELSE r.last_step_at END
        WHERE r.owner_id = run.owner_id AND r.id = run.id
        RETURNING r.* INTO run;
        IF run.open_items <= 0 THEN
            PERFORM runs_dispatch_finish(run.owner_id, run.id);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_advance_parents(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_advance_parents(jsonb) TO daybreak_app;

-- Dispatches the finish of a run whose items have all ended; a cancelled run ends here. The caller has locked its row.
CREATE OR REPLACE FUNCTION runs_dispatch_finish(owner uuid, run_id uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    run runs_open;
BEGIN
    UPDATE runs_open AS r SET
        status = CASE WHEN r.cancel_requested THEN r.status ELSE 'queued' END,
        stage = 'finish',
        scheduled_at = now(),
        gaps = ARRAY(
            SELECT f.key FROM runs_finished AS f
            WHERE f.owner_id = owner AND f.parent_id = runs_dispatch_finish.run_id AND f.status IN ('failed', 'partial')
                AND f.fan_out_generation IS NOT DISTINCT FROM r.fan_out_generation
            ORDER BY f.created_at, f.id LIMIT 100
        )
    WHERE r.owner_id = owner AND r.id = runs_dispatch_finish.run_id
    RETURNING r.* INTO run;
    IF run.cancel_requested THEN
        PERFORM runs_complete(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
    ELSE
        PERFORM runs_dispatch(run.queue, ARRAY[owner], ARRAY[run.id]);
    END IF;
END $$;
REVOKE ALL ON FUNCTION runs_dispatch_finish(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_dispatch_finish(uuid, uuid) TO daybreak_app;
