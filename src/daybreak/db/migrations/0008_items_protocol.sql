-- The protocol of the engine, with items: every move of a run, each in one statement or function. ADR 0006 says why,
-- docs/states.md draws the moves. It replaces 0006_runs_protocol.sql but for runs_tell; runs_ring is in 0005.
--
-- Rows are locked in one order: those that somebody holds, sorted, and only then the runs that they are items of,
-- sorted. Whoever comes from the other side (a cancel, the sweep) passes by what is locked.
--
-- Where the planner is told what to do: plans of these functions must not depend on statistics, which are old whenever
-- much has come or gone. Each goes from the list that it is given to the primary key, and is kept: planning anew at
-- every call would take as long as running.

--
-- Functions of one expression have no search_path of their own: their names are bound when they are made, and only so
-- can they be inlined.

-- squawk-ignore-file ban-drop-function

-- “IS TRUE” keeps the planner from going by owner where a statement names the rows by key: of an owner with many open
-- runs it would read them all.
ALTER POLICY owners ON runs_open
USING ((owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid [])) IS TRUE);

DROP FUNCTION runs_claim(uuid [], uuid [], text [], uuid, interval);
DROP FUNCTION runs_sweep(integer, interval, interval, integer);
DROP FUNCTION runs_tidy(integer);

-- Whoever rings does so for rows that are theirs, and weeks are the upkeep's business.
ALTER FUNCTION runs_ring(text, uuid [], uuid [], interval, integer) SECURITY INVOKER;
REVOKE EXECUTE ON FUNCTION runs_make_partitions(interval), runs_drop_partitions(interval) FROM daybreak_app;

-- Let the oldest runs that wait outside their owner's window in: so many of each (owner, lane).
CREATE OR REPLACE FUNCTION runs_admit(owner_ids uuid [], lanes text [], counts integer []) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    next_lane text;
    next_owners uuid [];
    next_runs uuid [];
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
    END LOOP;
END $$;

-- Make a run and ring for it, or, beyond its owner's window, let it wait. Gives the id of the run that is open for
-- (owner, kind, key): the new one, or the one that was there already.
CREATE OR REPLACE FUNCTION runs_start(
    owner uuid, new_id uuid, new_kind text, new_lane text, new_key text, new_parameters jsonb,
    new_max_attempts integer, delay interval, places integer
) RETURNS uuid
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    open_id uuid;
BEGIN
    LOOP
        INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts, not_before)
        VALUES (
            owner, new_id, new_kind, new_lane, new_key, new_parameters, 'queued', new_max_attempts,
            now() + delay
        )
        ON CONFLICT (owner_id, kind, key) WHERE part_of IS NULL DO NOTHING RETURNING id INTO open_id;
        EXIT WHEN open_id IS NOT NULL;
        -- It may end, and so go away, between the two statements.
        SELECT id INTO open_id FROM runs_open
        WHERE owner_id = owner AND kind = new_kind AND key = new_key AND part_of IS NULL;
        IF open_id IS NOT NULL THEN
            -- A person waits now for what was to be done when there is time.
            IF new_lane = 'people' THEN
                UPDATE runs_open AS r SET lane = new_lane
                FROM (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = owner AND o.id = open_id AND o.status = 'queued' AND o.step = 'begin'
                        AND o.lane <> new_lane AND o.not_before <= now()
                    FOR UPDATE SKIP LOCKED
                ) AS f
                WHERE r.owner_id = owner AND r.id = f.id;
                IF FOUND THEN
                    PERFORM runs_ring(new_lane, ARRAY[owner], ARRAY[open_id]);
                END IF;
            END IF;
            RETURN open_id;
        END IF;
    END LOOP;
    PERFORM runs_tell(jsonb_build_array(jsonb_build_object('id', new_id, 'owner_id', owner)));
    IF delay > interval '0' OR places > (
        SELECT count(*) FROM (
            SELECT FROM runs_open WHERE owner_id = owner AND lane = new_lane AND rung_at IS NOT NULL LIMIT places
        ) AS rung
    ) THEN
        PERFORM runs_ring(new_lane, ARRAY[owner], ARRAY[new_id], delay);
    END IF;
    RETURN new_id;
END $$;

-- For how long a run that was running has been; what a dead worker held ended with its lease.
CREATE FUNCTION runs_seconds_under_way(
    status text, claimed_at timestamptz, lease_until timestamptz
) RETURNS double precision
LANGUAGE sql STABLE
RETURN CASE
    WHEN status = 'running' AND lease_until IS NOT NULL
        THEN greatest(0, extract(EPOCH FROM least(now(), lease_until) - claimed_at))
    ELSE 0
END;
REVOKE ALL ON FUNCTION runs_seconds_under_way(text, timestamptz, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION runs_seconds_under_way(text, timestamptz, timestamptz) TO daybreak_app;

-- Whether the run of which this one is an item is to be cancelled.
CREATE FUNCTION runs_is_cancelled(owner uuid, run uuid) RETURNS boolean
LANGUAGE sql STABLE
RETURN run IS NOT NULL AND EXISTS (SELECT FROM runs_open WHERE owner_id = owner AND id = run AND cancel);
REVOKE ALL ON FUNCTION runs_is_cancelled(uuid, uuid) FROM public;
GRANT EXECUTE ON FUNCTION runs_is_cancelled(uuid, uuid) TO daybreak_app;

-- Take what is due of these, or was left by somebody whose lease is over. A row that somebody holds is passed by: the
-- sweep will ring for it again. Whoever is to finish a run is told what came of its items.
CREATE FUNCTION runs_claim(
    owner_ids uuid [], run_ids uuid [], known_kinds text [], worker uuid, lease interval
) RETURNS TABLE (
    owner_id uuid, id uuid, part_of uuid, kind text, lane text, key text, parameters text, epoch integer,
    attempt integer, max_attempts integer, fence bigint, event_number bigint, waited float, items text
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
                -- What a dead worker left could have begun when its lease was over.
                greatest(0, extract(EPOCH FROM now() - greatest(
                    o.created_at, o.not_before, o.lease_until
                )))::float AS waited
            FROM runs_open AS o
            WHERE o.owner_id = w.owner_id AND o.id = w.id
                AND o.kind = ANY (known_kinds)
                AND NOT o.cancel
                AND NOT runs_is_cancelled(o.owner_id, o.part_of)
                AND o.attempts < o.max_attempts
                AND (
                    (o.status = 'queued' AND o.not_before <= now())
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
            run_seconds = r.run_seconds + runs_seconds_under_way(r.status, r.claimed_at, r.lease_until),
            claimed_at = now(),
            paced_at = coalesce(r.paced_at, now()),
            event_number = r.event_number + 1,
            errors = CASE WHEN r.status = 'queued' THEN r.errors ELSE r.errors || jsonb_build_object(
                'epoch', r.epoch, 'attempt', r.attempts, 'at', now(), 'class', 'WorkerDied', 'retryable', TRUE,
                'message', 'The worker died or lost touch with the database.'
            ) END
        FROM free WHERE r.owner_id = free.owner_id AND r.id = free.id
        RETURNING r.*, free.waited
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT c.owner_id, c.id, c.event_number, 'running',
            jsonb_build_object('epoch', c.epoch, 'attempt', c.attempts, 'worker', worker_name)
        FROM claimed AS c
    )
    SELECT
        c.owner_id, c.id, c.part_of, c.kind, c.lane, c.key, c.parameters::text, c.epoch, c.attempts, c.max_attempts,
        c.fence, c.event_number, c.waited,
        CASE WHEN c.step = 'finish' THEN jsonb_build_object(
            'total', c.total, 'done', c.done, 'failed', c.failed, 'skipped', c.skipped, 'gaps', c.gaps,
            'result', c.result
        )::text END
    FROM claimed AS c;
END $$;
REVOKE ALL ON FUNCTION runs_claim(uuid [], uuid [], text [], uuid, interval) FROM public;
GRANT EXECUTE ON FUNCTION runs_claim(uuid [], uuid [], text [], uuid, interval) TO daybreak_app;

-- Lock, in the order given, those of these runs that are still ours; whether each is to be cancelled. The backend of a
-- worker that has died must not wait for ever.
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
    SELECT h.id, h.cancel OR runs_is_cancelled(h.owner_id, h.part_of)
    FROM unnest(owner_ids, run_ids, fences) AS w (owner_id, id, fence)
    CROSS JOIN LATERAL (
        SELECT o.owner_id, o.id, o.part_of, o.cancel FROM runs_open AS o
        WHERE o.owner_id = w.owner_id AND o.id = w.id AND o.fence = w.fence AND o.status = 'running'
            -- Who waits for its items is nobody's: a commit whose answer was lost must not be done again.
            AND o.step <> 'items'
        FOR UPDATE
    ) AS h;
END $$;

-- What becomes of runs whose rows the caller has locked, all at once: a list of {owner_id, id, part_of, status, result,
-- error, delay, refund, gaps, events, after_event, kind, key} and the last progress.
--   status “queued” sends one back, to be rung for after so many seconds (refund gives the attempt back);
--   “running” lets it wait for the items that it fans out to; any other ends it.
--   events are pairs of name and data; after_event is the number of the one before them, so that what was written already
--   by a transaction whose answer was lost is not written again. Without it they come after all others.
--   items, {id, kind, lane, key, parameters, max_attempts} each, are added to the run, or to the run that it is an item
--   of; with them come the lane of the run and the places in its owner's window.
CREATE OR REPLACE FUNCTION runs_settle(settlements jsonb) RETURNS void
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
            wait_seconds, run_seconds
        )
        SELECT
            owner_id, id, part_of, kind, lane, key, parameters, ending, step, epoch, attempts, max_attempts, fence,
            after_event + jsonb_array_length(events), coalesce(last_phase, phase), greatest(last_total, total),
            greatest(last_done, done), greatest(last_failed, failed), greatest(last_skipped, skipped),
            coalesce(last_result, result), coalesce(last_gaps, gaps),
            CASE WHEN error IS NULL THEN errors ELSE errors || (error || jsonb_build_object('at', now())) END,
            created_at, started_at, wait_seconds, run_seconds + runs_seconds_under_way(status, claimed_at, lease_until)
        FROM gone
    )
    SELECT array_agg(f.owner_id), array_agg(f.lane), array_agg(f.places)
    INTO freed_owners, freed_lanes, freed_counts
    FROM (
        SELECT owner_id, lane, count(*)::integer AS places FROM gone WHERE rung_at IS NOT NULL GROUP BY owner_id, lane
    ) AS f;

    -- Mostly nothing goes back to the queue or waits for a place, and asking costs less than doing nothing.
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
        END LOOP;
    END IF;

    has_items := settlements @? '$[*] ? (exists(@.items) || @.part_of != null)';
    IF has_items THEN
        PERFORM runs_fan_out(settlements);
    END IF;
    IF EXISTS (
        SELECT FROM unnest(freed_owners, freed_lanes) AS f (owner_id, lane)
        -- With a limit it looks owner by owner. Joined, it would read all that has waited since the oldest snapshot.
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
    PERFORM runs_tell(settlements);
END $$;

-- Add the items of these settlements, each once in the life of its run, and ring for as many as their owner's window
-- has room for. What fans out waits, and gives its own place in the window up.
CREATE FUNCTION runs_fan_out(settlements jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    room record;
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

    -- The run's row must be ours before its items are: two items may add the same one.
    PERFORM FROM (
        SELECT DISTINCT s.owner_id, coalesce(s.part_of, s.id) AS run_id
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid)
        ORDER BY 1, 2
    ) AS p
    CROSS JOIN LATERAL (
        SELECT FROM runs_open AS r WHERE r.owner_id = p.owner_id AND r.id = p.run_id FOR UPDATE
    ) AS locked;

    WITH new AS (
        SELECT s.owner_id, coalesce(s.part_of, s.id) AS run_id, i.*, row_number() OVER () AS place
        FROM jsonb_to_recordset(settlements) AS s (owner_id uuid, id uuid, part_of uuid, items jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(s.items) AS i (
            id uuid, kind text, lane text, key text, parameters jsonb, max_attempts integer
        )
    ),
    added AS (
        INSERT INTO runs_open (
            owner_id, id, part_of, kind, lane, key, parameters, status, max_attempts, created_at, not_before
        )
        SELECT
            n.owner_id, n.id, n.run_id, n.kind, n.lane, n.key, n.parameters, 'queued', n.max_attempts,
            -- In the order given, though all are made at once.
            now() + n.place * interval '1 microsecond', now()
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
                WHERE r.owner_id = p.owner_id AND r.lane = p.lane AND r.rung_at IS NOT NULL LIMIT p.places
            ) AS rung_rows
        ) AS w
        WHERE w.used < p.places
    LOOP
        PERFORM runs_admit(ARRAY[room.owner_id], ARRAY[room.lane], ARRAY[room.free]);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_fan_out(jsonb) FROM public;
GRANT EXECUTE ON FUNCTION runs_fan_out(jsonb) TO daybreak_app;

-- Count for their runs how these items ended, and see to what follows: the last item that ends has its run finished.
CREATE FUNCTION runs_advance(settlements jsonb) RETURNS void
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
            pace = runs_pace(r.pace, r.paced_at, steps),
            paced_at = CASE WHEN steps > 0 THEN now() ELSE r.paced_at END
        WHERE r.owner_id = run.owner_id AND r.id = run.id
        RETURNING r.* INTO run;
        IF steps > 0 THEN
            PERFORM runs_tell(jsonb_build_array(jsonb_build_object('id', run.id, 'owner_id', run.owner_id)));
        END IF;
        IF run.open_items <= 0 THEN
            PERFORM runs_have_finished(run.owner_id, run.id);
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_advance(jsonb) FROM public;
GRANT EXECUTE ON FUNCTION runs_advance(jsonb) TO daybreak_app;

-- The new average of seconds for a step, after so many more of them.
CREATE FUNCTION runs_pace(
    pace double precision, paced_at timestamptz, steps integer
) RETURNS double precision
LANGUAGE sql STABLE
RETURN CASE
    WHEN steps <= 0 OR paced_at IS NULL THEN pace
    WHEN pace IS NULL THEN extract(EPOCH FROM now() - paced_at) / steps
    ELSE 0.7 * pace + 0.3 * extract(EPOCH FROM now() - paced_at) / steps
END;
REVOKE ALL ON FUNCTION runs_pace(double precision, timestamptz, integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_pace(double precision, timestamptz, integer) TO daybreak_app;

-- Have a run finished whose items have all ended: somebody claims it once more. A cancelled one ends here. The caller
-- has locked its row.
CREATE FUNCTION runs_have_finished(owner uuid, run_id uuid) RETURNS void
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
REVOKE ALL ON FUNCTION runs_have_finished(uuid, uuid) FROM public;
GRANT EXECUTE ON FUNCTION runs_have_finished(uuid, uuid) TO daybreak_app;

-- Progress and events of running runs: a list, sorted, of {owner_id, id, fence, phase, done, total, failed, skipped,
-- events, after_event}. What somebody else has claimed meanwhile stays untouched; counters never fall.
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
        pace = runs_pace(r.pace, r.paced_at, h.done + h.failed + h.skipped - h.before),
        paced_at = CASE WHEN h.done + h.failed + h.skipped > h.before THEN now() ELSE r.paced_at END,
        event_number = h.after_event + jsonb_array_length(h.events)
    FROM held AS h WHERE r.owner_id = h.owner_id AND r.id = h.id;
    PERFORM runs_tell(reports);
END $$;

-- A process says that it is alive: its row, and the leases of what it runs. Gives the runs that are still its own
-- and whether they are to be cancelled. A row that is locked keeps its lease for this time: whoever holds it decides.
CREATE OR REPLACE FUNCTION runs_beat(
    worker uuid, worker_name text, worker_lanes text [], is_draining boolean, lease interval,
    owner_ids uuid [], run_ids uuid [], fences bigint []
) RETURNS TABLE (run_id uuid, cancelled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO runs_workers AS w (id, name, lanes, running, draining)
    VALUES (worker, worker_name, worker_lanes, cardinality(run_ids), is_draining)
    ON CONFLICT (id) DO UPDATE SET
        running = excluded.running, draining = excluded.draining, seen_at = now();
    RETURN QUERY
    WITH ours AS MATERIALIZED (
        SELECT r.owner_id, r.id, r.cancel
        FROM unnest(owner_ids, run_ids, fences) AS b (owner_id, id, fence)
        CROSS JOIN LATERAL (
            SELECT o.owner_id, o.id, o.cancel OR runs_is_cancelled(o.owner_id, o.part_of) AS cancel
            FROM runs_open AS o
            WHERE o.owner_id = b.owner_id AND o.id = b.id AND o.fence = b.fence AND o.status = 'running'
                AND o.step <> 'items'
        ) AS r
    ),
    free AS MATERIALIZED (
        SELECT f.owner_id, f.id FROM ours CROSS JOIN LATERAL (
            SELECT o.owner_id, o.id FROM runs_open AS o
            WHERE o.owner_id = ours.owner_id AND o.id = ours.id AND o.worker_id = worker
                AND o.status = 'running'
            FOR UPDATE SKIP LOCKED
        ) AS f
    ),
    renewed AS (
        UPDATE runs_open AS o SET lease_until = now() + lease
        FROM free WHERE o.owner_id = free.owner_id AND o.id = free.id
    )
    SELECT ours.id, ours.cancel FROM ours;
END $$;

-- Cancel a run: at once if it waits, else as soon as whoever runs it, or its items, hears of it. Nothing if it ended.
CREATE FUNCTION runs_cancel(owner uuid, run_id uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    run runs_open;
BEGIN
    SELECT * INTO run FROM runs_open AS r WHERE r.owner_id = owner AND r.id = run_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF run.status = 'queued' THEN
        PERFORM runs_settle(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'part_of', run.part_of, 'kind', run.kind, 'key', run.key,
            'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
        RETURN;
    END IF;
    UPDATE runs_open AS r SET cancel = TRUE WHERE r.owner_id = owner AND r.id = run_id;
    PERFORM pg_notify('daybreak_runs_cancel', run_id::text);
    PERFORM runs_tell(jsonb_build_array(jsonb_build_object('id', run_id, 'owner_id', owner)));
    IF run.step = 'items' THEN
        PERFORM runs_cancel_items(owner, run_id);
    END IF;
END $$;
REVOKE ALL ON FUNCTION runs_cancel(uuid, uuid) FROM public;
GRANT EXECUTE ON FUNCTION runs_cancel(uuid, uuid) TO daybreak_app;

-- End the items of a cancelled run that nobody runs; what is locked now the sweep finds. The caller has locked the run.
CREATE FUNCTION runs_cancel_items(owner uuid, run_id uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    settlements jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', owner, 'id', i.id, 'part_of', run_id, 'kind', i.kind, 'key', i.key,
        'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
            'cancelled', jsonb_build_object('epoch', i.epoch, 'attempt', i.attempts)
        ))
    )) INTO settlements
    FROM (
        SELECT r.id, r.kind, r.key, r.epoch, r.attempts FROM runs_open AS r
        WHERE r.owner_id = owner AND r.part_of = run_id AND r.status = 'queued'
        ORDER BY r.id FOR UPDATE SKIP LOCKED
    ) AS i;
    IF settlements IS NOT NULL THEN
        PERFORM runs_settle(settlements);
    END IF;
END $$;
REVOKE ALL ON FUNCTION runs_cancel_items(uuid, uuid) FROM public;
GRANT EXECUTE ON FUNCTION runs_cancel_items(uuid, uuid) TO daybreak_app;

-- Move ended runs back, as a new epoch with all their attempts; gives how many were there.
CREATE FUNCTION runs_reopen(owner uuid, run_ids uuid [], event text) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    reopened integer;
BEGIN
    WITH gone AS (
        DELETE FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = ANY (run_ids) RETURNING *
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, event_number + 1, event, jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, max_attempts, fence,
            event_number, total, done, failed, skipped, result, errors, created_at, wait_seconds, run_seconds
        )
        SELECT
            owner_id, id, part_of, kind, lane, key, parameters, 'queued', step, epoch + 1, max_attempts, fence,
            event_number + 1,
            -- What a run has counted of its items stays true; what it said of itself begins anew.
            CASE step WHEN 'begin' THEN 0 ELSE total END, CASE step WHEN 'begin' THEN 0 ELSE done END,
            CASE step WHEN 'begin' THEN 0 ELSE failed END, CASE step WHEN 'begin' THEN 0 ELSE skipped END,
            CASE step WHEN 'begin' THEN NULL ELSE result END,
            errors, created_at, wait_seconds, run_seconds
        FROM gone
        RETURNING id
    )
    SELECT count(*) INTO reopened FROM back;
    RETURN reopened;
END $$;
REVOKE ALL ON FUNCTION runs_reopen(uuid, uuid [], text) FROM public;
GRANT EXECUTE ON FUNCTION runs_reopen(uuid, uuid [], text) TO daybreak_app;

-- Run again what ended without success: a run (of one that has fanned out those items that did not succeed), or one
-- item. Gives “retried”, or why not: “missing”, “open”, “succeeded”, or “busy” while its run is being ended.
-- Raises unique_violation if another run is open for the same thing. Rows are locked in the order run, item.
CREATE FUNCTION runs_retry(owner uuid, which uuid, places integer) RETURNS text
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    ended runs_finished;
    run runs_open;
    item_ids uuid [];
BEGIN
    SELECT * INTO ended FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = which;
    IF NOT FOUND THEN
        RETURN CASE
            WHEN EXISTS (SELECT FROM runs_open AS o WHERE o.owner_id = owner AND o.id = which) THEN 'open'
            ELSE 'missing'
        END;
    END IF;
    IF ended.status IN ('succeeded', 'skipped') THEN
        RETURN 'succeeded';
    END IF;
    IF ended.part_of IS NULL AND ended.step = 'begin' THEN
        IF runs_reopen(owner, ARRAY[which], 'queued') = 0 THEN
            RETURN 'open';
        END IF;
        PERFORM runs_ring(ended.lane, ARRAY[owner], ARRAY[which]);
        RETURN 'retried';
    END IF;

    SELECT * INTO run FROM runs_open AS o
    WHERE o.owner_id = owner AND o.id = coalesce(ended.part_of, which) FOR UPDATE;
    IF FOUND AND (run.cancel OR run.step <> 'items' OR ended.part_of IS NULL) THEN
        RETURN CASE WHEN ended.part_of IS NULL THEN 'open' ELSE 'busy' END;
    END IF;
    -- Whoever retried it a moment ago held the run until now.
    IF run.id IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = which
    ) THEN
        RETURN 'open';
    END IF;
    IF run.id IS NULL THEN
        IF runs_reopen(owner, ARRAY[coalesce(ended.part_of, which)], 'running') = 0 THEN
            RETURN 'busy';
        END IF;
        SELECT * INTO run FROM runs_open AS o
        WHERE o.owner_id = owner AND o.id = coalesce(ended.part_of, which) FOR UPDATE;
    ELSE
        UPDATE runs_open AS o SET epoch = o.epoch + 1, event_number = o.event_number + 1
        WHERE o.owner_id = owner AND o.id = run.id RETURNING o.* INTO run;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        VALUES (owner, run.id, run.event_number, 'running', jsonb_build_object('epoch', run.epoch));
    END IF;

    WITH again AS MATERIALIZED (
        SELECT f.id, f.status FROM runs_finished AS f
        WHERE f.owner_id = owner AND f.part_of = run.id AND f.status IN ('failed', 'partial', 'cancelled')
            AND (ended.part_of IS NULL OR f.id = which)
    ),
    counted AS (
        SELECT
            array_agg(id) AS ids, count(*)::integer AS items,
            count(*) FILTER (WHERE status = 'partial')::integer AS done,
            count(*) FILTER (WHERE status = 'failed')::integer AS failed,
            count(*) FILTER (WHERE status = 'cancelled')::integer AS skipped
        FROM again
    )
    UPDATE runs_open AS o SET
        status = 'running',
        step = 'items',
        open_items = o.open_items + c.items,
        done = o.done - c.done,
        failed = o.failed - c.failed,
        skipped = o.skipped - c.skipped,
        gaps = '{}',
        paced_at = now()
    FROM counted AS c WHERE o.owner_id = owner AND o.id = run.id
    RETURNING c.ids INTO item_ids;
    IF item_ids IS NULL THEN
        PERFORM runs_have_finished(owner, run.id);
    ELSE
        PERFORM runs_reopen(owner, item_ids, 'queued');
        PERFORM runs_fan_out(jsonb_agg(jsonb_build_object('owner_id', owner, 'lane', l.lane, 'places', places)))
        FROM (SELECT DISTINCT o.lane FROM runs_open AS o WHERE o.owner_id = owner AND o.id = ANY (item_ids)) AS l;
    END IF;
    RETURN 'retried';
END $$;
REVOKE ALL ON FUNCTION runs_retry(uuid, uuid, integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_retry(uuid, uuid, integer) TO daybreak_app;

-- Keep what upkeep did as a run that has ended, of nobody: its owner is the nil id.
CREATE FUNCTION runs_record(done_kind text, done_result jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    INSERT INTO runs_finished (
        owner_id, id, kind, lane, key, parameters, status, epoch, attempts, max_attempts, fence, event_number, phase,
        total, done, failed, skipped, result, errors, created_at, started_at, finished_at, run_seconds
    )
    VALUES (
        '00000000-0000-0000-0000-000000000000', gen_random_uuid(), done_kind, 'bulk', now()::text, '{}', 'succeeded',
        1, 1, 1, 1, 0, '', 0, 0, 0, 0, done_result, '[]', now(), now(), clock_timestamp(),
        extract(EPOCH FROM clock_timestamp() - now())
    )
$$;
REVOKE ALL ON FUNCTION runs_record(text, jsonb) FROM public;

-- One pass over what went wrong; nothing while somebody else is at it. Gives how many runs were taken back from dead
-- workers, rung for because their time has come or their doorbell was lost, looked at for that, let into their owner's
-- window, and found waiting for items that were not there. Whatever was mended is kept as a run “runs.sweep”.
CREATE FUNCTION runs_sweep(
    places integer, grace interval, lease interval, batch integer
) RETURNS TABLE (expired integer, rung integer, looked integer, admitted integer, recounted integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    settlements jsonb;
    seen record;
    far_at timestamptz;
    far_id uuid;
    lost record;
    freed record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_sweep', 0)) THEN
        RETURN;
    END IF;
    expired := 0;
    rung := 0;
    admitted := 0;
    recounted := 0;

    -- A row in the hands of a commit that hangs must not hold up the rest, nor may the row of an item's run.
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', e.owner_id,
        'id', e.id,
        'part_of', e.part_of,
        'kind', e.kind,
        'key', e.key,
        'status', e.ending,
        'error', jsonb_build_object(
            'epoch', e.epoch, 'attempt', e.attempts, 'class', 'WorkerDied', 'retryable', TRUE,
            'message', 'The worker died or lost touch with the database.'
        ),
        'events', jsonb_build_array(jsonb_build_array(
            e.ending, jsonb_build_object('epoch', e.epoch, 'attempt', e.attempts, 'reason', 'WorkerDied')
        )),
        'delay', 0,
        'refund', 0
    )), count(*) INTO settlements, expired
    FROM (
        SELECT
            o.owner_id, o.id, o.part_of, o.kind, o.key, o.epoch, o.attempts,
            CASE
                WHEN o.cancel OR coalesce(p.cancel, FALSE) THEN 'cancelled'
                WHEN o.attempts >= o.max_attempts THEN 'failed'
                ELSE 'queued'
            END AS ending
        FROM runs_open AS o
        LEFT JOIN LATERAL (
            SELECT r.cancel FROM runs_open AS r
            WHERE o.part_of IS NOT NULL AND r.owner_id = o.owner_id AND r.id = o.part_of
            FOR UPDATE SKIP LOCKED
        ) AS p ON TRUE
        WHERE o.status = 'running' AND o.lease_until < now() AND (o.part_of IS NULL OR p.cancel IS NOT NULL)
        ORDER BY o.owner_id, o.id LIMIT batch FOR UPDATE OF o SKIP LOCKED
    ) AS e;
    IF settlements IS NOT NULL THEN
        PERFORM runs_settle(settlements);
    END IF;

    FOR lost IN
        WITH due AS (
            SELECT lane, owner_id, id FROM runs_open
            WHERE status = 'queued' AND job_id IS NULL AND rung_at < now()
            ORDER BY rung_at LIMIT batch FOR UPDATE SKIP LOCKED
        )
        SELECT lane, array_agg(owner_id) AS owner_ids, array_agg(id) AS run_ids FROM due GROUP BY lane
    LOOP
        PERFORM runs_ring(lost.lane, lost.owner_ids, lost.run_ids);
        rung := rung + cardinality(lost.run_ids);
    END LOOP;

    -- A million may be waiting for doorbells that are all there, so each pass looks at the next few of them.
    SELECT s.rung_at, s.id INTO seen FROM runs_sweeps AS s;
    SELECT count(*), max(l.rung_at), (array_agg(l.id ORDER BY l.rung_at DESC, l.id DESC))[1]
    INTO looked, far_at, far_id
    FROM (
        SELECT r.id, r.rung_at FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NOT NULL
            AND r.rung_at < now() - grace AND (r.rung_at, r.id) > (seen.rung_at, seen.id)
        ORDER BY r.rung_at, r.id LIMIT batch
    ) AS l;
    FOR lost IN
        WITH looked_at AS MATERIALIZED (
            SELECT r.owner_id, r.id, r.job_id, r.rung_at FROM runs_open AS r
            WHERE r.status = 'queued' AND r.job_id IS NOT NULL AND r.rung_at < now() - grace
                AND (r.rung_at, r.id) > (seen.rung_at, seen.id) AND (r.rung_at, r.id) <= (far_at, far_id)
        ),
        unheard AS (
            SELECT r.lane, r.owner_id, r.id FROM looked_at AS l
            INNER JOIN runs_open AS r ON r.owner_id = l.owner_id AND r.id = l.id
            WHERE r.status = 'queued' AND r.job_id = l.job_id AND NOT EXISTS (
                SELECT FROM pgq.pgqueuer AS j
                WHERE j.id = l.job_id AND (j.status = 'queued' OR j.heartbeat > now() - lease)
            )
            ORDER BY l.rung_at, l.id
            FOR UPDATE OF r SKIP LOCKED
        )
        SELECT
            u.lane, array_agg(u.owner_id) AS owner_ids, array_agg(u.id) AS run_ids
        FROM unheard AS u GROUP BY u.lane
    LOOP
        PERFORM runs_ring(lost.lane, lost.owner_ids, lost.run_ids);
        rung := rung + cardinality(lost.run_ids);
    END LOOP;
    UPDATE runs_sweeps AS s SET
        rung_at = CASE WHEN looked < batch THEN '-infinity' ELSE far_at END,
        id = CASE WHEN looked < batch THEN '00000000-0000-0000-0000-000000000000' ELSE far_id END,
        swept_at = now();

    FOR freed IN
        WITH RECURSIVE pairs AS (
            (
                SELECT owner_id, lane FROM runs_open
                WHERE rung_at IS NULL AND status = 'queued' ORDER BY owner_id, lane LIMIT 1
            )
            UNION ALL
            SELECT n.owner_id, n.lane FROM pairs AS p CROSS JOIN LATERAL (
                SELECT r.owner_id, r.lane FROM runs_open AS r
                WHERE r.rung_at IS NULL AND r.status = 'queued' AND (r.owner_id, r.lane) > (p.owner_id, p.lane)
                ORDER BY r.owner_id, r.lane LIMIT 1
            ) AS n
        )
        SELECT p.owner_id, p.lane, (places - w.used)::integer AS free FROM pairs AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.lane = p.lane AND r.rung_at IS NOT NULL LIMIT places
            ) AS rung_rows
        ) AS w
        WHERE w.used < places
    LOOP
        PERFORM runs_admit(ARRAY[freed.owner_id], ARRAY[freed.lane], ARRAY[freed.free]);
        admitted := admitted + freed.free;
    END LOOP;

    -- Items that came back to the queue while their run was being cancelled.
    FOR lost IN
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.cancel AND r.step = 'items' ORDER BY r.owner_id, r.id LIMIT batch FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM runs_cancel_items(lost.owner_id, lost.id);
    END LOOP;

    -- Never needed, if the rest is right: a run that waits although none of its items is open.
    FOR lost IN
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.status = 'running' AND r.step = 'items' AND NOT EXISTS (
            SELECT FROM runs_open AS i WHERE i.owner_id = r.owner_id AND i.part_of = r.id
        )
        ORDER BY r.owner_id, r.id LIMIT batch FOR UPDATE SKIP LOCKED
    LOOP
        UPDATE runs_open AS r SET
            open_items = 0, total = c.total, done = c.done, failed = c.failed, skipped = c.skipped
        FROM (
            SELECT
                count(*)::integer AS total,
                count(*) FILTER (WHERE f.status IN ('succeeded', 'partial'))::integer AS done,
                count(*) FILTER (WHERE f.status = 'failed')::integer AS failed,
                count(*) FILTER (WHERE f.status IN ('skipped', 'cancelled'))::integer AS skipped
            FROM runs_finished AS f WHERE f.owner_id = lost.owner_id AND f.part_of = lost.id
        ) AS c
        WHERE r.owner_id = lost.owner_id AND r.id = lost.id;
        PERFORM runs_have_finished(lost.owner_id, lost.id);
        recounted := recounted + 1;
    END LOOP;
    IF expired + rung + admitted + recounted > 0 THEN
        PERFORM runs_record('runs.sweep', jsonb_build_object(
            'expired', expired, 'rung', rung, 'admitted', admitted, 'recounted', recounted
        ));
    END IF;
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION runs_sweep(integer, interval, interval, integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_sweep(integer, interval, interval, integer) TO daybreak_app;

-- Fold what was counted since the last time into one row each, for whoever reads the sums.
CREATE FUNCTION runs_fold() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_fold', 0)) THEN
        RETURN;
    END IF;
    WITH folded AS (DELETE FROM runs_counters RETURNING kind, status, change)
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, sum(change) FROM folded GROUP BY kind, status HAVING sum(change) <> 0;
    WITH folded AS (DELETE FROM runs_times RETURNING *)
    INSERT INTO runs_times (kind, day, wait_class, run_class, runs, wait_seconds, run_seconds)
    SELECT kind, day, wait_class, run_class, sum(runs), sum(wait_seconds), sum(run_seconds)
    FROM folded GROUP BY kind, day, wait_class, run_class;
END $$;
REVOKE ALL ON FUNCTION runs_fold() FROM public;
GRANT EXECUTE ON FUNCTION runs_fold() TO daybreak_app;

-- Prune what nobody needs any more, and see to the weeks to come: not more often than that, whoever asks, and one at a
-- time. Kept as a run “runs.upkeep”; gives what was done, NULL if it was not time.
CREATE FUNCTION runs_upkeep(every interval, ahead interval, keep interval, batch integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    log_rows integer;
    workers integer;
    made integer;
    dropped integer;
    -- Whoever asks may not have everybody's history forgotten.
    kept interval := greatest(keep, interval '7 days');
    done jsonb;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_upkeep', 0)) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM runs_sweeps AS s WHERE s.upkept_at > now() - every) THEN
        RETURN NULL;
    END IF;
    DELETE FROM pgq.pgqueuer_log WHERE id IN (
        SELECT id FROM pgq.pgqueuer_log WHERE created < now() - interval '1 hour' ORDER BY id LIMIT batch
    );
    GET DIAGNOSTICS log_rows = ROW_COUNT;
    DELETE FROM runs_workers WHERE seen_at < now() - interval '1 day';
    GET DIAGNOSTICS workers = ROW_COUNT;
    DELETE FROM runs_times WHERE day < (now() - kept)::date;
    -- Weeks are made and dropped under locks that everybody would queue behind, if somebody has been reading for long.
    BEGIN
        PERFORM set_config('lock_timeout', '1s', TRUE);
        made := runs_make_partitions(ahead);
        dropped := runs_drop_partitions(kept);
    EXCEPTION WHEN lock_not_available THEN
        made := 0;
        dropped := 0;
    END;
    done := jsonb_build_object(
        'log_rows', log_rows,
        'workers', workers,
        'partitions_made', made,
        'partitions_dropped', dropped
    );
    -- Where a batch was not enough, the next one is due at once.
    IF log_rows < batch THEN
        UPDATE runs_sweeps AS s SET upkept_at = now();
    END IF;
    PERFORM runs_record('runs.upkeep', done);
    RETURN done;
END $$;
REVOKE ALL ON FUNCTION runs_upkeep(interval, interval, interval, integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_upkeep(interval, interval, interval, integer) TO daybreak_app;

-- What every worker is doing, for operators: kinds and how many of each, whoever owns them.
CREATE FUNCTION runs_doing() RETURNS TABLE (worker_id uuid, kind text, runs bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT r.worker_id, r.kind, count(*), min(r.claimed_at)
    FROM runs_open AS r WHERE r.status = 'running' AND r.worker_id IS NOT NULL
    GROUP BY r.worker_id, r.kind
$$;
REVOKE ALL ON FUNCTION runs_doing() FROM public;
GRANT EXECUTE ON FUNCTION runs_doing() TO daybreak_app;

