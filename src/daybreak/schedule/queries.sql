-- name: read_stale
-- Times of day whose users wait for what is next to be found, and the earliest date pending there; needs no owner.
SELECT zone, local_time, pending FROM schedule_stale()

-- name: resolve
-- Find what is next for some whose plan has changed. $1 now, $2 zones, $3 the local dates there, $4 how many,
-- $5 for this owner only; needs no owner.
SELECT schedule_resolve($1, $2, $3, $4, $5)

-- name: write_slots
-- Slots of times of day, new or corrected. $1 zones, $2 times, $3 dates, $4 instants.
INSERT INTO schedule_slots AS s (zone, local_time, local_date, due_at)
SELECT * FROM unnest($1::text [], $2::time [], $3::date [], $4::timestamptz [])
ON CONFLICT (zone, local_time, local_date) DO UPDATE SET due_at = excluded.due_at
WHERE s.due_at <> excluded.due_at

-- name: read_times
-- The times of day that have slots, and until which date.
SELECT zone, local_time, max(local_date) AS last_date FROM schedule_slots GROUP BY zone, local_time

-- name: forget_slots_from
-- Forget the slots from that date on, because they have to be filled anew.
DELETE FROM schedule_slots WHERE local_date >= $1

-- name: forget_slots_before
-- Forget the slots that nobody needs any more; gives how many went.
WITH gone AS (
    DELETE FROM schedule_slots WHERE local_date < least($1::date, schedule_earliest() - 2) RETURNING 1
)

SELECT count(*) FROM gone

-- name: hold_slots
-- Whoever fills slots anew does so alone, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('daybreak.schedule_slots', 0))

-- name: read_tzdata
-- The version of the zones that the slots were filled from.
SELECT tzdata FROM schedule_state

-- name: write_tzdata
-- Slots are of that version from now on.
UPDATE schedule_state SET tzdata = $1

-- name: unsettle
-- Have what is next found anew for whoever is pending on a slot that has moved; gives how many.
SELECT schedule_unsettle()

-- name: look
-- Whether a tick has anything to do: plans for which what is next has to be found, and when the first is to begin.
SELECT is_stale, first_start FROM schedule_look()

-- name: count_queued
-- How many runs of that kind wait for a worker.
SELECT runs_count_queued($1)

-- name: tick
-- One chunk of who was to begin until $2. $1 now, $3 how many, $4 whether briefs grow rare, $5 kind to ring, $6 and $7
-- the place after which to go on.
SELECT claimed, rung, missed, skipped, set_aside, last_start, last_owner
FROM schedule_tick($1, $2, $3, $4, $5, $6, $7)

-- name: count_people
-- Count who is due in each slot to come.
SELECT schedule_count($1)

-- name: measure
-- Keep how long recent runs of that kind took, if there are enough of them. $1 kind, $2 since, $3 enough, $4 now,
-- $5 longest lead.
WITH measured AS (SELECT runs, took, per_second FROM runs_measure($1, $2))

UPDATE schedule_state AS s SET
    took = CASE WHEN m.runs >= $3 THEN m.took ELSE s.took END,
    per_second = CASE WHEN m.runs >= $3 THEN greatest(m.per_second, 1) ELSE s.per_second END,
    measured_at = $4,
    longest_lead = $5
FROM measured AS m
RETURNING m.runs, s.took, s.per_second

-- name: read_standing
-- Where the schedule stands with an owner.
SELECT
    zone, local_time, weekdays, weekly, active, local_date, due_at, start_at, aside, stale
FROM schedule_dues WHERE owner_id = $1

-- name: read_days
-- What became of an owner's days before that edition of that date, the latest first. $4 how many.
SELECT local_date, due_at, edition, outcome, reason FROM schedule_days
WHERE owner_id = $1 AND (local_date < $2 OR local_date = $2 AND edition > $3)
ORDER BY local_date DESC, edition
LIMIT $4

-- name: read_pending
-- The date that is pending for an owner, and the last one that was decided.
SELECT
    d.local_date AS pending,
    (SELECT max(s.local_date) FROM schedule_days AS s WHERE s.owner_id = $1) AS decided
FROM schedule_dues AS d WHERE d.owner_id = $1

-- name: read_reasons
-- Why an edition of these dates came out as it did. $1 owners, $2 their dates, $3 edition.
SELECT d.owner_id, d.reason
FROM unnest($1::uuid [], $2::date []) AS w (owner_id, local_date)
INNER JOIN schedule_days AS d ON w.owner_id = d.owner_id AND w.local_date = d.local_date AND d.edition = $3

-- name: note_quiet
-- A day that was rung turned out to be one that its owner has skipped. $2 date, $3 edition.
UPDATE schedule_days SET outcome = 'skipped', reason = 'quiet'
WHERE owner_id = $1 AND local_date = $2 AND edition = $3 AND outcome = 'rung'

-- name: explain
-- What would become of an owner's pending day at that moment.
SELECT local_date, due_at, edition, outcome, reason FROM schedule_explain($1, $2, $3)

-- name: rehearse
-- Settle an owner's pending day as the tick would; to be rolled back. $1 owner, $2 moment, $3 backoff, $4 kind.
SELECT schedule_rehearse($1, $2, $3, $4)

-- name: read_crowds
-- How many are due at each instant of that stretch of time, as counted last.
SELECT due_at, sum(people)::bigint AS people FROM schedule_slots
WHERE due_at >= $1 AND due_at < $2 AND people > 0
GROUP BY due_at
ORDER BY due_at

-- name: read_sums
-- How long recent briefs took, how many were done in a second, and how many people stand where they should not; needs
-- no owner. $1 when who is behind should have begun, $2 since when days count, $3 how many are counted at most.
SELECT s.took, s.per_second, s.measured_at, c.behind, c.aside, c.missed, c.skipped
FROM schedule_state AS s CROSS JOIN schedule_sums($1, $2, $3) AS c

-- name: read_asides
-- Who is set aside, after that owner; needs no owner. $2 how many.
SELECT owner_id, local_date, reason FROM schedule_asides($1, $2)

-- name: read_left_out
-- Which days were missed or skipped since $1, the latest first, before the place of $2 to $5; needs no owner.
-- $6 how many.
SELECT owner_id, decided_at, local_date, edition, outcome, reason FROM schedule_left_out($1, $2, $3, $4, $5, $6)

-- name: try_again
-- Have one who is set aside tried again; NULL if they are not. $1 owner.
UPDATE schedule_dues SET aside = NULL, start_at = NULL, stale = active WHERE owner_id = $1 AND aside IS NOT NULL
RETURNING owner_id

-- name: retry
-- Have those who are set aside tried again, or only these owners; gives how many. $2 how many at most.
SELECT schedule_retry($1, $2)

-- name: write_scheduler
-- A scheduler was there at $4. $2 its name, $3 when it began, $5 what went wrong in the last turn.
INSERT INTO schedule_schedulers AS s (id, name, started_at, seen_at, trouble) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, trouble = excluded.trouble

-- name: forget_scheduler
-- A scheduler has stopped.
DELETE FROM schedule_schedulers WHERE id = $1

-- name: forget_schedulers
-- Forget those that were not seen since then.
DELETE FROM schedule_schedulers WHERE seen_at < $1

-- name: read_schedulers
-- Who keeps the schedule, or did lately, the latest seen first.
SELECT id, name, started_at, seen_at, trouble FROM schedule_schedulers ORDER BY seen_at DESC, id LIMIT $1

-- name: write_reach
-- How an owner can be written to. $2 whether a message arrives, $3 whether reading it would be seen.
INSERT INTO schedule_reach AS r (owner_id, reachable, observable) VALUES ($1, $2, $3)
ON CONFLICT (owner_id) DO UPDATE SET reachable = excluded.reachable, observable = excluded.observable

-- name: write_received
-- Something arrived at an owner's at that moment.
INSERT INTO schedule_reach AS r (owner_id, reachable, observable, received_at) VALUES ($1, TRUE, TRUE, $2)
ON CONFLICT (owner_id) DO UPDATE SET reachable = TRUE, received_at = greatest(r.received_at, excluded.received_at)

-- name: suppose_received
-- For a rehearsal: whatever can arrive at an owner's did so at that moment.
UPDATE schedule_reach SET received_at = $2 WHERE owner_id = $1

-- name: declare_upkeep
-- What is done by the clock, and when next. $1 name, $2 cron, $3 next; a changed clock changes what is next.
INSERT INTO schedule_upkeep AS u (name, cron, next_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, next_at = excluded.next_at WHERE u.cron <> excluded.cron

-- name: take_upkeep
-- Take what is due of these; whoever takes it starts it. $1 names, $2 now, $3 the time after for each.
UPDATE schedule_upkeep AS u SET next_at = d.after
FROM (
    SELECT o.name, g.after
    FROM unnest($1::text [], $3::timestamptz []) AS g (name, after)
    INNER JOIN schedule_upkeep AS o ON g.name = o.name
    WHERE o.next_at <= $2
    ORDER BY o.name FOR UPDATE OF o SKIP LOCKED
) AS d
WHERE u.name = d.name
RETURNING u.name

-- name: read_upkeep
-- What is done by the clock, with its last runs, the latest first. $1 whose they are, $2 their kind, $3 how many of each.
SELECT
    u.name, u.cron, u.next_at, r.status, r.run_seconds AS seconds, coalesce(r.started_at, r.created_at) AS started_at,
    coalesce(r.result ->> 'said', r.errors -> -1 ->> 'message', '') AS said
FROM schedule_upkeep AS u LEFT JOIN LATERAL runs_latest($1, $2, u.name, $3) AS r ON TRUE
ORDER BY u.name, r.created_at DESC

-- name: make_partitions
-- See to it that every month of that time ahead has its partition.
SELECT schedule_make_partitions($1)

-- name: drop_partitions
-- Forget the days of months that ended before that date; gives how many months.
SELECT schedule_drop_partitions($1)
