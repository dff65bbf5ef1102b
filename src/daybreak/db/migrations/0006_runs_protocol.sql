-- The protocol of the engine: every move of a run, each in one statement or function. ADR 0006 says why.
--
-- Where the planner is told what to do: plans of these functions must not depend on statistics, which are old whenever
-- much has come or gone. Each goes from the list that it is given to the primary key, and is kept: planning anew at
-- every call would take as long as running.

-- Let the oldest runs that wait outside their owner's window in: so many of each (owner, lane).
CREATE FUNCTION runs_admit(owner_ids uuid [], lanes text [], counts integer []) RETURNS void
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
            SELECT a.lane, w.owner_id, w.id
            FROM unnest(owner_ids, lanes, counts) AS a (owner_id, lane, places)
            CROSS JOIN LATERAL (
                SELECT r.owner_id, r.id FROM runs_open AS r
                WHERE r.owner_id = a.owner_id AND r.lane = a.lane AND r.rung_at IS NULL
                ORDER BY r.created_at, r.id
                LIMIT a.places
                FOR UPDATE SKIP LOCKED
            ) AS w
        )
        SELECT lane, array_agg(owner_id), array_agg(id) FROM admitted GROUP BY lane
    LOOP
        PERFORM runs_ring(next_lane, next_owners, next_runs);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_admit(uuid [], text [], integer []) FROM public;
GRANT EXECUTE ON FUNCTION runs_admit(uuid [], text [], integer []) TO daybreak_app;

-- Make a run and ring for it, or, beyond its owner's window, let it wait. Gives the id of the run that is open for
-- (owner, kind, key): the new one, or the one that was there already.
CREATE FUNCTION runs_start(
    owner uuid, new_id uuid, new_kind text, new_lane text, new_key text, new_parameters jsonb,
    new_max_attempts integer, delay interval, places integer
) RETURNS uuid
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    found uuid;
BEGIN
    LOOP
        INSERT INTO runs_open (owner_id, id, kind, lane, key, parameters, status, max_attempts, not_before)
        VALUES (
            owner, new_id, new_kind, new_lane, new_key, new_parameters, 'queued', new_max_attempts,
            now() + delay
        )
        ON CONFLICT (owner_id, kind, key) DO NOTHING RETURNING id INTO found;
        EXIT WHEN found IS NOT NULL;
        -- It may end, and so go away, between the two statements.
        SELECT id INTO found FROM runs_open WHERE owner_id = owner AND kind = new_kind AND key = new_key;
        IF found IS NOT NULL THEN
            RETURN found;
        END IF;
    END LOOP;
    IF delay > interval '0' OR places > (
        SELECT count(*) FROM (
            SELECT FROM runs_open WHERE owner_id = owner AND lane = new_lane AND rung_at IS NOT NULL LIMIT places
        ) AS rung
    ) THEN
        PERFORM runs_ring(new_lane, ARRAY[owner], ARRAY[new_id], delay);
    END IF;
    RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION runs_start(
    uuid, uuid, text, text, text, jsonb, integer, interval, integer
) FROM public;
GRANT EXECUTE ON FUNCTION runs_start(
    uuid, uuid, text, text, text, jsonb, integer, interval, integer
) TO daybreak_app;

-- Take what is due of these, or was left by somebody whose lease is over. A row that somebody holds is passed by: the
-- sweep will ring for it again.
CREATE FUNCTION runs_claim(
    owner_ids uuid [], run_ids uuid [], known_kinds text [], worker uuid, lease interval
) RETURNS TABLE (
    owner_id uuid, id uuid, kind text, lane text, key text, parameters text, epoch integer, attempt integer,
    max_attempts integer, fence bigint, waited float
)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH free AS MATERIALIZED (
        SELECT r.owner_id, r.id
        FROM unnest(owner_ids, run_ids) AS w (owner_id, id)
        CROSS JOIN LATERAL (
            SELECT o.owner_id, o.id FROM runs_open AS o
            WHERE o.owner_id = w.owner_id AND o.id = w.id
                AND o.kind = ANY (known_kinds)
                AND NOT o.cancel
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
            event_number = r.event_number + 1,
            errors = CASE WHEN r.status = 'queued' THEN r.errors ELSE r.errors || jsonb_build_object(
                'epoch', r.epoch, 'attempt', r.attempts, 'at', now(), 'class', 'WorkerDied', 'retryable', TRUE,
                'message', 'The worker died or lost touch with the database.'
            ) END
        FROM free WHERE r.owner_id = free.owner_id AND r.id = free.id
        RETURNING r.*
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT c.owner_id, c.id, c.event_number, 'running',
            jsonb_build_object('epoch', c.epoch, 'attempt', c.attempts)
        FROM claimed AS c
    )
    SELECT
        c.owner_id, c.id, c.kind, c.lane, c.key, c.parameters::text, c.epoch, c.attempts, c.max_attempts, c.fence,
        greatest(0, extract(EPOCH FROM now() - greatest(c.created_at, c.not_before)))::float
    FROM claimed AS c;
END $$;
REVOKE ALL ON FUNCTION runs_claim(uuid [], uuid [], text [], uuid, interval) FROM public;
GRANT EXECUTE ON FUNCTION runs_claim(uuid [], uuid [], text [], uuid, interval) TO daybreak_app;

-- Lock, in the order given, those of these runs that are still ours; whether each is to be cancelled. The backend of a
-- worker that has died must not wait for ever.
CREATE FUNCTION runs_hold(
    owner_ids uuid [], run_ids uuid [], fences bigint []
) RETURNS TABLE (run_id uuid, cancelled boolean)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    PERFORM set_config('lock_timeout', '10s', TRUE);
    RETURN QUERY
    SELECT h.id, h.cancel
    FROM unnest(owner_ids, run_ids, fences) AS w (owner_id, id, fence)
    CROSS JOIN LATERAL (
        SELECT o.id, o.cancel FROM runs_open AS o
        WHERE o.owner_id = w.owner_id AND o.id = w.id AND o.fence = w.fence AND o.status = 'running'
        FOR UPDATE
    ) AS h;
END $$;
REVOKE ALL ON FUNCTION runs_hold(uuid [], uuid [], bigint []) FROM public;
GRANT EXECUTE ON FUNCTION runs_hold(uuid [], uuid [], bigint []) TO daybreak_app;

-- What becomes of runs whose rows the caller has locked, all at once: a list of {owner_id, id, status, result, error,
-- delay, refund, events} and the last progress. Status “queued” sends one back, to be rung for after so many seconds,
-- any other ends it;
-- events are pairs of name and data; refund gives the attempt back.
CREATE FUNCTION runs_settle(settlements jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    again record;
    freed_owners uuid [];
    freed_lanes text [];
    freed_counts integer [];
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(settlements) AS s (
            owner_id uuid, id uuid, status text, result jsonb, error jsonb, events jsonb,
            phase text, done integer, total integer, failed integer, skipped integer
        ) WHERE s.status <> 'queued'
    ),
    gone AS (
        DELETE FROM runs_open AS r USING s WHERE r.owner_id = s.owner_id AND r.id = s.id
        RETURNING
            r.*, s.status AS ending, s.result, s.error, s.events, s.phase AS last_phase, s.done AS last_done,
            s.total AS last_total, s.failed AS last_failed, s.skipped AS last_skipped
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT g.owner_id, g.id, g.event_number + e.place, e.event ->> 0, e.event -> 1
        FROM gone AS g CROSS JOIN LATERAL jsonb_array_elements(g.events) WITH ORDINALITY AS e (event, place)
    ),
    ended AS (
        INSERT INTO runs_finished (
            owner_id, id, kind, lane, key, parameters, status, epoch, attempts, max_attempts, fence,
            event_number, phase, total, done, failed, skipped, result, errors, created_at, started_at
        )
        SELECT
            owner_id, id, kind, lane, key, parameters, ending, epoch, attempts, max_attempts, fence,
            event_number + jsonb_array_length(events), coalesce(last_phase, phase), greatest(last_total, total),
            greatest(last_done, done), greatest(last_failed, failed), greatest(last_skipped, skipped), result,
            CASE WHEN error IS NULL THEN errors ELSE errors || (error || jsonb_build_object('at', now())) END,
            created_at, started_at
        FROM gone
    )
    SELECT array_agg(f.owner_id), array_agg(f.lane), array_agg(f.places)
    INTO freed_owners, freed_lanes, freed_counts
    FROM (SELECT owner_id, lane, count(*)::integer AS places FROM gone GROUP BY owner_id, lane) AS f;

    FOR again IN
        WITH s AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(settlements) AS s (
                owner_id uuid, id uuid, status text, error jsonb, events jsonb, delay float, refund integer
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
                lease_until = NULL,
                worker_id = NULL,
                event_number = r.event_number + jsonb_array_length(s.events)
            FROM s WHERE r.owner_id = s.owner_id AND r.id = s.id
            RETURNING r.owner_id, r.id, r.lane, s.delay, s.events,
                r.event_number - jsonb_array_length(s.events) AS told_before
        ),
        told AS (
            INSERT INTO runs_events (owner_id, run_id, number, name, data)
            SELECT b.owner_id, b.id, b.told_before + e.place, e.event ->> 0, e.event -> 1
            FROM back AS b CROSS JOIN LATERAL jsonb_array_elements(b.events) WITH ORDINALITY AS e (event, place)
        )
        SELECT lane, delay, array_agg(owner_id) AS owner_ids, array_agg(id) AS run_ids
        FROM back GROUP BY lane, delay
    LOOP
        PERFORM runs_ring(again.lane, again.owner_ids, again.run_ids, make_interval(secs => again.delay));
    END LOOP;

    IF freed_owners IS NOT NULL THEN
        PERFORM runs_admit(freed_owners, freed_lanes, freed_counts);
    END IF;
    PERFORM runs_tell(settlements);
END $$;
REVOKE ALL ON FUNCTION runs_settle(jsonb) FROM public;
GRANT EXECUTE ON FUNCTION runs_settle(jsonb) TO daybreak_app;

-- Wake whoever follows these runs: one notification for two hundred of them, since a payload ends at 8,000 bytes.
CREATE FUNCTION runs_tell(told jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    SELECT pg_notify('daybreak_runs', string_agg(t.run ->> 'id', ',' ORDER BY t.place))
    FROM jsonb_array_elements(told) WITH ORDINALITY AS t (run, place)
    GROUP BY (t.place - 1) / 200
$$;
REVOKE ALL ON FUNCTION runs_tell(jsonb) FROM public;
GRANT EXECUTE ON FUNCTION runs_tell(jsonb) TO daybreak_app;

-- Progress and events of running runs: a list, sorted, of {owner_id, id, fence, phase, done, total, failed, skipped,
-- events}. What somebody else has claimed meanwhile stays untouched; counters never fall.
CREATE FUNCTION runs_report(reports jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    WITH s AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(reports) AS s (
            owner_id uuid, id uuid, fence bigint, phase text, done integer, total integer, failed integer,
            skipped integer, events jsonb
        )
    ),
    held AS MATERIALIZED (
        SELECT s.*, h.event_number FROM s CROSS JOIN LATERAL (
            SELECT r.event_number FROM runs_open AS r
            WHERE r.owner_id = s.owner_id AND r.id = s.id AND r.fence = s.fence AND r.status = 'running'
            FOR UPDATE
        ) AS h
    ),
    told AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT h.owner_id, h.id, h.event_number + e.place, e.event ->> 0, e.event -> 1
        FROM held AS h CROSS JOIN LATERAL jsonb_array_elements(h.events) WITH ORDINALITY AS e (event, place)
    )
    UPDATE runs_open AS r SET
        phase = coalesce(h.phase, r.phase),
        total = greatest(h.total, r.total),
        done = greatest(h.done, r.done),
        failed = greatest(h.failed, r.failed),
        skipped = greatest(h.skipped, r.skipped),
        event_number = h.event_number + jsonb_array_length(h.events)
    FROM held AS h WHERE r.owner_id = h.owner_id AND r.id = h.id;
    PERFORM runs_tell(reports);
END $$;
REVOKE ALL ON FUNCTION runs_report(jsonb) FROM public;
GRANT EXECUTE ON FUNCTION runs_report(jsonb) TO daybreak_app;

-- A process says that it is alive: its row, and the leases of what it runs. Gives the runs that are still its own
-- and whether they are to be cancelled. A row that is locked keeps its lease for this time: whoever holds it decides.
CREATE FUNCTION runs_beat(
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
            SELECT o.owner_id, o.id, o.cancel FROM runs_open AS o
            WHERE o.owner_id = b.owner_id AND o.id = b.id AND o.fence = b.fence AND o.status = 'running'
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
    uuid, text, text [], boolean, interval, uuid [], uuid [], bigint []
) FROM public;
GRANT EXECUTE ON FUNCTION runs_beat(
    uuid, text, text [], boolean, interval, uuid [], uuid [], bigint []
) TO daybreak_app;

-- One pass over what went wrong; nothing while somebody else is at it. Gives how many runs were taken back from dead
-- workers, rung for because their time has come or their doorbell was lost, looked at for that, and let into their
-- owner's window.
CREATE FUNCTION runs_sweep(
    places integer, grace interval, lease interval, batch integer
) RETURNS TABLE (expired integer, rung integer, looked integer, admitted integer)
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

    -- A row in the hands of a commit that hangs must not hold up the rest.
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', e.owner_id,
        'id', e.id,
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
            owner_id, id, epoch, attempts,
            CASE WHEN cancel THEN 'cancelled' WHEN attempts >= max_attempts THEN 'failed' ELSE 'queued' END AS ending
        FROM runs_open WHERE status = 'running' AND lease_until < now()
        ORDER BY owner_id, id LIMIT batch FOR UPDATE SKIP LOCKED
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
        id = CASE WHEN looked < batch THEN '00000000-0000-0000-0000-000000000000' ELSE far_id END
    WHERE looked > 0 OR s.rung_at > '-infinity';

    FOR freed IN
        WITH RECURSIVE pairs AS (
            (
                SELECT owner_id, lane FROM runs_open WHERE rung_at IS NULL ORDER BY owner_id, lane LIMIT 1
            )
            UNION ALL
            SELECT n.owner_id, n.lane FROM pairs AS p CROSS JOIN LATERAL (
                SELECT r.owner_id, r.lane FROM runs_open AS r
                WHERE r.rung_at IS NULL AND (r.owner_id, r.lane) > (p.owner_id, p.lane)
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
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION runs_sweep(integer, interval, interval, integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_sweep(integer, interval, interval, integer) TO daybreak_app;

-- What nobody needs any more: PgQueuer's log, workers long gone, and counters that one row can hold.
CREATE FUNCTION runs_tidy(batch integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_tidy', 0)) THEN
        RETURN;
    END IF;
    DELETE FROM pgq.pgqueuer_log WHERE id IN (
        SELECT id FROM pgq.pgqueuer_log WHERE created < now() - interval '1 hour' ORDER BY created LIMIT batch
    );
    DELETE FROM runs_workers WHERE seen_at < now() - interval '1 day';
    WITH folded AS (DELETE FROM runs_counters RETURNING kind, status, change)
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, sum(change) FROM folded GROUP BY kind, status HAVING sum(change) <> 0;
END $$;
REVOKE ALL ON FUNCTION runs_tidy(integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_tidy(integer) TO daybreak_app;
