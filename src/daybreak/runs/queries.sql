-- name: enqueue
-- Return the id of the open run for (owner, kind, key), new or existing. $1 owner, $2 new id, $3 kind, $4 queue,
-- $5 key, $6 parameters, $7 maximum attempts, $8 delay, $9 maximum dispatched runs of the owner.
SELECT runs_enqueue($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)

-- name: redispatch
-- Dispatch those of these runs again that are queued and due. $1 queue, $2 owners, $3 runs, $4 priority.
SELECT runs_dispatch($1, array_agg(d.owner_id), array_agg(d.id), '0', $4)
FROM (
    SELECT o.owner_id, o.id
    FROM unnest($2::uuid [], $3::uuid []) AS w (owner_id, id)
    INNER JOIN runs_open AS o ON w.owner_id = o.owner_id AND w.id = o.id
    -- IS TRUE makes the planner use the primary key instead of the index of dispatched runs.
    WHERE o.status = 'queued' AND o.scheduled_at <= now() AND (o.job_id IS NOT NULL) IS TRUE
    ORDER BY o.owner_id, o.id
    FOR UPDATE OF o SKIP LOCKED
) AS d
HAVING count(*) > 0

-- name: claim
-- Claim the claimable runs among these, and return the time. $1 owners, $2 runs, $3 known kinds, $4 worker, $5 lease.
SELECT
    clock_timestamp() AS now, owner_id, id, parent_id, kind, queue, key, parameters, epoch, attempt, max_attempts, fence, last_event_number,
    wait_seconds, items
FROM runs_claim($1, $2, $3, $4, $5)

-- name: lock_claimed
-- Lock those of these runs whose fence is valid, in the order given. $1 owners, $2 runs, $3 fences.
SELECT run_id, cancelled FROM runs_lock_claimed($1, $2, $3)

-- name: complete
-- Complete locked runs, without notifications.
SELECT runs_complete_silently($1::jsonb)

-- name: notify
-- Notify the subscribers of these topics: 200 per notification, because a payload is limited to 8,000 bytes.
SELECT pg_notify('daybreak_runs', string_agg(t.topic::text, ','))
FROM unnest($1::uuid []) WITH ORDINALITY AS t (topic, ordinal)
GROUP BY (t.ordinal - 1) / 200

-- name: write_progress
-- Write progress and events of running runs, if their fence is valid.
SELECT runs_write_progress($1::jsonb)

-- name: heartbeat
-- Renew the leases of a worker's runs; return those that still belong to it, and in each row, of which there is at
-- least one, the time and the oldest program that may run.
SELECT now() AS now, h.run_id, h.cancelled, c.oldest_program, c.migrated_by
FROM (SELECT) AS this
LEFT JOIN db_compatibility AS c ON TRUE
LEFT JOIN runs_heartbeat($1, $2, $3, $4, $5, $6, $7, $8, $9) AS h ON TRUE

-- name: record_clock
-- Record how far the clock of a worker's machine is ahead of the database's.
UPDATE runs_workers SET clock_ahead = $2 WHERE id = $1

-- name: rescue
-- Rescue runs of dead workers, lost jobs and unused capacity. No row while another process does so.
SELECT expired, redispatched, checked, dispatched, recounted FROM runs_rescue($1, $2, $3, $4)

-- name: fold_counters
-- Fold the counters into one row per sum.
SELECT runs_fold_counters()

-- name: prune
-- Prune, and create future partitions, unless that was done recently: then NULL. $1 interval, $2 how far ahead,
-- $3 retention of ended runs, $4 maximum rows at once.
SELECT runs_prune($1, $2, $3, $4)::text

-- name: find_run
-- Return one run, open or finished.
SELECT
    owner_id, id, parent_id, kind, queue, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, seconds_per_step, last_step_at, result::text AS result, gaps,
    errors::text AS errors, created_at, started_at, finished_at, scheduled_at, cancel_requested, wait_seconds, run_seconds,
    highest_percentage
FROM runs_all WHERE owner_id = $1 AND id = $2

-- name: find_runs_between_ids
-- List an owner's runs and items with ids from $2 to $3, at most $4.
SELECT
    owner_id, id, parent_id, kind, queue, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, seconds_per_step, last_step_at, result::text AS result, gaps,
    errors::text AS errors, created_at, started_at, finished_at, scheduled_at, cancel_requested, wait_seconds, run_seconds,
    highest_percentage
FROM runs_all WHERE owner_id = $1 AND id BETWEEN $2 AND $3
ORDER BY id LIMIT $4

-- name: list_runs
-- List an owner's runs, newest first. $2 and $3 cursor, $4 kinds, $5 statuses, $6 maximum rows.
SELECT
    owner_id, id, parent_id, kind, queue, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, seconds_per_step, last_step_at, result::text AS result, gaps,
    errors::text AS errors, created_at, started_at, finished_at, scheduled_at, cancel_requested, wait_seconds, run_seconds,
    highest_percentage
FROM runs_all
WHERE
    owner_id = $1 AND parent_id IS NULL
    AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    AND ($4::text [] IS NULL OR kind = ANY ($4))
    AND ($5::text [] IS NULL OR status = ANY ($5))
ORDER BY created_at DESC, id DESC
LIMIT $6

-- name: list_items
-- List the items of a run in their order, those of its latest generation. $3 and $4 cursor, $5 statuses, $6 maximum
-- rows.
SELECT
    owner_id, id, parent_id, kind, queue, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, seconds_per_step, last_step_at, result::text AS result, gaps,
    errors::text AS errors, created_at, started_at, finished_at, scheduled_at, cancel_requested, wait_seconds, run_seconds,
    highest_percentage
FROM runs_all
WHERE
    owner_id = $1 AND parent_id = $2
    AND fan_out_generation IS NOT DISTINCT FROM (
        SELECT parent.fan_out_generation FROM runs_all AS parent WHERE parent.owner_id = $1 AND parent.id = $2
    )
    AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
    AND ($5::text [] IS NULL OR status = ANY ($5))
ORDER BY created_at, id
LIMIT $6

-- name: list_events
-- List the events of a run after this number.
SELECT run_id, number, at, name, data::text AS data FROM runs_events
WHERE owner_id = $1 AND run_id = $2 AND number > $3
ORDER BY number
LIMIT $4

-- name: list_latest_events
-- List the latest $4 events of a run, or the latest before this number, newest first.
SELECT run_id, number, at, name, data::text AS data FROM runs_events
WHERE owner_id = $1 AND run_id = $2 AND ($3::bigint IS NULL OR number < $3)
ORDER BY number DESC
LIMIT $4

-- name: count_by_kind
-- Count the runs of all owners by kind and status.
SELECT kind, status, sum(change)::bigint AS runs FROM runs_counters
GROUP BY kind, status HAVING sum(change) <> 0

-- name: cancel
-- Cancel a run or an item: at once, or when its worker receives the request.
SELECT runs_cancel($1, $2)

-- name: retry
-- Retry what ended without success; returns “retried” or the reason why not. $1 owner, $2 run or item, $3 maximum
-- dispatched runs of the owner, $4 whether to restart the run as a whole.
SELECT runs_retry($1, $2, $3, $4)

-- name: list_workers
-- List the workers of the last day with the runs that each has claimed, by kind.
SELECT
    w.id, w.name, w.draining, w.started_at, w.last_heartbeat_at, w.clock_ahead, w.last_heartbeat_at > now() - $1::interval AS alive,
    coalesce(
        jsonb_object_agg(d.kind, d.runs ORDER BY d.kind) FILTER (WHERE d.kind IS NOT NULL), '{}'
    )::text AS running
FROM runs_workers AS w LEFT JOIN runs_running_by_worker() AS d ON w.id = d.worker_id
GROUP BY w.id
ORDER BY w.started_at, w.id

-- name: list_durations
-- Return the histogram of wait and run times by kind since that day.
SELECT kind, wait_bucket, run_bucket, sum(runs)::bigint AS runs, sum(wait_seconds) AS wait_seconds,
    sum(run_seconds) AS run_seconds
FROM runs_durations WHERE day >= $1
GROUP BY kind, wait_bucket, run_bucket

-- name: find_obstacle
-- Return which worker has an open run, and whether the run is due later than in $3.
SELECT
    r.worker_id, w.name AS worker, w.process_key, r.lease_until < now() AS is_lease_expired,
    r.scheduled_at > now() + $3::interval AS is_due_later
FROM runs_open AS r LEFT JOIN runs_workers AS w ON r.worker_id = w.id
WHERE r.owner_id = $1 AND r.id = $2

-- name: end_lease
-- End the lease of a run whose worker is known to be dead, unless its row is locked. $1 owner, $2 run, $3 worker.
WITH free AS (
    SELECT o.owner_id, o.id FROM runs_open AS o
    WHERE o.owner_id = $1 AND o.id = $2 AND o.worker_id = $3 AND o.status = 'running'
    FOR UPDATE SKIP LOCKED
)

UPDATE runs_open AS r SET lease_until = now() FROM free WHERE r.owner_id = free.owner_id AND r.id = free.id

-- name: deregister_worker
-- Delete a worker.
DELETE FROM runs_workers WHERE id = $1

-- name: list_due
-- List the claimable runs of an owner, oldest first.
SELECT id FROM runs_open
WHERE
    owner_id = $1 AND NOT cancel_requested AND attempts < max_attempts
    AND ((status = 'queued' AND scheduled_at <= now()) OR (status = 'running' AND lease_until < now()))
ORDER BY created_at, id

-- name: advance_clock
-- Advance all times that an owner's open runs wait for; for tests.
UPDATE runs_open SET
    scheduled_at = scheduled_at - $2::interval,
    lease_until = lease_until - $2::interval,
    dispatched_at = dispatched_at - $2::interval
WHERE owner_id = $1

-- name: search_runs
-- Search the next $8 runs of an owner after the cursor ($2, $3), newest first: $4 kinds, $5 statuses, $6 a part of
-- the key or the beginning of the id in lower case, $7 maximum rows.
SELECT
    owner_id, id, parent_id, kind, queue, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, seconds_per_step, last_step_at, result::text AS result, gaps,
    errors::text AS errors, created_at, started_at, finished_at, scheduled_at, cancel_requested, wait_seconds, run_seconds,
    highest_percentage
FROM (
    SELECT * FROM runs_all
    WHERE owner_id = $1 AND parent_id IS NULL AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    ORDER BY created_at DESC, id DESC LIMIT $8
) AS searched
WHERE
    ($4::text [] IS NULL OR kind = ANY ($4))
    AND ($5::text [] IS NULL OR status = ANY ($5))
    AND ($6::text IS NULL OR strpos(lower(key), $6) > 0 OR starts_with(id::text, $6))
ORDER BY created_at DESC, id DESC LIMIT $7

-- name: find_search_limit
-- Return the cursor of the last of the next $4 runs; no row if there are fewer.
SELECT created_at, id FROM runs_all
WHERE owner_id = $1 AND parent_id IS NULL AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC OFFSET $4 - 1 LIMIT 1

-- name: stats_by_kind
-- Return statistics of the newest $2 runs of an owner by kind and status.
SELECT
    kind, status, count(*) AS runs, avg(wait_seconds) AS wait_seconds, avg(run_seconds) AS run_seconds,
    min(created_at) AS oldest, max(created_at) AS newest
FROM (
    SELECT kind, status, wait_seconds, run_seconds, created_at FROM runs_all
    WHERE owner_id = $1 AND parent_id IS NULL ORDER BY created_at DESC, id DESC LIMIT $2
) AS searched
GROUP BY kind, status ORDER BY kind, status

-- name: list_events_since
-- List the events of all runs and items of an owner since then.
SELECT run_id, number, at, name, data::text AS data FROM runs_events
WHERE owner_id = $1 AND at > $2
ORDER BY at, run_id, number
LIMIT $3

-- name: list_attempt_events
-- List the latest $3 start and end events of attempts of these runs and items, newest first.
SELECT run_id, number, at, name, data::text AS data FROM runs_events
WHERE
    owner_id = $1 AND run_id = ANY ($2)
    AND name IN ('running', 'queued', 'succeeded', 'partial', 'failed', 'cancelled', 'skipped', 'items')
ORDER BY at DESC, run_id, number DESC
LIMIT $3

-- name: find_conflicting_run
-- Return the open run for the same (owner, kind, key) as a finished one.
SELECT o.id FROM runs_finished AS f
INNER JOIN runs_open AS o ON o.owner_id = f.owner_id AND o.kind = f.kind AND o.key = f.key AND o.parent_id IS NULL
WHERE f.owner_id = $1 AND f.id = $2 AND f.parent_id IS NULL

-- name: count_ended_by_day
-- Count the ended runs by UTC day and kind since then.
SELECT day, kind, sum(runs)::bigint AS runs FROM runs_durations WHERE day >= $1
GROUP BY day, kind ORDER BY day, kind

-- name: database_now
-- Return the time by the clock that stamps events.
SELECT now()
