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
        PERFORM runs_complete(jsonb_build_array(jsonb_build_object(
            'owner_id', owner, 'id', run.id, 'parent_id', run.parent_id, 'kind', run.kind, 'key', run.key,
            'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
                'cancelled', jsonb_build_object('epoch', run.epoch, 'attempt', run.attempts)
            ))
        )));
        RETURN;
    END IF;
    UPDATE runs_open AS r SET cancel_requested = TRUE WHERE r.owner_id = owner AND r.id = run_id;
    PERFORM pg_notify('daybreak_runs_cancel', run_id::text);
    PERFORM runs_notify(jsonb_build_array(jsonb_build_object('id', run_id, 'owner_id', owner)));
    IF run.stage = 'items' THEN
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
    completions jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object(
        'owner_id', owner, 'id', i.id, 'parent_id', run_id, 'kind', i.kind, 'key', i.key,
        'status', 'cancelled', 'events', jsonb_build_array(jsonb_build_array(
            'cancelled', jsonb_build_object('epoch', i.epoch, 'attempt', i.attempts)
        ))
    )) INTO completions
    FROM (
        SELECT r.id, r.kind, r.key, r.epoch, r.attempts FROM runs_open AS r
        WHERE r.owner_id = owner AND r.parent_id = run_id AND r.status = 'queued'
        ORDER BY r.id FOR UPDATE SKIP LOCKED
    ) AS i;
    IF completions IS NOT NULL THEN
        PERFORM runs_complete(completions);
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
CREATE OR REPLACE FUNCTION runs_retry(owner uuid, which uuid, max_dispatched integer, whole boolean) RETURNS text
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
    IF whole AND ended.parent_id IS NOT NULL THEN
        RETURN 'item';
    END IF;
    IF ended.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_all AS a
        WHERE a.owner_id = owner AND a.id = ended.parent_id
            AND a.fan_out_generation IS NOT DISTINCT FROM ended.fan_out_generation
    ) THEN
        RETURN 'past';
    END IF;
    IF ended.parent_id IS NULL AND (whole OR ended.stage = 'begin') THEN
        IF runs_reopen(owner, ARRAY[which], 'queued') = 0 THEN
            RETURN 'open';
        END IF;
        UPDATE runs_open AS o SET
            stage = 'begin',
            fan_out_generation = coalesce(o.fan_out_generation, 1) + 1,
            total = 0,
            done = 0,
            failed = 0,
            skipped = 0,
            result = NULL
        WHERE o.owner_id = owner AND o.id = which AND o.stage <> 'begin';
        PERFORM runs_dispatch(ended.queue, ARRAY[owner], ARRAY[which]);
        RETURN 'retried';
    END IF;

    SELECT * INTO run FROM runs_open AS o
    WHERE o.owner_id = owner AND o.id = coalesce(ended.parent_id, which) FOR UPDATE;
    IF FOUND AND (run.cancel_requested OR run.stage <> 'items' OR ended.parent_id IS NULL) THEN
        RETURN CASE WHEN ended.parent_id IS NULL THEN 'open' ELSE 'busy' END;
    END IF;
    -- A concurrent retry held the lock of the run until now.
    IF run.id IS NOT NULL AND NOT EXISTS (
        SELECT FROM runs_finished AS f WHERE f.owner_id = owner AND f.id = which
    ) THEN
        RETURN 'open';
    END IF;
    IF run.id IS NULL THEN
        IF runs_reopen(owner, ARRAY[coalesce(ended.parent_id, which)], 'running') = 0 THEN
            RETURN 'busy';
        END IF;
        SELECT * INTO run FROM runs_open AS o
        WHERE o.owner_id = owner AND o.id = coalesce(ended.parent_id, which) FOR UPDATE;
    ELSE
        UPDATE runs_open AS o SET
            epoch = o.epoch + 1, last_event_number = o.last_event_number + 1, highest_percentage = NULL
        WHERE o.owner_id = owner AND o.id = run.id RETURNING o.* INTO run;
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        VALUES (owner, run.id, run.last_event_number, 'running', jsonb_build_object('epoch', run.epoch));
    END IF;

    WITH again AS MATERIALIZED (
        SELECT f.id, f.status FROM runs_finished AS f
        WHERE f.owner_id = owner AND f.parent_id = run.id AND f.status IN ('failed', 'partial', 'cancelled')
            AND f.fan_out_generation IS NOT DISTINCT FROM run.fan_out_generation
            AND (ended.parent_id IS NULL OR f.id = which)
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
        stage = 'items',
        open_items = o.open_items + c.items,
        done = o.done - c.done,
        failed = o.failed - c.failed,
        skipped = o.skipped - c.skipped,
        gaps = '{}',
        last_step_at = now()
    FROM counted AS c WHERE o.owner_id = owner AND o.id = run.id
    RETURNING c.ids INTO item_ids;
    IF item_ids IS NULL THEN
        PERFORM runs_dispatch_finish(owner, run.id);
    ELSE
        PERFORM runs_reopen(owner, item_ids, 'queued');
        PERFORM runs_fan_out(jsonb_agg(jsonb_build_object(
            'owner_id', owner, 'queue', l.queue, 'max_dispatched', max_dispatched
        )))
        FROM (SELECT DISTINCT o.queue FROM runs_open AS o WHERE o.owner_id = owner AND o.id = ANY (item_ids)) AS l;
    END IF;
    RETURN 'retried';
END $$;
REVOKE ALL ON FUNCTION runs_retry(uuid, uuid, integer, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_retry(uuid, uuid, integer, boolean) TO daybreak_app;

-- Retries a whole run that failed in that epoch, unless it was retried since or a later run of its kind and key exists.
-- Returns whether it was retried.
CREATE OR REPLACE FUNCTION runs_retry_unchanged(owner uuid, which uuid, failed_epoch integer) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    ended runs_finished;
BEGIN
    SELECT * INTO ended FROM runs_finished AS f
    WHERE f.owner_id = owner AND f.id = which AND f.epoch = failed_epoch AND f.status = 'failed';
    IF NOT FOUND OR EXISTS (
        SELECT FROM runs_all AS a
        WHERE a.owner_id = owner AND a.kind = ended.kind AND a.key = ended.key AND a.parent_id IS NULL
            AND a.created_at > ended.created_at
    ) THEN
        RETURN FALSE;
    END IF;
    -- A run that is started as a whole dispatches no items yet, so their limit does not matter.
    IF runs_retry(owner, which, 0, TRUE) <> 'retried' THEN
        RETURN FALSE;
    END IF;
    PERFORM runs_notify(jsonb_build_array(jsonb_build_object('id', which, 'owner_id', owner)));
    RETURN TRUE;
EXCEPTION WHEN unique_violation THEN
    -- A concurrent transaction has enqueued another run of the same key.
    RETURN FALSE;
END $$;
REVOKE ALL ON FUNCTION runs_retry_unchanged(uuid, uuid, integer) FROM public, daybreak_app;

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
    written AS (
        INSERT INTO runs_events (owner_id, run_id, number, name, data)
        SELECT owner_id, id, last_event_number + 1, event, jsonb_build_object('epoch', epoch + 1) FROM gone
    ),
    back AS (
        INSERT INTO runs_open (
            owner_id, id, parent_id, kind, queue, key, parameters, status, stage, epoch, max_attempts, fence,
            last_event_number, total, done, failed, skipped, result, errors, created_at, wait_seconds, run_seconds,
            fan_out_generation
        )
        SELECT
            owner_id, id, parent_id, kind, queue, key, parameters, 'queued', stage, epoch + 1, max_attempts, fence,
            last_event_number + 1,
            -- Counts of items remain true; a run's own progress starts again.
            CASE stage WHEN 'begin' THEN 0 ELSE total END, CASE stage WHEN 'begin' THEN 0 ELSE done END,
            CASE stage WHEN 'begin' THEN 0 ELSE failed END, CASE stage WHEN 'begin' THEN 0 ELSE skipped END,
            CASE stage WHEN 'begin' THEN NULL ELSE result END,
            errors, created_at, wait_seconds, run_seconds, fan_out_generation
        FROM gone
        RETURNING id
    )
    SELECT count(*) INTO reopened FROM back;
    RETURN reopened;
END $$;
REVOKE ALL ON FUNCTION runs_reopen(uuid, uuid [], text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_reopen(uuid, uuid [], text) TO daybreak_app;
