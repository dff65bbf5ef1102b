-- revision: 1

-- Cancels a run: at once while it is queued, otherwise when its worker or its items receive the request. Does nothing
-- if it has ended.
CREATE OR REPLACE FUNCTION runs_cancel(owner uuid, run_id uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
REVOKE ALL ON FUNCTION runs_cancel(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_cancel(uuid, uuid) TO daybreak_app;

-- Ends the queued items of a cancelled run. The rescue pass cancels those that are locked now. The caller has locked
-- the run.
CREATE OR REPLACE FUNCTION runs_cancel_items(owner uuid, run_id uuid) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
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
REVOKE ALL ON FUNCTION runs_cancel_items(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_cancel_items(uuid, uuid) TO daybreak_app;

-- Retries what ended without success: a run (if it has fanned out, only the items without success) or one item. `whole`
-- starts a run again from the beginning, with the items that it then creates.
--
-- Returns “retried” or the reason why not: “missing”, “open”, “succeeded”, “item” (an item cannot be started as a
-- whole), “past” (its run was started again without it, or was pruned), “busy” (its run is being finished). Raises
-- unique_violation if another run is open for the same key. Locks the run, then the item.
CREATE OR REPLACE FUNCTION runs_retry(owner uuid, which uuid, places integer, whole boolean) RETURNS text
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
    -- A concurrent retry held the lock of the run until now.
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
REVOKE ALL ON FUNCTION runs_retry(uuid, uuid, integer, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_retry(uuid, uuid, integer, boolean) TO daybreak_app;

-- Moves ended runs back to runs_open in a new epoch with all attempts. Returns how many there were.
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
            -- Counts of items remain true; a run's own progress starts again.
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
REVOKE ALL ON FUNCTION runs_reopen(uuid, uuid [], text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_reopen(uuid, uuid [], text) TO daybreak_app;
