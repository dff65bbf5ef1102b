-- The schedule: who is due when, and the outcome of each day. Only schedule_slots converts local times to instants;
-- Python's zoneinfo fills it, because PostgreSQL may have another version of the time zone database.

-- The instant of a local time, date by date. Slots belong to no user.
CREATE TABLE schedule_slots (
    timezone text NOT NULL,
    local_time time NOT NULL,
    local_date date NOT NULL,
    -- The first instant that is not before the local time.
    due_at timestamptz NOT NULL,
    -- Users who are due in this slot, and at this instant in all time zones; counted periodically.
    user_count integer NOT NULL DEFAULT 0,
    instant_user_count integer NOT NULL DEFAULT 0,
    PRIMARY KEY (timezone, local_time, local_date)
);
-- Upcoming slots are read by instant.
CREATE INDEX schedule_slots_upcoming ON schedule_slots (due_at) WHERE user_count > 0;
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_slots TO daybreak_app;

-- Shared by all schedulers; one row. The lead is the time between the start of composing and the due time.
CREATE TABLE schedule_state (
    is_single boolean PRIMARY KEY DEFAULT TRUE CHECK (is_single),
    -- The version of the time zone database that filled the slots.
    tzdata text NOT NULL DEFAULT '',
    -- Of recent briefs: the p95 of the compose time, and briefs per second in the busiest minute.
    p95_duration interval NOT NULL DEFAULT '5 seconds',
    briefs_per_second float NOT NULL DEFAULT 50,
    max_lead interval NOT NULL DEFAULT '30 minutes',
    measured_at timestamptz
);
INSERT INTO schedule_state DEFAULT VALUES;
GRANT SELECT, UPDATE ON schedule_state TO daybreak_app;

-- One row per user: the due pattern as the tick needs it, copied from the preferences by a trigger, and the next due
-- date.
CREATE TABLE schedule_entries (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    timezone text NOT NULL,
    local_time time NOT NULL,
    -- Sets of weekdays as bits, bit 0 is Monday: days of the brief, and of the weekly edition.
    weekdays smallint NOT NULL,
    weekly_weekdays smallint NOT NULL,
    catch_up interval NOT NULL,
    reengagement boolean NOT NULL,
    active boolean NOT NULL,
    local_date date,
    due_at timestamptz,
    -- When composing starts; NULL if nothing is pending.
    start_at timestamptz,
    -- The local date and the time of the last change while a day was pending. If the change moves the due time
    -- of that date into the past, lateness counts from the change.
    recomputed_on date,
    recomputed_at timestamptz,
    -- The due pattern has changed, and the next due date must be recomputed.
    is_stale boolean NOT NULL,
    -- Why no next due date could be determined; cleared when the preferences change.
    error text
);
CREATE INDEX schedule_entries_start ON schedule_entries (start_at, owner_id) WHERE start_at IS NOT NULL;
CREATE INDEX schedule_entries_stale ON schedule_entries (timezone, local_time) WHERE is_stale;
CREATE INDEX schedule_entries_error ON schedule_entries (owner_id) WHERE error IS NOT NULL;

ALTER TABLE schedule_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_entries TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON schedule_entries TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_entries TO daybreak_app;

-- The outcome of each day. The key guarantees one outcome per user, date and edition. There is no foreign key, because
-- checking a million rows would take longer than the rest of the tick; a trigger on schedule_entries deletes the rows
-- instead.
CREATE TABLE schedule_outcomes (
    owner_id uuid NOT NULL,
    local_date date NOT NULL,
    edition text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('enqueued', 'missed', 'skipped')),
    reason text NOT NULL,
    due_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, local_date, edition)
) PARTITION BY RANGE (local_date);
-- Days without a brief are listed latest first, and all outcomes of one tick have the same time. Quiet days are no
-- problem and are numerous, so they are not in the index.
CREATE INDEX schedule_outcomes_without_brief ON schedule_outcomes (decided_at, owner_id, local_date, edition)
WHERE outcome <> 'enqueued' AND reason <> 'quiet';

ALTER TABLE schedule_outcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_outcomes FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_outcomes TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON schedule_outcomes TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, DELETE ON schedule_outcomes TO daybreak_app;
-- When a brief is composed, its day may turn out to be one that the user skips.
GRANT UPDATE (outcome, reason) ON schedule_outcomes TO daybreak_app;

-- As for runs, partitions are in a schema that only their owner may use.
CREATE SCHEMA schedule_partitions;
CREATE TABLE schedule_partitions.schedule_outcomes_rest PARTITION OF schedule_outcomes DEFAULT;

-- Reachability of a user, as reported by delivery: whether a message arrives, whether reading it would be observed, and
-- when the last one arrived. A user without a delivery has no row.
CREATE TABLE schedule_reachability (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    reachable boolean NOT NULL,
    observable boolean NOT NULL,
    received_at timestamptz
);
ALTER TABLE schedule_reachability ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_reachability FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_reachability TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON schedule_reachability TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_reachability TO daybreak_app;

-- The re-engagement tier of the absence that began after the last activity.
CREATE TABLE schedule_absences (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    since timestamptz NOT NULL,
    tier smallint NOT NULL,
    notified_at timestamptz NOT NULL
);
ALTER TABLE schedule_absences ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_absences FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_absences TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON schedule_absences TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_absences TO daybreak_app;

-- Maintenance tasks of the installation and when they run next.
CREATE TABLE schedule_maintenance (
    name text PRIMARY KEY,
    cron text NOT NULL,
    next_run_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_maintenance TO daybreak_app;

-- Scheduler processes and the error of their last tick.
CREATE TABLE schedule_schedulers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    last_error text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_schedulers TO daybreak_app;
