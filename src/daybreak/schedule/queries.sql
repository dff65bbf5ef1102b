-- name: read_stale
-- Return the times of day of users whose next due date must be recomputed, with the earliest pending date; needs no
-- owner.
SELECT timezone, local_time, pending FROM schedule_list_stale()

-- name: recompute_next
-- Recompute the next due date of users whose due pattern has changed. $1 now, $2 time zones, $3 their local dates,
-- $4 maximum number of users, $5 only this owner; needs no owner.
SELECT schedule_recompute_next($1, $2, $3, $4, $5)

-- name: write_slots
-- Insert or correct slots. $1 time zones, $2 local times, $3 dates, $4 instants.
INSERT INTO schedule_slots AS s (timezone, local_time, local_date, due_at)
SELECT * FROM unnest($1::text [], $2::time [], $3::date [], $4::timestamptz [])
ON CONFLICT (timezone, local_time, local_date) DO UPDATE SET due_at = excluded.due_at
WHERE s.due_at <> excluded.due_at

-- name: read_times
-- Return the times of day that have slots, with the last date of each.
SELECT timezone, local_time, max(local_date) AS last_date FROM schedule_slots GROUP BY timezone, local_time

-- name: delete_slots_from
-- Delete the slots from a date on, to be rebuilt.
DELETE FROM schedule_slots WHERE local_date >= $1

-- name: delete_slots_before
-- Delete the slots before a date that no user needs; returns how many.
WITH gone AS (
    DELETE FROM schedule_slots WHERE local_date < least($1::date, schedule_earliest_slot_date() - 2) RETURNING 1
)

SELECT count(*) FROM gone

-- name: lock_slots
-- Lock the slots until the transaction ends, so that one process at a time rebuilds them.
SELECT pg_advisory_xact_lock(hashtextextended('daybreak.schedule_slots', 0))

-- name: read_tzdata
-- Return the tzdata version from which the slots were computed.
SELECT tzdata FROM schedule_state

-- name: write_tzdata
-- Record the tzdata version from which the slots are computed.
UPDATE schedule_state SET tzdata = $1

-- name: invalidate_moved
-- Invalidate the next due date of users whose pending slot has moved; returns how many.
SELECT schedule_invalidate_moved()

-- name: read_work
-- Return the time, whether any next due date must be recomputed, the first start time, and the time of the first second
-- try.
SELECT now() AS now, is_stale, first_start, schedule_first_second_try() AS first_second_try
FROM schedule_has_work()

-- name: retry_failed
-- Retry failed briefs whose second try is due. $1 now, $2 batch size.
SELECT retried, due FROM schedule_retry_failed($1, $2)

-- name: list_second_tries
-- Return briefs that failed since $1 because their workers died; needs no owner. $2 limit.
SELECT owner_id, local_date, edition, run_id, retry_at, state, run_status FROM schedule_list_second_tries($1, $2)

-- name: find_second_try
-- Return the second try of an owner's run.
SELECT t.owner_id, t.local_date, t.edition, t.run_id, t.retry_at, t.state, r.status AS run_status
FROM schedule_second_tries AS t LEFT JOIN runs_all AS r ON t.owner_id = r.owner_id AND t.run_id = r.id
WHERE t.owner_id = $1 AND t.run_id = $2

-- name: delete_second_tries
-- Delete the second tries of days before a date.
SELECT schedule_delete_second_tries($1)

-- name: count_queued
-- Count the queued runs of a kind.
SELECT runs_count_queued($1)

-- name: tick
-- Process one batch of users with a start time up to $2. $1 now, $3 batch size, $4 whether users who are away get
-- fewer briefs, $5 kind to enqueue, $6 and $7 cursor.
SELECT claimed, enqueued, missed, skipped, errored, last_start, last_owner
FROM schedule_tick($1, $2, $3, $4, $5, $6, $7)

-- name: count_users
-- Count the users due in each future slot.
SELECT schedule_count_users($1)

-- name: measure
-- Record the duration and rate of recent runs of a kind, if there are enough. $1 kind, $2 since, $3 minimum number,
-- $4 now, $5 maximum lead.
WITH measured AS (
    SELECT t.runs, t.p95_duration, t.briefs_per_second
    FROM runs_throughput($1, $2) AS t (runs, p95_duration, briefs_per_second)
)

UPDATE schedule_state AS s SET
    p95_duration = CASE WHEN m.runs >= $3 THEN m.p95_duration ELSE s.p95_duration END,
    briefs_per_second = CASE WHEN m.runs >= $3 THEN greatest(m.briefs_per_second, 1) ELSE s.briefs_per_second END,
    measured_at = $4,
    max_lead = $5
FROM measured AS m
RETURNING m.runs, s.p95_duration, s.briefs_per_second

-- name: read_entry
-- Return the schedule entry of an owner, and the time.
SELECT
    now() AS now, timezone, local_time, weekdays, weekly_weekdays, active, local_date, due_at, start_at, error, is_stale
FROM schedule_entries WHERE owner_id = $1

-- name: list_outcomes
-- Return an owner's outcomes before an edition of a date, newest first, with their second tries. $4 limit.
SELECT
    d.local_date, d.due_at, d.edition, d.outcome, d.reason, d.owner_id, t.run_id, t.retry_at, t.state,
    (SELECT r.status FROM runs_all AS r WHERE r.owner_id = t.owner_id AND r.id = t.run_id LIMIT 1) AS run_status
FROM schedule_outcomes AS d
LEFT JOIN schedule_second_tries AS t
    ON d.owner_id = t.owner_id AND d.local_date = t.local_date AND d.edition = t.edition
WHERE d.owner_id = $1 AND (d.local_date < $2 OR d.local_date = $2 AND d.edition > $3)
ORDER BY d.local_date DESC, d.edition
LIMIT $4

-- name: read_pending
-- Return the pending date of an owner, and the last date with an outcome.
SELECT
    d.local_date AS pending,
    (SELECT max(s.local_date) FROM schedule_outcomes AS s WHERE s.owner_id = $1) AS decided
FROM schedule_entries AS d WHERE d.owner_id = $1

-- name: read_reasons
-- Return the reasons of outcomes of an edition. $1 owners, $2 their dates, $3 edition.
SELECT d.owner_id, d.reason
FROM unnest($1::uuid [], $2::date []) AS w (owner_id, local_date)
INNER JOIN schedule_outcomes AS d ON w.owner_id = d.owner_id AND w.local_date = d.local_date AND d.edition = $3

-- name: record_quiet_day
-- Change an enqueued day to skipped, since it is quiet and its owner skips quiet days. $2 date, $3 edition.
UPDATE schedule_outcomes SET outcome = 'skipped', reason = 'quiet'
WHERE owner_id = $1 AND local_date = $2 AND edition = $3 AND outcome = 'enqueued'

-- name: explain
-- Return the expected outcomes of an owner's pending day at an instant.
SELECT local_date, due_at, edition, outcome, reason FROM schedule_explain($1, $2, $3)

-- name: simulate
-- Process an owner's pending day as the tick would; to be rolled back. $1 owner, $2 instant, $3 whether users who are
-- away get fewer briefs, $4 kind.
SELECT schedule_simulate($1, $2, $3, $4)

-- name: list_due_counts
-- Return the number of users due at each instant of an interval, as last counted.
SELECT due_at, sum(user_count)::bigint AS users FROM schedule_slots
WHERE due_at >= $1 AND due_at < $2 AND user_count > 0
GROUP BY due_at
ORDER BY due_at

-- name: read_stats
-- Return duration and rate of recent briefs, and numbers of overdue briefs, errors, missed and skipped days; needs no
-- owner. $1 start time before which a brief is overdue, $2 start of the interval for outcomes, $3 limit of counts.
SELECT s.p95_duration, s.briefs_per_second, s.measured_at, c.overdue, c.errors, c.missed, c.skipped
FROM schedule_state AS s CROSS JOIN schedule_stats($1, $2, $3) AS c

-- name: list_errors
-- Return schedule errors, after an owner; needs no owner. $2 limit.
SELECT owner_id, local_date, reason FROM schedule_list_errors($1, $2)

-- name: list_days_without_brief
-- Return days missed or skipped since $1, newest first, before the cursor $2 to $5; needs no owner. $6 limit.
SELECT owner_id, decided_at, local_date, edition, outcome, reason
FROM schedule_list_days_without_brief($1, $2, $3, $4, $5, $6)

-- name: retry_user
-- Clear the schedule error of an owner; returns no row if there is none. $1 owner.
UPDATE schedule_entries SET error = NULL, start_at = NULL, is_stale = active WHERE owner_id = $1 AND error IS NOT NULL
RETURNING owner_id

-- name: retry_errors
-- Clear all schedule errors, or those of some owners; returns how many. $2 limit.
SELECT schedule_retry($1, $2)

-- name: write_scheduler
-- Record a heartbeat of a scheduler; return the oldest program that may run. $2 its name, $3 how long it has been
-- running, $4 the error of its last tick.
INSERT INTO schedule_schedulers AS s (id, name, started_at, seen_at, last_error)
VALUES ($1, $2, now() - $3::interval, now(), $4)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, last_error = excluded.last_error
RETURNING
    (SELECT c.oldest_program FROM db_compatibility AS c) AS oldest_program,
    (SELECT c.migrated_by FROM db_compatibility AS c) AS migrated_by

-- name: delete_scheduler
-- Delete the entry of a scheduler.
DELETE FROM schedule_schedulers WHERE id = $1

-- name: delete_stale_schedulers
-- Delete the entries of schedulers without a heartbeat for longer than $1.
DELETE FROM schedule_schedulers WHERE seen_at < now() - $1::interval

-- name: read_schedulers
-- Return the schedulers, the most recently seen first. $2 how long one is alive after a heartbeat.
SELECT id, name, started_at, seen_at, seen_at >= now() - $2::interval AS alive, last_error
FROM schedule_schedulers ORDER BY seen_at DESC, id LIMIT $1

-- name: set_reachability
-- Record the reachability of an owner. $2 whether messages arrive, $3 whether opening them can be observed.
INSERT INTO schedule_reachability AS r (owner_id, reachable, observable) VALUES ($1, $2, $3)
ON CONFLICT (owner_id) DO UPDATE SET reachable = excluded.reachable, observable = excluded.observable

-- name: record_delivery
-- Record that a message reached an owner at $2.
INSERT INTO schedule_reachability AS r (owner_id, reachable, observable, received_at) VALUES ($1, TRUE, TRUE, $2)
ON CONFLICT (owner_id) DO UPDATE SET reachable = TRUE, received_at = greatest(r.received_at, excluded.received_at)

-- name: simulate_delivery
-- Simulate that a message reached an owner at $2, if messages can.
UPDATE schedule_reachability SET received_at = $2 WHERE owner_id = $1

-- name: register_maintenance
-- Register a maintenance task. $1 name, $2 cron line, $3 next time, which is updated only if the cron line has changed.
INSERT INTO schedule_maintenance AS u (name, cron, next_run_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, next_run_at = excluded.next_run_at
WHERE u.cron <> excluded.cron

-- name: claim_due_maintenance
-- Claim the due tasks among these; the caller enqueues them. $1 names, $2 now, $3 the next time of each.
UPDATE schedule_maintenance AS u SET next_run_at = d.after
FROM (
    SELECT o.name, g.after
    FROM unnest($1::text [], $3::timestamptz []) AS g (name, after)
    INNER JOIN schedule_maintenance AS o ON g.name = o.name
    WHERE o.next_run_at <= $2
    ORDER BY o.name FOR UPDATE OF o SKIP LOCKED
) AS d
WHERE u.name = d.name
RETURNING u.name

-- name: list_maintenance
-- Return maintenance tasks with their latest runs. $1 owner of the runs, $2 their kind, $3 number of runs per task.
SELECT
    m.name, m.cron, m.next_run_at, r.status, r.run_seconds AS seconds,
    coalesce(r.started_at, r.created_at) AS started_at,
    coalesce(r.result ->> 'summary', r.errors -> -1 ->> 'message', '') AS summary
FROM schedule_maintenance AS m LEFT JOIN LATERAL runs_latest($1, $2, m.name, $3) AS r ON TRUE
ORDER BY m.name, r.created_at DESC

-- name: make_partitions
-- Create the partitions of the months in the time ahead.
SELECT schedule_make_partitions($1)

-- name: drop_partitions
-- Drop the partitions of months that ended before a date; returns how many.
SELECT schedule_drop_partitions($1)
