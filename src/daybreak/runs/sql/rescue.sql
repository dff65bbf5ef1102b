-- revision: 1

-- One rescue pass; does nothing while another one runs. Returns the numbers of: runs taken from dead workers; runs that
-- became due or whose lost job was dispatched again; jobs checked; waiting runs dispatched; runs recounted because
-- their items were missing. A pass that changed something is recorded as a run “runs.rescue”.
CREATE OR REPLACE FUNCTION runs_rescue(
    max_dispatched integer, redispatch_after interval, lease interval, batch_size integer
) RETURNS TABLE (expired integer, redispatched integer, checked integer, dispatched integer, recounted integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    completions jsonb;
    start_after record;
    last_checked_at timestamptz;
    last_checked_id uuid;
    lost record;
    freed record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_rescue', 0)) THEN
        RETURN;
    END IF;
    expired := 0;
    redispatched := 0;
    dispatched := 0;
    recounted := 0;

    -- Find them by the index of leases first: with ORDER BY and LIMIT the planner would read all open runs.
    WITH expired_runs AS MATERIALIZED (
        SELECT l.owner_id, l.id FROM runs_open AS l WHERE l.status = 'running' AND l.lease_until < now()
    )
    -- Skip rows that are locked by a hanging transaction, and items whose parent is locked.
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', e.owner_id,
        'id', e.id,
        'parent_id', e.parent_id,
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
    )), count(*) INTO completions, expired
    FROM (
        SELECT
            o.owner_id, o.id, o.parent_id, o.kind, o.key, o.epoch, o.attempts,
            CASE
                WHEN o.cancel_requested OR coalesce(p.cancel_requested, FALSE) THEN 'cancelled'
                WHEN o.attempts >= o.max_attempts THEN 'failed'
                ELSE 'queued'
            END AS ending
        FROM expired_runs AS s
        INNER JOIN runs_open AS o ON s.owner_id = o.owner_id AND s.id = o.id
        LEFT JOIN LATERAL (
            SELECT r.cancel_requested FROM runs_open AS r
            WHERE o.parent_id IS NOT NULL AND r.owner_id = o.owner_id AND r.id = o.parent_id
            FOR UPDATE SKIP LOCKED
        ) AS p ON TRUE
        WHERE o.status = 'running' AND o.lease_until < now() AND (
            o.parent_id IS NULL OR p.cancel_requested IS NOT NULL OR NOT EXISTS (
                -- The parent is not locked but gone.
                SELECT FROM runs_open AS r WHERE r.owner_id = o.owner_id AND r.id = o.parent_id
            )
        )
        ORDER BY o.owner_id, o.id LIMIT batch_size FOR UPDATE OF o SKIP LOCKED
    ) AS e;
    IF completions IS NOT NULL THEN
        PERFORM runs_complete(completions);
    END IF;

    -- A run that has become due waits for capacity like all others.
    WITH due AS (
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NULL AND r.dispatched_at < now()
        ORDER BY r.dispatched_at LIMIT batch_size FOR UPDATE SKIP LOCKED
    )
    UPDATE runs_open AS r SET dispatched_at = NULL FROM due AS d WHERE r.owner_id = d.owner_id AND r.id = d.id;
    GET DIAGNOSTICS redispatched = ROW_COUNT;

    -- A million runs may be waiting with intact jobs, so each pass checks only the next batch.
    SELECT s.cursor_dispatched_at, s.cursor_id INTO start_after FROM runs_maintenance_state AS s;
    SELECT count(*), max(l.dispatched_at), (array_agg(l.id ORDER BY l.dispatched_at DESC, l.id DESC))[1]
    INTO checked, last_checked_at, last_checked_id
    FROM (
        SELECT r.id, r.dispatched_at FROM runs_open AS r
        WHERE r.status = 'queued' AND r.job_id IS NOT NULL
            AND r.dispatched_at < now() - redispatch_after
            AND (r.dispatched_at, r.id) > (start_after.cursor_dispatched_at, start_after.cursor_id)
        ORDER BY r.dispatched_at, r.id LIMIT batch_size
    ) AS l;
    FOR lost IN
        WITH checked_runs AS MATERIALIZED (
            SELECT r.owner_id, r.id, r.job_id, r.dispatched_at FROM runs_open AS r
            WHERE r.status = 'queued' AND r.job_id IS NOT NULL AND r.dispatched_at < now() - redispatch_after
                AND (r.dispatched_at, r.id) > (start_after.cursor_dispatched_at, start_after.cursor_id)
                AND (r.dispatched_at, r.id) <= (last_checked_at, last_checked_id)
        ),
        lost_runs AS (
            SELECT r.queue, r.owner_id, r.id FROM checked_runs AS l
            INNER JOIN runs_open AS r ON r.owner_id = l.owner_id AND r.id = l.id
            -- IS NOT DISTINCT FROM makes the planner use the primary key instead of the index of dispatched runs.
            WHERE r.status = 'queued' AND r.job_id IS NOT DISTINCT FROM l.job_id AND NOT EXISTS (
                SELECT FROM pgq.pgqueuer AS j
                WHERE j.id = l.job_id AND (j.status = 'queued' OR j.heartbeat > now() - lease)
            )
            ORDER BY l.dispatched_at, l.id
            FOR UPDATE OF r SKIP LOCKED
        )
        SELECT
            u.queue, array_agg(u.owner_id) AS owner_ids, array_agg(u.id) AS run_ids
        FROM lost_runs AS u GROUP BY u.queue
    LOOP
        PERFORM runs_dispatch(lost.queue, lost.owner_ids, lost.run_ids);
        redispatched := redispatched + cardinality(lost.run_ids);
    END LOOP;
    UPDATE runs_maintenance_state AS s SET
        cursor_dispatched_at = CASE WHEN checked < batch_size THEN '-infinity' ELSE last_checked_at END,
        cursor_id = CASE WHEN checked < batch_size THEN '00000000-0000-0000-0000-000000000000' ELSE last_checked_id END,
        rescued_at = now();

    FOR freed IN
        WITH RECURSIVE pairs AS (
            (
                SELECT owner_id, queue FROM runs_open
                WHERE dispatched_at IS NULL AND status = 'queued' ORDER BY owner_id, queue LIMIT 1
            )
            UNION ALL
            SELECT n.owner_id, n.queue FROM pairs AS p CROSS JOIN LATERAL (
                SELECT r.owner_id, r.queue FROM runs_open AS r
                WHERE r.dispatched_at IS NULL AND r.status = 'queued' AND (r.owner_id, r.queue) > (p.owner_id, p.queue)
                ORDER BY r.owner_id, r.queue LIMIT 1
            ) AS n
        )
        SELECT p.owner_id, p.queue, (max_dispatched - w.used)::integer AS free FROM pairs AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS used FROM (
                SELECT FROM runs_open AS r
                WHERE r.owner_id = p.owner_id AND r.queue = p.queue AND r.job_id IS NOT NULL LIMIT max_dispatched
            ) AS dispatched_rows
        ) AS w
        WHERE w.used < max_dispatched
    LOOP
        dispatched := dispatched + runs_dispatch_waiting(ARRAY[freed.owner_id], ARRAY[freed.queue], ARRAY[freed.free]);
    END LOOP;

    -- Items that were released while their run was being cancelled.
    FOR lost IN
        SELECT r.owner_id, r.id FROM runs_open AS r
        WHERE r.cancel_requested AND r.stage = 'items' ORDER BY r.owner_id, r.id LIMIT batch_size FOR UPDATE SKIP LOCKED
    LOOP
        PERFORM runs_cancel_items(lost.owner_id, lost.id);
    END LOOP;

    -- Only after a defect: a run that waits for items although none is open.
    FOR lost IN
        SELECT r.owner_id, r.id, r.fan_out_generation FROM runs_open AS r
        WHERE r.status = 'running' AND r.stage = 'items' AND NOT EXISTS (
            SELECT FROM runs_open AS i WHERE i.owner_id = r.owner_id AND i.parent_id = r.id
        )
        ORDER BY r.owner_id, r.id LIMIT batch_size FOR UPDATE SKIP LOCKED
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
            WHERE f.owner_id = lost.owner_id AND f.parent_id = lost.id
                AND f.fan_out_generation IS NOT DISTINCT FROM lost.fan_out_generation
        ) AS c
        WHERE r.owner_id = lost.owner_id AND r.id = lost.id;
        PERFORM runs_dispatch_finish(lost.owner_id, lost.id);
        recounted := recounted + 1;
    END LOOP;
    IF expired + redispatched + dispatched + recounted > 0 THEN
        PERFORM runs_record_system_run('runs.rescue', jsonb_build_object(
            'expired', expired, 'redispatched', redispatched, 'dispatched', dispatched, 'recounted', recounted
        ));
    END IF;
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION runs_rescue(integer, interval, interval, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_rescue(integer, interval, interval, integer) TO daybreak_app;

-- Prunes old rows and creates partitions, at most once per `every` and by one process at a time. Recorded as a run
-- “runs.prune”. Returns what was done, or NULL if it was not due.
CREATE OR REPLACE FUNCTION runs_prune(every interval, ahead interval, keep interval, batch_size integer) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    log_rows integer;
    workers integer;
    made integer;
    dropped integer;
    -- No caller may delete recent history.
    kept interval := greatest(keep, interval '7 days');
    done jsonb;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('daybreak.runs_prune', 0)) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM runs_maintenance_state AS s WHERE s.pruned_at > now() - every) THEN
        RETURN NULL;
    END IF;
    DELETE FROM pgq.pgqueuer_log WHERE id IN (
        SELECT id FROM pgq.pgqueuer_log WHERE created < now() - interval '1 hour' ORDER BY id LIMIT batch_size
    );
    GET DIAGNOSTICS log_rows = ROW_COUNT;
    DELETE FROM runs_workers WHERE last_heartbeat_at < now() - interval '1 day';
    GET DIAGNOSTICS workers = ROW_COUNT;
    DELETE FROM runs_durations WHERE day < (now() - kept)::date;
    -- Creating and dropping partitions needs locks that would block all others behind a long read.
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
    -- If a batch was too small, the next one is due at once.
    IF log_rows < batch_size THEN
        UPDATE runs_maintenance_state AS s SET pruned_at = now();
    END IF;
    PERFORM runs_record_system_run('runs.prune', done);
    RETURN done;
END $$;
REVOKE ALL ON FUNCTION runs_prune(interval, interval, interval, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_prune(interval, interval, interval, integer) TO daybreak_app;

-- Records maintenance as an ended run of the system, whose owner is the nil id.
CREATE OR REPLACE FUNCTION runs_record_system_run(done_kind text, done_result jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    INSERT INTO runs_finished (
        owner_id, id, kind, queue, key, parameters, status, epoch, attempts, max_attempts, fence, last_event_number, phase,
        total, done, failed, skipped, result, errors, created_at, started_at, finished_at, run_seconds
    )
    VALUES (
        '00000000-0000-0000-0000-000000000000', gen_random_uuid(), done_kind, 'bulk', now()::text, '{}', 'succeeded',
        1, 1, 1, 1, 0, '', 0, 0, 0, 0, done_result, '[]', now(), now(), clock_timestamp(),
        extract(EPOCH FROM clock_timestamp() - now())
    )
$$;
REVOKE ALL ON FUNCTION runs_record_system_run(text, jsonb) FROM public, daybreak_app;
