-- Gaps of the engine closed: what is not due takes no place in its owner's window, shown progress never falls within an
-- epoch, a whole run is done again with all its items, workers say where they are, and the sweep and upkeep find what
-- they passed by. Functions that are made again here replace those of 0005, 0004 and 0008; 0008 says how rows are locked
-- and why plans are fixed.

-- squawk-ignore-file ban-drop-function, require-concurrent-index-creation, require-concurrent-index-deletion

ALTER TABLE runs_open
-- How often the run was begun as a whole, and of an item for which of these times it was made; NULL is the first.
ADD COLUMN round integer,
-- The greatest percentage of this epoch: items that add items would have it fall.
ADD COLUMN reached smallint;
ALTER TABLE runs_finished ADD COLUMN round integer, ADD COLUMN reached smallint;

-- Where its process is, if that can be told: who is in the same place can see whether it lives.
ALTER TABLE runs_workers ADD COLUMN place text;

CREATE OR REPLACE VIEW runs_all WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, open_items, pace, paced_at, NULL::jsonb AS result, gaps, errors, created_at,
    started_at, NULL::timestamptz AS finished_at, not_before, cancel, wait_seconds, run_seconds, worker_id, round,
    reached
FROM runs_open
UNION ALL
SELECT
    owner_id, id, part_of, kind, lane, key, parameters, status, step, epoch, attempts, max_attempts, event_number,
    phase, total, done, failed, skipped, 0, NULL::double precision, NULL::timestamptz, result, gaps, errors, created_at,
    started_at, finished_at, NULL::timestamptz, FALSE, wait_seconds, run_seconds, NULL::uuid, round, reached
FROM runs_finished;

-- Of an owner in a lane: whose doorbell was rung. What waits for its time (rung_at, no job) or outside of the window
-- (neither) has no place in it.
DROP INDEX runs_open_window;
CREATE INDEX runs_open_window ON runs_open (owner_id, lane) WHERE job_id IS NOT NULL;

DROP FUNCTION runs_admit(uuid [], text [], integer []);
DROP FUNCTION runs_beat(uuid, text, text [], boolean, interval, uuid [], uuid [], bigint []);
DROP FUNCTION runs_retry(uuid, uuid, integer);

ALTER FUNCTION runs_cancel(uuid, uuid)
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off;
ALTER FUNCTION runs_cancel_items(uuid, uuid)
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off;

-- Say that somebody should look at these runs, in the transaction that changes them: a doorbell for each hundred.
-- What is due in more than a minute stays in its row; when its time has come the sweep lets it stand in line.
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

-- Let the oldest runs that wait outside their owner's window in: so many of each (owner, lane); gives how many that
-- were.
CREATE FUNCTION runs_admit(owner_ids uuid [], lanes text [], counts integer []) RETURNS integer
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
REVOKE ALL ON FUNCTION runs_admit(uuid [], text [], integer []) FROM public;
GRANT EXECUTE ON FUNCTION runs_admit(uuid [], text [], integer []) TO daybreak_app;

-- Make a run and ring for it, or let it wait: for its time, or, beyond its owner's window, for a place. Gives the id of
-- the run that is open for (owner, kind, key): the new one, or the one that was there already.
CREATE OR REPLACE FUNCTION runs_start(
    owner uuid, new_id uuid, new_kind text, new_lane text, new_key text, new_parameters jsonb,
    new_max_attempts integer, delay interval, places integer
) RETURNS uuid
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    open_id uuid;
BEGIN
    LOOP
        INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts, not_before, rung_at)
        VALUES (
            owner, new_id, new_kind, new_lane, new_key, new_parameters, 'queued', new_max_attempts,
            now() + delay, CASE WHEN delay > interval '0' THEN now() + delay END
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
    IF delay <= interval '0' AND places > (
        SELECT count(*) FROM (
            SELECT FROM runs_open WHERE owner_id = owner AND lane = new_lane AND job_id IS NOT NULL LIMIT places
        ) AS rung
    ) THEN
        PERFORM runs_ring(new_lane, ARRAY[owner], ARRAY[new_id]);
    ELSIF delay > interval '0' AND delay <= interval '1 minute' AND places > (
        SELECT count(*) FROM (
            SELECT o.job_id, o.rung_at FROM runs_open AS o
            WHERE o.owner_id = owner AND o.part_of IS NULL AND o.id <> new_id
            ORDER BY o.created_at DESC, o.id DESC LIMIT places
        ) AS newest
        WHERE newest.job_id IS NULL AND newest.rung_at > now()
    ) THEN
        -- The sweep could be late for it. Such a bell takes no place, so of many such runs only the first have one.
        INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, execute_after, status)
        VALUES (
            0, 'runs.' || new_lane, convert_to(jsonb_build_array(jsonb_build_array(owner, new_id))::text, 'UTF8'),
            now() + delay, 'queued'
        );
    END IF;
    RETURN new_id;
END $$;

-- The percentage that is shown after so many of so many steps: it does not fall.
CREATE FUNCTION runs_reached(reached smallint, steps integer, total integer) RETURNS smallint
LANGUAGE sql IMMUTABLE
RETURN greatest(reached, CASE WHEN total > 0 THEN least(100, 100 * steps::bigint / total)::smallint END);
REVOKE ALL ON FUNCTION runs_reached(smallint, integer, integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_reached(smallint, integer, integer) TO daybreak_app;

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
            -- Without a doorbell they give their places up.
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

-- Add the items of these settlements, each once in a round of its run, and ring for as many as their owner's window
-- has room for. What fans out waits, and gives its own place in the window up.
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

    -- The run's row must be ours before its items are: two items may add the same one.
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
            -- In the order given, though all are made at once.
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

-- Of these items those that an earlier round of their run had: they are done anew, as a new epoch, with what they are
-- told now. The caller has locked the run.
CREATE FUNCTION runs_renew_items(settlements jsonb) RETURNS void
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
REVOKE ALL ON FUNCTION runs_renew_items(jsonb) FROM public;
GRANT EXECUTE ON FUNCTION runs_renew_items(jsonb) TO daybreak_app;

-- Count for their runs how these items ended, and see to what follows: the last item that ends has its run finished.
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
        IF steps > 0 THEN
            PERFORM runs_tell(jsonb_build_array(jsonb_build_object('id', run.id, 'owner_id', run.owner_id)));
        END IF;
        IF run.open_items <= 0 THEN
            PERFORM runs_have_finished(run.owner_id, run.id);
        END IF;
    END LOOP;
END $$;

-- Have a run finished whose items have all ended: somebody claims it once more. A cancelled one ends here. The caller
-- has locked its row.
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
        reached = runs_reached(r.reached, h.done + h.failed + h.skipped, h.total),
        pace = runs_pace(r.pace, r.paced_at, h.done + h.failed + h.skipped - h.before),
        paced_at = CASE WHEN h.done + h.failed + h.skipped > h.before THEN now() ELSE r.paced_at END,
        event_number = h.after_event + jsonb_array_length(h.events)
    FROM held AS h WHERE r.owner_id = h.owner_id AND r.id = h.id;
    PERFORM runs_tell(reports);
END $$;

-- A process says that it is alive: its row, and the leases of what it runs. Gives the runs that are still its own
-- and whether they are to be cancelled. A row that is locked keeps its lease for this time: whoever holds it decides.
CREATE FUNCTION runs_beat(
    worker uuid, worker_name text, worker_place text, worker_lanes text [], is_draining boolean, lease interval,
    owner_ids uuid [], run_ids uuid [], fences bigint []
) RETURNS TABLE (run_id uuid, cancelled boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    INSERT INTO runs_workers AS w (id, name, place, lanes, running, draining)
    VALUES (worker, worker_name, worker_place, worker_lanes, cardinality(run_ids), is_draining)
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
REVOKE ALL ON FUNCTION runs_beat(
    uuid, text, text, text [], boolean, interval, uuid [], uuid [], bigint []
) FROM public;
GRANT EXECUTE ON FUNCTION runs_beat(
    uuid, text, text, text [], boolean, interval, uuid [], uuid [], bigint []
) TO daybreak_app;

-- Move ended runs back, as a new epoch with all their attempts; gives how many were there.
CREATE OR REPLACE FUNCTION runs_reopen(owner uuid, run_ids uuid [], event text) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
            event_number, total, done, failed, skipped, result, errors, created_at, wait_seconds, run_seconds,
            round
        )
        SELECT
            owner_id, id, part_of, kind, lane, key, parameters, 'queued', step, epoch + 1, max_attempts, fence,
            event_number + 1,
            -- What a run has counted of its items stays true; what it said of itself begins anew.
            CASE step WHEN 'begin' THEN 0 ELSE total END, CASE step WHEN 'begin' THEN 0 ELSE done END,
            CASE step WHEN 'begin' THEN 0 ELSE failed END, CASE step WHEN 'begin' THEN 0 ELSE skipped END,
            CASE step WHEN 'begin' THEN NULL ELSE result END,
            errors, created_at, wait_seconds, run_seconds, round
        FROM gone
        RETURNING id
    )
    SELECT count(*) INTO reopened FROM back;
    RETURN reopened;
END $$;

-- Run again what ended without success: a run (of one that has fanned out those items that did not succeed), or one
-- item; “whole” begins a run anew, and whatever items it comes to then. Gives “retried”, or why not: “missing”, “open”,
-- “succeeded”, “item” (no whole), “past” (its run was done again without it, or is forgotten), or “busy” while its run
-- is being ended. Raises unique_violation if another run is open for the same thing. Rows are locked in the order run,
-- item.
CREATE FUNCTION runs_retry(owner uuid, which uuid, places integer, whole boolean) RETURNS text
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
    IF whole AND ended.part_of IS NOT NULL THEN
        RETURN 'item';
    END IF;
    IF ended.part_of IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_all AS a
        WHERE a.owner_id = owner AND a.id = ended.part_of AND a.round IS NOT DISTINCT FROM ended.round
    ) THEN
        RETURN 'past';
    END IF;
    IF ended.part_of IS NULL AND (whole OR ended.step = 'begin') THEN
        IF runs_reopen(owner, ARRAY[which], 'queued') = 0 THEN
            RETURN 'open';
        END IF;
        UPDATE runs_open AS o SET
            step = 'begin',
            round = coalesce(o.round, 1) + 1,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            result = NULL
        WHERE o.owner_id = owner AND o.id = which AND o.step <> 'begin';
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
        UPDATE runs_open AS o SET epoch = o.epoch + 1, event_number = o.event_number + 1, reached = NULL
        WHERE o.owner_id = owner AND o.id = run.id RETURNING o.* INTO run;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        VALUES (owner, run.id, run.event_number, 'running', jsonb_build_object('epoch', run.epoch));
    END IF;

    WITH again AS MATERIALIZED (
        SELECT f.id, f.status FROM runs_finished AS f
        WHERE f.owner_id = owner AND f.part_of = run.id AND f.status IN ('failed', 'partial', 'cancelled')
            AND f.round IS NOT DISTINCT FROM run.round AND (ended.part_of IS NULL OR f.id = which)
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
REVOKE ALL ON FUNCTION runs_retry(uuid, uuid, integer, boolean) FROM public;
GRANT EXECUTE ON FUNCTION runs_retry(uuid, uuid, integer, boolean) TO daybreak_app;

-- One pass over what went wrong; nothing while somebody else is at it. Gives how many runs were taken back from dead
-- workers, whose time has come or whose doorbell was lost and rung again, looked at for that, let into their owner's
-- window, and found waiting for items that were not there. Whatever was mended is kept as a run “runs.sweep”.
CREATE OR REPLACE FUNCTION runs_sweep(
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
        WHERE o.status = 'running' AND o.lease_until < now() AND (
            o.part_of IS NULL OR p.cancel IS NOT NULL OR NOT EXISTS (
                -- Its run is not held by somebody, but gone.
                SELECT FROM runs_open AS r WHERE r.owner_id = o.owner_id AND r.id = o.part_of
            )
        )
        ORDER BY o.owner_id, o.id LIMIT batch FOR UPDATE OF o SKIP LOCKED
    ) AS e;
    IF settlements IS NOT NULL THEN
        PERFORM runs_settle(settlements);
    END IF;

    -- Whose time has come stands in line for a place, as everybody does.
    WITH due AS (
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NULL AND r.rung_at < now()
        ORDER BY r.rung_at LIMIT batch FOR UPDATE SKIP LOCKED
    )
    UPDATE runs_open AS r SET rung_at = NULL FROM due AS d WHERE r.owner_id = d.owner_id AND r.id = d.id;
    GET DIAGNOSTICS rung = ROW_COUNT;

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
            -- Said so that each is found by its ids, and not by the index of all that were rung for.
            WHERE r.status = 'queued' AND r.job_id IS NOT DISTINCT FROM l.job_id AND NOT EXISTS (
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
                WHERE r.owner_id = p.owner_id AND r.lane = p.lane AND r.job_id IS NOT NULL LIMIT places
            ) AS rung_rows
        ) AS w
        WHERE w.used < places
    LOOP
        admitted := admitted + runs_admit(ARRAY[freed.owner_id], ARRAY[freed.lane], ARRAY[freed.free]);
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
        SELECT r.owner_id, r.id, r.round FROM runs_open AS r
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
            FROM runs_finished AS f
            WHERE f.owner_id = lost.owner_id AND f.part_of = lost.id AND f.round IS NOT DISTINCT FROM lost.round
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

-- A partition for this week, each week that begins within that time, and each that is over and came while nobody made
-- any: its rows wait in the rest. Gives how many were made.
CREATE OR REPLACE FUNCTION runs_make_partitions(ahead interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    parent text;
    week timestamptz;
    part text;
    stamp text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.runs_partitions', 0));
    FOR parent, stamp IN VALUES ('runs_finished', 'finished_at'), ('runs_events', 'at') LOOP
        FOR week IN EXECUTE format(
            'SELECT w AT TIME ZONE ''UTC'' FROM generate_series('
            'date_trunc(''week'', now() AT TIME ZONE ''UTC''), now() AT TIME ZONE ''UTC'' + $1, ''1 week'') AS w '
            'UNION SELECT date_trunc(''week'', %1$I AT TIME ZONE ''UTC'') AT TIME ZONE ''UTC'' '
            'FROM runs_partitions.%2$I WHERE %1$I < now()',
            stamp, parent || '_rest'
        ) USING ahead
        LOOP
            part := parent || to_char(week AT TIME ZONE 'UTC', '_IYYY_IW');
            CONTINUE WHEN to_regclass('runs_partitions.' || part) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE runs_partitions.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                part, parent
            );
            -- Nothing may be added to the rest between moving what is there and attaching.
            EXECUTE format('LOCK TABLE runs_partitions.%I IN ACCESS EXCLUSIVE MODE', parent || '_rest');
            EXECUTE format(
                'WITH moved AS (DELETE FROM runs_partitions.%I WHERE %I >= %L AND %I < %L RETURNING *) '
                'INSERT INTO runs_partitions.%I SELECT * FROM moved',
                parent || '_rest', stamp, week, stamp, week + interval '7 days', part
            );
            EXECUTE format(
                'ALTER TABLE public.%I ATTACH PARTITION runs_partitions.%I FOR VALUES FROM (%L) TO (%L)',
                parent, part, week, week + interval '7 days'
            );
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
