-- name: start
-- The id of the open run for (owner, kind, key): a new one, or the one that was there. $1 owner, $2 new id, $3 kind,
-- $4 lane, $5 key, $6 parameters, $7 most attempts, $8 delay, $9 the owner's window.
SELECT runs_start($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)

-- name: pass_on
-- Ring again for those of these that wait and are due. $1 lane, $2 owners, $3 runs, $4 urgency.
SELECT runs_ring($1, array_agg(d.owner_id), array_agg(d.id), '0', $4)
FROM (
    SELECT o.owner_id, o.id
    FROM unnest($2::uuid [], $3::uuid []) AS w (owner_id, id)
    INNER JOIN runs_open AS o ON w.owner_id = o.owner_id AND w.id = o.id
    -- Said so that they are found by their ids, and not by the index of all that were rung for.
    WHERE o.status = 'queued' AND o.not_before <= now() AND (o.job_id IS NOT NULL) IS TRUE
    ORDER BY o.owner_id, o.id
    FOR UPDATE OF o SKIP LOCKED
) AS d
HAVING count(*) > 0

-- name: claim
-- Take what can be taken of these. $1 owners, $2 runs, $3 kinds that we know, $4 worker, $5 lease.
SELECT
    owner_id, id, part_of, kind, lane, key, parameters, epoch, attempt, max_attempts, fence, event_number, waited, items
FROM runs_claim($1, $2, $3, $4, $5)

-- name: hold
-- Lock, in the order given, those of these runs that are still ours. $1 owners, $2 runs, $3 fences.
SELECT run_id, cancelled FROM runs_hold($1, $2, $3)

-- name: settle
-- What becomes of runs that are held; nobody is told.
SELECT runs_settle_untold($1::jsonb)

-- name: tell
-- Wake whoever follows one of these topics: one notification for 200, since a payload ends at 8,000 bytes.
SELECT pg_notify('daybreak_runs', string_agg(t.topic::text, ','))
FROM unnest($1::uuid []) WITH ORDINALITY AS t (topic, place)
GROUP BY (t.place - 1) / 200

-- name: report
-- Progress and events of running runs, fenced.
SELECT runs_report($1::jsonb)

-- name: beat
-- Renew the leases of what a worker runs; gives what is still its own.
SELECT run_id, cancelled FROM runs_beat($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: sweep
-- Mend what went wrong: runs of dead workers, lost doorbells, places left free. No row while another sweeps.
SELECT expired, rung, looked, admitted, recounted FROM runs_sweep($1, $2, $3, $4)

-- name: fold
-- Fold what was counted into one row for each sum.
SELECT runs_fold()

-- name: upkeep
-- Prune, and see to the weeks to come, unless that was done a short while ago: then NULL. $1 how often, $2 how far
-- ahead, $3 how long ended runs are kept, $4 how many rows at once.
SELECT runs_upkeep($1, $2, $3, $4)::text

-- name: read_run
-- One run, open or finished.
SELECT
    owner_id, id, part_of, kind, lane, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, pace, paced_at, result::text AS result, gaps, errors::text AS errors,
    created_at, started_at, finished_at, not_before, cancel, wait_seconds, run_seconds, reached
FROM runs_all WHERE owner_id = $1 AND id = $2

-- name: find_runs
-- An owner's runs and items with ids from $2 to $3, so many at most.
SELECT
    owner_id, id, part_of, kind, lane, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, pace, paced_at, result::text AS result, gaps, errors::text AS errors,
    created_at, started_at, finished_at, not_before, cancel, wait_seconds, run_seconds, reached
FROM runs_all WHERE owner_id = $1 AND id BETWEEN $2 AND $3
ORDER BY id LIMIT $4

-- name: list_runs
-- An owner's runs, newest first. $2 and $3 the place after which to go on, $4 kinds, $5 states, $6 how many.
SELECT
    owner_id, id, part_of, kind, lane, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, pace, paced_at, result::text AS result, gaps, errors::text AS errors,
    created_at, started_at, finished_at, not_before, cancel, wait_seconds, run_seconds, reached
FROM runs_all
WHERE
    owner_id = $1 AND part_of IS NULL
    AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    AND ($4::text [] IS NULL OR kind = ANY ($4))
    AND ($5::text [] IS NULL OR status = ANY ($5))
ORDER BY created_at DESC, id DESC
LIMIT $6

-- name: list_items
-- The items of a run in their order, those of its latest round. $3 and $4 the place after which to go on, $5 states, $6 how many.
SELECT
    owner_id, id, part_of, kind, lane, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, pace, paced_at, result::text AS result, gaps, errors::text AS errors,
    created_at, started_at, finished_at, not_before, cancel, wait_seconds, run_seconds, reached
FROM runs_all
WHERE
    owner_id = $1 AND part_of = $2
    AND round IS NOT DISTINCT FROM (SELECT whole.round FROM runs_all AS whole WHERE whole.owner_id = $1 AND whole.id = $2)
    AND ($3::timestamptz IS NULL OR (created_at, id) > ($3, $4::uuid))
    AND ($5::text [] IS NULL OR status = ANY ($5))
ORDER BY created_at, id
LIMIT $6

-- name: read_events
-- What happened in a run after that number.
SELECT number, at, name, data::text AS data FROM runs_events
WHERE owner_id = $1 AND run_id = $2 AND number > $3
ORDER BY number
LIMIT $4

-- name: read_latest_events
-- What happened in a run before that number, or lately: the last $4, backwards.
SELECT number, at, name, data::text AS data FROM runs_events
WHERE owner_id = $1 AND run_id = $2 AND ($3::bigint IS NULL OR number < $3)
ORDER BY number DESC
LIMIT $4

-- name: count_runs
-- How many runs there are by kind and state, of all owners.
SELECT kind, status, sum(change)::bigint AS runs FROM runs_counters
GROUP BY kind, status HAVING sum(change) <> 0

-- name: cancel
-- Cancel a run or an item, at once or as soon as its worker hears of it.
SELECT runs_cancel($1, $2)

-- name: retry
-- Run again what ended without success: “retried”, or why not. $1 owner, $2 run or item, $3 the owner's window, $4 a
-- run as a whole.
SELECT runs_retry($1, $2, $3, $4)

-- name: workers
-- Who works, who did so lately, and what each is doing.
SELECT
    w.id, w.name, w.draining, w.started_at, w.seen_at, w.seen_at > now() - $1::interval AS alive,
    coalesce(
        jsonb_object_agg(d.kind, d.runs ORDER BY d.kind) FILTER (WHERE d.kind IS NOT NULL), '{}'
    )::text AS doing
FROM runs_workers AS w LEFT JOIN runs_doing() AS d ON w.id = d.worker_id
GROUP BY w.id
ORDER BY w.started_at, w.id

-- name: times
-- How often the runs of a kind waited and took how long since that day, by class.
SELECT kind, wait_class, run_class, sum(runs)::bigint AS runs, sum(wait_seconds) AS wait_seconds,
    sum(run_seconds) AS run_seconds
FROM runs_times WHERE day >= $1
GROUP BY kind, wait_class, run_class

-- name: read_obstacle
-- Who has an open run, and whether it waits for longer than $3.
SELECT
    r.worker_id, w.name AS worker, w.place, r.lease_until < now() AS is_over, r.not_before > now() + $3::interval AS is_far
FROM runs_open AS r LEFT JOIN runs_workers AS w ON r.worker_id = w.id
WHERE r.owner_id = $1 AND r.id = $2

-- name: end_lease
-- Free a run whose worker is known to be dead, unless its row is in somebody's hands. $1 owner, $2 run, $3 worker.
WITH free AS (
    SELECT o.owner_id, o.id FROM runs_open AS o
    WHERE o.owner_id = $1 AND o.id = $2 AND o.worker_id = $3 AND o.status = 'running'
    FOR UPDATE SKIP LOCKED
)

UPDATE runs_open AS r SET lease_until = now() FROM free WHERE r.owner_id = free.owner_id AND r.id = free.id

-- name: leave
-- A worker is gone.
DELETE FROM runs_workers WHERE id = $1

-- name: list_due
-- What of an owner's could be claimed now, oldest first.
SELECT id FROM runs_open
WHERE
    owner_id = $1 AND NOT cancel AND attempts < max_attempts
    AND ((status = 'queued' AND not_before <= now()) OR (status = 'running' AND lease_until < now()))
ORDER BY created_at, id

-- name: move_clock
-- Bring everything that an owner's open runs wait for nearer; for tests.
UPDATE runs_open SET
    not_before = not_before - $2::interval,
    lease_until = lease_until - $2::interval,
    rung_at = rung_at - $2::interval
WHERE owner_id = $1

-- name: search_runs
-- Of the $8 runs of an owner's after a place those that are wanted, newest first: $4 kinds, $5 states, $6 a part of the
-- key or the beginning of the id in small letters, $7 how many.
SELECT
    owner_id, id, part_of, kind, lane, key, parameters::text AS parameters, status, epoch, attempts, max_attempts,
    phase, total, done, failed, skipped, pace, paced_at, result::text AS result, gaps, errors::text AS errors,
    created_at, started_at, finished_at, not_before, cancel, wait_seconds, run_seconds, reached
FROM (
    SELECT * FROM runs_all
    WHERE owner_id = $1 AND part_of IS NULL AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    ORDER BY created_at DESC, id DESC LIMIT $8
) AS looked
WHERE
    ($4::text [] IS NULL OR kind = ANY ($4))
    AND ($5::text [] IS NULL OR status = ANY ($5))
    AND ($6::text IS NULL OR strpos(lower(key), $6) > 0 OR starts_with(id::text, $6))
ORDER BY created_at DESC, id DESC LIMIT $7

-- name: find_reach
-- Where a search over $4 runs after a place ends; nothing if there are not so many.
SELECT created_at, id FROM runs_all
WHERE owner_id = $1 AND part_of IS NULL AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
ORDER BY created_at DESC, id DESC OFFSET $4 - 1 LIMIT 1

-- name: sum_runs
-- The newest $2 runs of an owner's by kind and state: how many, how long on average, the oldest and the newest.
SELECT
    kind, status, count(*) AS runs, avg(wait_seconds) AS wait_seconds, avg(run_seconds) AS run_seconds,
    min(created_at) AS oldest, max(created_at) AS newest
FROM (
    SELECT kind, status, wait_seconds, run_seconds, created_at FROM runs_all
    WHERE owner_id = $1 AND part_of IS NULL ORDER BY created_at DESC, id DESC LIMIT $2
) AS looked
GROUP BY kind, status ORDER BY kind, status

-- name: read_owners_events
-- What happened in any run or item of an owner's since then.
SELECT run_id, number, at, name, data::text AS data FROM runs_events
WHERE owner_id = $1 AND at > $2
ORDER BY at, run_id, number
LIMIT $3

-- name: read_moves
-- When these runs and items began and stopped being under way, and who had them; the latest $3.
SELECT run_id, number, at, name, data::text AS data FROM runs_events
WHERE
    owner_id = $1 AND run_id = ANY ($2)
    AND name IN ('running', 'queued', 'succeeded', 'partial', 'failed', 'cancelled', 'skipped', 'items')
ORDER BY at DESC, run_id, number DESC
LIMIT $3

-- name: find_rival
-- The run that is open for the same thing as one that has ended.
SELECT o.id FROM runs_finished AS f
INNER JOIN runs_open AS o ON o.owner_id = f.owner_id AND o.kind = f.kind AND o.key = f.key AND o.part_of IS NULL
WHERE f.owner_id = $1 AND f.id = $2 AND f.part_of IS NULL

-- name: count_days
-- How many runs of each kind ended on each UTC day since then.
SELECT day, kind, sum(runs)::bigint AS runs FROM runs_times WHERE day >= $1
GROUP BY day, kind ORDER BY day, kind

-- name: read_moment
-- What time it is by the clock that events bear.
SELECT now()
