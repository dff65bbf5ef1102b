-- The schedule: who is due when, and what became of each day. Times of day become instants in schedule_slots and
-- nowhere else; that table is filled from one authority on zones, which is not PostgreSQL's.

-- The new columns have their defaults, so the constraints hold of themselves; the index is of few pages.
-- squawk-ignore-file constraint-missing-not-valid, require-concurrent-index-creation

ALTER TABLE people_users ADD COLUMN last_visit_at timestamptz NOT NULL DEFAULT now();

ALTER TABLE people_preferences
ADD COLUMN active boolean NOT NULL DEFAULT TRUE,
ADD COLUMN frequency text NOT NULL DEFAULT 'daily',
-- As ISO 8601 numbers them: Monday is 1.
ADD COLUMN weekdays smallint [] NOT NULL DEFAULT '{1,2,3,4,5,6,7}',
ADD COLUMN email boolean NOT NULL DEFAULT FALSE,
ADD COLUMN quiet_day text NOT NULL DEFAULT 'send',
ADD COLUMN weekly_day smallint NOT NULL DEFAULT 5,
ADD COLUMN catch_up interval NOT NULL DEFAULT '4 hours',
ADD COLUMN reengage boolean NOT NULL DEFAULT TRUE,
ADD COLUMN project_choice text NOT NULL DEFAULT 'all',
ADD COLUMN projects text [] NOT NULL DEFAULT '{}',
ADD CONSTRAINT people_preferences_frequency CHECK (frequency IN ('daily', 'weekdays', 'weekly', 'chosen')),
ADD CONSTRAINT people_preferences_weekdays CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
ADD CONSTRAINT people_preferences_quiet_day CHECK (quiet_day IN ('send', 'shorten', 'skip', 'weekly')),
ADD CONSTRAINT people_preferences_weekly_day CHECK (weekly_day BETWEEN 1 AND 7),
ADD CONSTRAINT people_preferences_catch_up CHECK (catch_up BETWEEN '0' AND '20 hours'),
ADD CONSTRAINT people_preferences_project_choice CHECK (project_choice IN ('all', 'only', 'except'));

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
CREATE INDEX schedule_days_not_rung ON schedule_days (decided_at) WHERE outcome <> 'rung';

ALTER TABLE schedule_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_days FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_days TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON schedule_days TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, DELETE ON schedule_days TO daybreak_app;

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

-- What is done by the clock for the installation itself, and how it went lately.
CREATE TABLE schedule_upkeep (
    name text PRIMARY KEY,
    cron text NOT NULL,
    next_at timestamptz NOT NULL
);
CREATE TABLE schedule_upkeep_runs (
    name text NOT NULL,
    started_at timestamptz NOT NULL,
    seconds float NOT NULL,
    failed boolean NOT NULL,
    said text NOT NULL,
    PRIMARY KEY (name, started_at)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_upkeep, schedule_upkeep_runs TO daybreak_app;

-- Finished runs come in order of time, so this costs nothing to keep and finds the recent ones.
CREATE INDEX runs_finished_recent ON runs_finished USING brin (finished_at);

-- A set of days of the week as bits.
CREATE FUNCTION schedule_bits(days smallint []) RETURNS smallint
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp
AS $$ SELECT bit_or(1 << (d - 1))::smallint FROM unnest(days) AS d $$;
REVOKE ALL ON FUNCTION schedule_bits(smallint []) FROM public;

-- Copy plans from preferences; what is next has to be found anew. Of whoever begins, or begins again, no earlier day
-- is pending.
CREATE FUNCTION schedule_copy_plans(owner_ids uuid []) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    INSERT INTO schedule_dues AS d (
        owner_id, zone, local_time, weekdays, weekly, catch_up, reengage, active, stale
    )
    SELECT
        p.owner_id, u.timezone, p.brief_time, schedule_bits(p.weekdays),
        CASE p.quiet_day WHEN 'weekly' THEN 1 << (p.weekly_day - 1) ELSE 0 END,
        p.catch_up, p.reengage, p.active, p.active
    FROM people_preferences AS p INNER JOIN people_users AS u ON p.owner_id = u.id
    WHERE p.owner_id = ANY (owner_ids)
    ON CONFLICT (owner_id) DO UPDATE SET
        zone = excluded.zone,
        local_time = excluded.local_time,
        weekdays = excluded.weekdays,
        weekly = excluded.weekly,
        catch_up = excluded.catch_up,
        reengage = excluded.reengage,
        active = excluded.active,
        stale = excluded.stale,
        aside = NULL,
        start_at = NULL,
        local_date = CASE WHEN excluded.active THEN d.local_date END,
        due_at = CASE WHEN excluded.active THEN d.due_at END
$$;
REVOKE ALL ON FUNCTION schedule_copy_plans(uuid []) FROM public;

CREATE FUNCTION schedule_on_preferences_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_copy_plans((SELECT array_agg(owner_id) FROM added));
    RETURN NULL;
END $$;

CREATE FUNCTION schedule_on_preferences_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_copy_plans(array_agg(a.owner_id))
    FROM added AS a INNER JOIN removed AS r ON a.owner_id = r.owner_id
    WHERE
        (a.active, a.brief_time, a.weekdays, a.quiet_day, a.weekly_day, a.catch_up, a.reengage)
        IS DISTINCT FROM
        (r.active, r.brief_time, r.weekdays, r.quiet_day, r.weekly_day, r.catch_up, r.reengage)
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION schedule_on_user_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_copy_plans(array_agg(a.id))
    FROM added AS a INNER JOIN removed AS r ON a.id = r.id
    WHERE a.timezone <> r.timezone
    HAVING count(*) > 0;
    RETURN NULL;
END $$;

CREATE FUNCTION schedule_on_user_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM schedule_days AS d USING removed AS r WHERE d.owner_id = r.owner_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_preferences_added(), schedule_on_preferences_changed() FROM public;
REVOKE ALL ON FUNCTION schedule_on_user_changed(), schedule_on_user_gone() FROM public;
GRANT EXECUTE ON FUNCTION schedule_on_preferences_added(), schedule_on_preferences_changed() TO daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_user_changed(), schedule_on_user_gone() TO daybreak_app;

CREATE TRIGGER schedule_plan_added AFTER INSERT ON people_preferences
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_preferences_added();
CREATE TRIGGER schedule_plan_changed AFTER UPDATE ON people_preferences
REFERENCING OLD TABLE AS removed NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_preferences_changed();
CREATE TRIGGER schedule_zone_changed AFTER UPDATE ON people_users
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_user_changed();
CREATE TRIGGER schedule_days_gone AFTER DELETE ON schedule_dues
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_user_gone();

-- A partition for this month and each month that begins within that time; gives how many were made.
CREATE FUNCTION schedule_make_partitions(ahead interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    month date;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.schedule_partitions', 0));
    FOR month IN
        SELECT m::date FROM generate_series(
            date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + ahead, '1 month'
        ) AS m
    LOOP
        part := to_char(month, '"schedule_days_"YYYY_MM');
        CONTINUE WHEN to_regclass('schedule_partitions.' || part) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE schedule_partitions.%I '
            '(LIKE public.schedule_days INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part
        );
        LOCK TABLE schedule_partitions.schedule_days_rest IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM schedule_partitions.schedule_days_rest '
            'WHERE local_date >= %L AND local_date < %L RETURNING *) '
            'INSERT INTO schedule_partitions.%I SELECT * FROM moved', month, month + interval '1 month', part
        );
        EXECUTE format(
            'ALTER TABLE public.schedule_days ATTACH PARTITION schedule_partitions.%I '
            'FOR VALUES FROM (%L) TO (%L)', part, month, (month + interval '1 month')::date
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION schedule_make_partitions(interval) FROM public;
GRANT EXECUTE ON FUNCTION schedule_make_partitions(interval) TO daybreak_app;

-- Forget the days of months that ended before that date; gives how many months went.
CREATE FUNCTION schedule_drop_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.schedule_partitions', 0));
    FOR part IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'schedule_partitions'::regnamespace AND c.relkind = 'r'
            AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
            AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::date <= before
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE schedule_partitions.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM schedule_partitions.schedule_days_rest WHERE local_date < before;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION schedule_drop_partitions(date) FROM public;
GRANT EXECUTE ON FUNCTION schedule_drop_partitions(date) TO daybreak_app;

SELECT schedule_make_partitions('2 months');
SELECT schedule_copy_plans((SELECT array_agg(owner_id) FROM people_preferences));
