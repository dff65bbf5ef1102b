-- name: start
-- The id of the open run for (owner, kind, key): a new one, or the one that was there. $1 owner, $2 new id, $3 kind,
-- $4 lane, $5 key, $6 parameters, $7 most attempts, $8 delay, $9 the owner's window.
SELECT runs_start($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)

-- name: ring
-- Say that somebody should look at these runs. $1 lane, $2 owners, $3 runs, $4 delay, $5 urgency.
SELECT runs_ring($1, $2, $3, $4, $5)

-- name: claim
-- Take what can be taken of these. $1 owners, $2 runs, $3 kinds that we know, $4 worker, $5 lease.
SELECT owner_id, id, kind, lane, key, parameters, epoch, attempt, max_attempts, fence, waited
FROM runs_claim($1, $2, $3, $4, $5)

-- name: hold
-- Lock, in the order given, those of these runs that are still ours. $1 owners, $2 runs, $3 fences.
SELECT run_id, cancelled FROM runs_hold($1, $2, $3)

-- name: settle
-- What becomes of runs that are held.
SELECT runs_settle($1::jsonb)

-- name: report
-- Progress and events of running runs, fenced.
SELECT runs_report($1::jsonb)

-- name: beat
-- Renew the leases of what a worker runs; gives what is still its own.
SELECT run_id, cancelled FROM runs_beat($1, $2, $3, $4, $5, $6, $7, $8)

-- name: sweep
-- Mend what went wrong: runs of dead workers, lost doorbells, places left free. No row while another sweeps.
SELECT expired, rung, looked, admitted FROM runs_sweep($1, $2, $3, $4)

-- name: tidy
-- Prune what nobody needs any more.
SELECT runs_tidy($1)

-- name: make_partitions
-- See to it that every week of that time ahead has its partitions.
SELECT runs_make_partitions($1)

-- name: drop_partitions
-- Forget the weeks that were over so long ago.
SELECT runs_drop_partitions($1)

-- name: read_run
-- One run, open or finished.
SELECT
    owner_id, id, kind, lane, key, parameters::text AS parameters, status, epoch, attempts, max_attempts, phase,
    total, done, failed, skipped, result::text AS result, errors::text AS errors, created_at, started_at,
    finished_at, not_before, cancel
FROM runs_all WHERE owner_id = $1 AND id = $2

-- name: list_runs
-- An owner's runs, newest first. $2 and $3 the place after which to go on, $4 kinds, $5 states, $6 how many.
SELECT
    owner_id, id, kind, lane, key, parameters::text AS parameters, status, epoch, attempts, max_attempts, phase,
    total, done, failed, skipped, result::text AS result, errors::text AS errors, created_at, started_at,
    finished_at, not_before, cancel
FROM runs_all
WHERE
    owner_id = $1
    AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
    AND ($4::text [] IS NULL OR kind = ANY ($4))
    AND ($5::text [] IS NULL OR status = ANY ($5))
ORDER BY created_at DESC, id DESC
LIMIT $6

-- name: read_events
-- What happened in a run after that number.
SELECT number, at, name, data::text AS data FROM runs_events
WHERE owner_id = $1 AND run_id = $2 AND number > $3
ORDER BY number
LIMIT $4

-- name: count_runs
-- How many runs there are by kind and state, of all owners.
SELECT kind, status, sum(change)::bigint AS runs FROM runs_counters
GROUP BY kind, status HAVING sum(change) <> 0

-- name: hold_open
-- Lock a run that has not ended.
SELECT status, epoch, attempts FROM runs_open WHERE owner_id = $1 AND id = $2 FOR UPDATE

-- name: ask_to_cancel
-- Ask whoever runs it to stop.
WITH asked AS (UPDATE runs_open SET cancel = TRUE WHERE owner_id = $1 AND id = $2 RETURNING id)
SELECT pg_notify('daybreak_runs_cancel', id::text) FROM asked

-- name: reopen
-- Move a run that ended without success back, as a new epoch; nothing when it is not there, succeeded, or another one
-- is open for the same thing. $1 owner, $2 run.
WITH gone AS (
    DELETE FROM runs_finished AS f
    WHERE
        f.owner_id = $1 AND f.id = $2 AND f.status IN ('failed', 'partial', 'cancelled')
        AND NOT EXISTS (
            SELECT FROM runs_open AS o WHERE o.owner_id = f.owner_id AND o.kind = f.kind AND o.key = f.key
        )
    RETURNING *
),

told AS (
    INSERT INTO runs_events (owner_id, run_id, number, name, data)
    SELECT owner_id, id, event_number + 1, 'queued', jsonb_build_object('epoch', epoch + 1) FROM gone
)

INSERT INTO runs_open (
    owner_id, id, kind, lane, key, parameters, status, epoch, max_attempts, fence, event_number, errors, created_at
)
SELECT
    owner_id, id, kind, lane, key, parameters, 'queued', epoch + 1, max_attempts, fence, event_number + 1, errors,
    created_at
FROM gone
RETURNING lane

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
