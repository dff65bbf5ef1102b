-- revision: 1

-- Adds the items of these completions, each once per fan-out generation (round) of its run, and dispatches as many as
-- their owners have capacity for. The run that fans out waits and frees its own capacity.
CREATE OR REPLACE FUNCTION runs_fan_out(settlements jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    room record;
    is_again boolean;
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(settlements) AS s (
            owner_id uuid, id uuid, status text, result jsonb, events jsonb, after_event bigint, phase text
        ) WHERE s.status = 'running'
    ),
    waiting AS (
        UPDATE runs_open AS r SET
            step = 'items',
            attempts = 0,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            phase = coalesce(s.phase, r.phase),
            result = s.result,
            run_seconds = r.run_seconds + runs_seconds_under_way(r.status, r.claimed_at, r.lease_until),
            lease_until = NULL,
            worker_id = NULL,
            job_id = NULL,
            rung_at = NULL,
            paced_at = now(),
            event_number = coalesce(s.after_event, r.event_number) + jsonb_array_length(s.events)
        FROM s INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
        WHERE r.owner_id = o.owner_id AND r.id = o.id
        RETURNING
            r.owner_id, r.id, s.events, coalesce(s.after_event, o.event_number) AS after_event,
            o.event_number AS known
    )
    INSERT INTO runs_events (owner_id, run_id, number, name, data)
    SELECT w.owner_id, w.id, w.after_event + e.place, e.event ->> 0, e.event -> 1
    FROM waiting AS w CROSS JOIN LATERAL jsonb_array_elements(w.events) WITH ORDINALITY AS e (event, place)
    WHERE w.after_event + e.place > w.known;

    -- Lock the run before its items are inserted: two items may add the same one.
    SELECT bool_or(locked.round IS NOT NULL) INTO is_again FROM (
        SELECT DISTINCT s.owner_id, coalesce(s.part_of, s.id) AS run_id
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid)
        ORDER BY 1, 2
    ) AS p
    CROSS JOIN LATERAL (
        SELECT r.round FROM runs_open AS r WHERE r.owner_id = p.owner_id AND r.id = p.run_id FOR UPDATE
    ) AS locked;
    IF is_again THEN
        PERFORM runs_renew_items(settlements);
    END IF;

    WITH new AS (
        SELECT s.owner_id, coalesce(s.part_of, s.id) AS run_id, whole.round, i.*, row_number() OVER () AS place
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid, items jsonb)
        LEFT JOIN LATERAL (
            SELECT r.round FROM runs_open AS r WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.part_of, s.id)
        ) AS whole ON TRUE
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            id uuid, kind text, lane text, key text, parameters jsonb, max_attempts integer
        )
    ),
    added AS (
        INSERT INTO runs_open (
            owner_id, id, part_of, kind, lane, key, parameters, status, max_attempts, created_at, not_before,
            round
        )
        SELECT
            n.owner_id, n.id, n.run_id, n.kind, n.lane, n.key, n.parameters, 'queued', n.max_attempts,
            -- Preserves the given order, although all are created at the same instant.
            now() + n.place * interval '1 microsecond', now(), n.round
        FROM new AS n
        WHERE NOT EXISTS (
            SELECT FROM runs_finished AS f
            WHERE f.owner_id = n.owner_id AND f.part_of = n.run_id AND f.kind = n.kind AND f.key = n.key
        )
        ON CONFLICT (owner_id, part_of, kind, key) WHERE part_of IS NOT NULL DO NOTHING
        RETURNING owner_id, part_of
    ),
    counted AS (SELECT owner_id, part_of, count(*)::integer AS items FROM added GROUP BY owner_id, part_of)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.part_of;

    FOR room IN
        SELECT p.owner_id, p.lane, (p.places - w.used)::integer AS free
        FROM (
            SELECT s.owner_id, i.lane, s.places
            FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, places integer, items jsonb)
            CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (lane text)
            UNION
            SELECT s.owner_id, s.lane, s.places
            FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, lane text, places integer)
            WHERE s.places IS NOT NULL
        ) AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.lane = p.lane AND r.job_id IS NOT NULL LIMIT p.places
            ) AS rung_rows
        ) AS w
        WHERE w.used < p.places
    LOOP
        PERFORM runs_admit(ARRAY[room.owner_id], ARRAY[room.lane], ARRAY[room.free]);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_fan_out(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_fan_out(jsonb) TO daybreak_app;

-- Restarts items that an earlier generation of their run had, in a new epoch and with the new parameters. The caller
-- has locked the run.
CREATE OR REPLACE FUNCTION runs_renew_items(settlements jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    WITH new AS MATERIALIZED (
        SELECT s.owner_id, whole.id AS run_id, whole.round AS new_round, i.*, row_number() OVER () AS place
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid, items jsonb)
        CROSS JOIN LATERAL (
            SELECT r.id, r.round FROM runs_open AS r WHERE r.owner_id = s.owner_id AND r.id = coalesce(s.part_of, s.id)
        ) AS whole
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            kind text, lane text, key text, parameters jsonb, max_attempts integer
        )
    ),
    gone AS (
        DELETE FROM runs_finished AS f USING new AS n
        WHERE f.owner_id = n.owner_id AND f.part_of = n.run_id AND f.kind = n.kind AND f.key = n.key
            AND f.round IS DISTINCT FROM n.new_round
        RETURNING
            f.*, n.new_round, n.place, n.lane AS new_lane, n.parameters AS new_parameters,
            n.max_attempts AS new_max_attempts
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, event_number + 1, 'queued', jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, part_of, kind, lane, key, parameters, status, epoch, max_attempts, fence, event_number,
            errors, created_at, not_before, wait_seconds, run_seconds, round
        )
        SELECT
            owner_id, id, part_of, kind, new_lane, key, new_parameters, 'queued', epoch + 1, new_max_attempts, fence,
            event_number + 1, errors, now() + place * interval '1 microsecond', now(), wait_seconds, run_seconds,
            new_round
        FROM gone
        RETURNING owner_id, part_of
    ),
    counted AS (SELECT owner_id, part_of, count(*)::integer AS items FROM back GROUP BY owner_id, part_of)
    UPDATE runs_open AS r SET total = r.total + c.items, open_items = r.open_items + c.items
    FROM counted AS c WHERE r.owner_id = c.owner_id AND r.id = c.part_of;
END $$;
REVOKE ALL ON FUNCTION runs_renew_items(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_renew_items(jsonb) TO daybreak_app;

-- Adds the outcomes of ended items to their runs. The last item dispatches the finish of its run. The caller sends the
-- notifications.
CREATE OR REPLACE FUNCTION runs_advance(settlements jsonb) RETURNS void
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
            s.owner_id, coalesce(s.part_of, s.id) AS run_id,
            count(*) FILTER (WHERE s.part_of IS NOT NULL AND s.status IN ('succeeded', 'partial'))::integer AS done,
            count(*) FILTER (WHERE s.part_of IS NOT NULL AND s.status = 'failed')::integer AS failed,
            count(*) FILTER (WHERE s.part_of IS NOT NULL AND s.status IN ('skipped', 'cancelled'))::integer AS skipped,
            coalesce(jsonb_agg(
                jsonb_build_object('item', s.id, 'kind', s.kind, 'key', s.key, 'status', s.status) ORDER BY s.id
            ) FILTER (WHERE s.part_of IS NOT NULL AND s.status NOT IN ('queued', 'running')), '[]') AS events
        FROM jsonb_to_recordset(settlements) AS s (
            owner_id uuid, id uuid, part_of uuid, kind text, key text, status text
        )
        WHERE s.part_of IS NOT NULL OR s.status = 'running'
        GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        SELECT * INTO run FROM runs_open AS r
        WHERE r.owner_id = change.owner_id AND r.id = change.run_id AND r.step = 'items' FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        steps := change.done + change.failed + change.skipped;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT run.owner_id, run.id, run.event_number + e.place, 'item', e.data
        FROM jsonb_array_elements(change.events) WITH ORDINALITY AS e (data, place);
        UPDATE runs_open AS r SET
            done = r.done + change.done,
            failed = r.failed + change.failed,
            skipped = r.skipped + change.skipped,
            open_items = r.open_items - steps,
            event_number = r.event_number + jsonb_array_length(change.events),
            reached = runs_reached(r.reached, r.done + r.failed + r.skipped + steps, r.total),
            pace = runs_pace(r.pace, r.paced_at, steps),
            paced_at = CASE WHEN steps > 0 THEN now() ELSE r.paced_at END
        WHERE r.owner_id = run.owner_id AND r.id = run.id
        RETURNING r.* INTO run;
        IF run.open_items <= 0 THEN
            PERFORM runs_have_finished(run.owner_id, run.id);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_advance(jsonb) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_advance(jsonb) TO daybreak_app;

-- Dispatches the finish of a run whose items have all ended; a cancelled run ends here. The caller has locked its row.
CREATE OR REPLACE FUNCTION runs_have_finished(owner uuid, run_id uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    run runs_open;
BEGIN
    UPDATE runs_open AS r SET
        status = CASE WHEN r.cancel THEN r.status ELSE 'queued' END,
        step = 'finish',
        not_before = now(),
        gaps = ARRAY(
            SELECT f.key FROM runs_finished AS f
            WHERE f.owner_id = owner AND f.part_of = runs_have_finished.run_id AND f.status IN ('failed', 'partial')
                AND f.round IS NOT DISTINCT FROM r.round
            ORDER BY f.created_at, f.id LIMIT 100
        )
    WHERE r.owner_id = owner AND r.id = runs_have_finished.run_id
    RETURNING r.* INTO run;
    IF run.cancel THEN
        PERFORM runs_settle(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
    ELSE
        PERFORM runs_ring(run.lane, ARRAY[owner], ARRAY[run.id]);
    END IF;
END $$;
REVOKE ALL ON FUNCTION runs_have_finished(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_have_finished(uuid, uuid) TO daybreak_app;
