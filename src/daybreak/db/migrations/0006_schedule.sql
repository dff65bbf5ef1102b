-- The schedule: who is due when, and what became of each day. Times of day become instants in schedule_slots and
-- nowhere else; that table is filled from one authority on zones, which is not PostgreSQL's.

-- The instants at which a local time of day comes, date by date; no user's, and the same for everybody.
CREATE TABLE schedule_slots (
    zone text NOT NULL,
    local_time time NOT NULL,
    local_date date NOT NULL,
    -- The first instant not before that local time.
    due_at timestamptz NOT NULL,
    -- How many are due in this slot, and at this instant in all zones together; counted now and then.
    people integer NOT NULL DEFAULT 0,
    crowd integer NOT NULL DEFAULT 0,
    PRIMARY KEY (zone, local_time, local_date)
);
-- What is to come is read by instant.
CREATE INDEX schedule_slots_crowds ON schedule_slots (due_at) WHERE people > 0;
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_slots TO daybreak_app;

-- What all schedulers share; one row. The lead is how long before it is due a brief begins.
CREATE TABLE schedule_state (
    is_single boolean PRIMARY KEY DEFAULT TRUE CHECK (is_single),
    -- The version of the zones that the slots were filled from.
    tzdata text NOT NULL DEFAULT '',
    -- Of recent composes: how long 95 of 100 took at most, and how many were done in a second of the busiest minute.
    took interval NOT NULL DEFAULT '5 seconds',
    per_second float NOT NULL DEFAULT 50,
    longest_lead interval NOT NULL DEFAULT '30 minutes',
    measured_at timestamptz
);
INSERT INTO schedule_state DEFAULT VALUES;
GRANT SELECT, UPDATE ON schedule_state TO daybreak_app;

-- One row for each user: the plan as the tick needs it, copied from the preferences by a trigger, and what is next.
CREATE TABLE schedule_dues (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    zone text NOT NULL,
    local_time time NOT NULL,
    -- Sets of days of the week: bit 0 is Monday. Days of the brief, and of the weekly edition.
    weekdays smallint NOT NULL,
    weekly smallint NOT NULL,
    catch_up interval NOT NULL,
    reengage boolean NOT NULL,
    active boolean NOT NULL,
    local_date date,
    due_at timestamptz,
    -- When to ring; NULL while nothing is to come.
    start_at timestamptz,
    -- When the plan changed last while a day was pending, and which date it was there: that date, if the change put
    -- its due instant into the past, counts as late from the change on.
    owed_on date,
    owed_at timestamptz,
    -- The plan has changed, and what is next has to be found anew.
    stale boolean NOT NULL,
    -- Why this row was set aside, until its preferences change.
    aside text
);
CREATE INDEX schedule_dues_start ON schedule_dues (start_at, owner_id) WHERE start_at IS NOT NULL;
CREATE INDEX schedule_dues_stale ON schedule_dues (zone, local_time) WHERE stale;
CREATE INDEX schedule_dues_aside ON schedule_dues (owner_id) WHERE aside IS NOT NULL;

ALTER TABLE schedule_dues ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_dues FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_dues TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON schedule_dues TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_dues TO daybreak_app;

-- What became of each day, once and for all: the key is the promise. There is no foreign key, since a check for each
-- of a million rows would take longer than the rest of the tick; a trigger on schedule_dues does what it would do.
CREATE TABLE schedule_days (
    owner_id uuid NOT NULL,
    local_date date NOT NULL,
    edition text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('rung', 'missed', 'skipped')),
    reason text NOT NULL,
    due_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, local_date, edition)
) PARTITION BY RANGE (local_date);
-- What was missed or skipped is listed the latest first, and all that one tick decided has one instant. Quiet days are
-- no trouble of anybody's, and there are many of them.
CREATE INDEX schedule_days_left_out ON schedule_days (decided_at, owner_id, local_date, edition)
WHERE outcome <> 'rung' AND reason <> 'quiet';

ALTER TABLE schedule_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_days FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_days TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON schedule_days TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, DELETE ON schedule_days TO daybreak_app;
-- A day that was rung turns out to be one that its owner has skipped, as whoever composes says.
GRANT UPDATE (outcome, reason) ON schedule_days TO daybreak_app;

-- As with runs: partitions are in a schema that nobody but their owner may enter.
CREATE SCHEMA schedule_partitions;
CREATE TABLE schedule_partitions.schedule_days_rest PARTITION OF schedule_days DEFAULT;

-- How a user can be written to, as whoever delivers says: whether a message arrives, whether reading it would be seen,
-- and when one arrived last. Nobody has a row until something delivers.
CREATE TABLE schedule_reach (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    reachable boolean NOT NULL,
    observable boolean NOT NULL,
    received_at timestamptz
);
ALTER TABLE schedule_reach ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_reach FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_reach TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON schedule_reach TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_reach TO daybreak_app;

-- How far re-engagement has gone in the absence that began with that visit.
CREATE TABLE schedule_absences (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    since timestamptz NOT NULL,
    tier smallint NOT NULL,
    told_at timestamptz NOT NULL
);
ALTER TABLE schedule_absences ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_absences FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_absences TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON schedule_absences TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_absences TO daybreak_app;

-- What is done by the clock for the installation itself.
CREATE TABLE schedule_upkeep (
    name text PRIMARY KEY,
    cron text NOT NULL,
    next_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_upkeep TO daybreak_app;

-- Whoever keeps the schedule, and how the last turn went; no user's.
CREATE TABLE schedule_schedulers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    trouble text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_schedulers TO daybreak_app;
