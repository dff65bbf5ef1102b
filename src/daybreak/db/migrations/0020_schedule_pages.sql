-- The schedule on pages: who may ask about whom, lists that go on from where one was, and who keeps it.

-- Of the first table few rows are in the index; of the second those of days that came out badly. A migration is one
-- transaction, so they cannot be made concurrently.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion, ban-drop-function

-- For functions that see all rows and are asked about one owner: refuse whom the caller does not act for.
CREATE FUNCTION schedule_act_for(owner uuid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
BEGIN
    IF owner = ANY (current_setting('daybreak.owner_ids')::uuid []) THEN
        RETURN;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'the transaction does not act for that owner';
END $$;
REVOKE ALL ON FUNCTION schedule_act_for(uuid) FROM public;

-- What would become of one owner's pending day at that moment; for whoever acts for the owner.
CREATE OR REPLACE FUNCTION schedule_explain(
    one_owner uuid, moment timestamptz, backoff boolean
) RETURNS TABLE (local_date date, due_at timestamptz, edition text, outcome text, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM schedule_act_for(one_owner);
    RETURN QUERY
    SELECT s.local_date, s.due_at, s.edition, s.outcome, s.reason
    FROM schedule_decide(ARRAY[one_owner], moment, backoff) AS s
    WHERE s.due_at IS NOT NULL;
END $$;

-- Settle an owner's pending day as the tick would; for whoever acts for the owner, and rolls it back.
CREATE OR REPLACE FUNCTION schedule_rehearse(
    one_owner uuid, moment timestamptz, backoff boolean, rung_kind text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_act_for(one_owner);
    PERFORM FROM schedule_dues AS d WHERE d.owner_id = one_owner FOR UPDATE;
    PERFORM schedule_settle(ARRAY[one_owner], moment, backoff, rung_kind);
END $$;

-- As before, and of one owner only for whoever acts for that owner.
CREATE OR REPLACE FUNCTION schedule_resolve(
    moment timestamptz, zones text [], todays date [], batch integer, only_owner uuid DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    resolved integer;
BEGIN
    IF only_owner IS NOT NULL THEN
        PERFORM schedule_act_for(only_owner);
    END IF;
    WITH changed AS MATERIALIZED (
        SELECT owner_id, zone, local_time, weekdays, weekly, local_date FROM schedule_dues
        WHERE stale AND (only_owner IS NULL OR owner_id = only_owner)
        LIMIT batch FOR UPDATE SKIP LOCKED
    ),
    found AS MATERIALIZED (
        SELECT c.owner_id, z.today, n.local_date, n.due_at, n.crowd
        FROM changed AS c
        LEFT JOIN unnest(zones, todays) AS z (zone, today) ON c.zone = z.zone
        LEFT JOIN LATERAL (
            SELECT s.local_date, s.due_at, s.crowd FROM schedule_slots AS s
            WHERE
                s.zone = c.zone AND s.local_time = c.local_time AND z.today IS NOT NULL
                AND (c.weekdays | c.weekly) & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
                AND (s.due_at > moment OR s.local_date >= c.local_date)
                AND s.local_date > coalesce(
                    (SELECT max(d.local_date) FROM schedule_days AS d WHERE d.owner_id = c.owner_id), '-infinity'
                )
            ORDER BY s.local_date LIMIT 1
        ) AS n ON TRUE
    ),
    written AS (
        UPDATE schedule_dues AS d SET
            local_date = f.local_date,
            due_at = f.due_at,
            start_at = schedule_start(f.due_at, d.owner_id, f.crowd, s.took, s.per_second, s.longest_lead),
            owed_on = CASE WHEN d.local_date IS NOT NULL THEN f.today END,
            owed_at = CASE WHEN d.local_date IS NOT NULL THEN moment END,
            stale = FALSE,
            aside = CASE
                WHEN f.today IS NULL THEN format('There is no time zone “%s”.', left(d.zone, 80))
                WHEN f.due_at IS NULL THEN 'No day was found on which a brief could be due.'
            END
        FROM found AS f, schedule_state AS s
        WHERE d.owner_id = f.owner_id
        RETURNING 1
    )
    SELECT count(*) INTO resolved FROM written;
    RETURN resolved;
END $$;

-- Forget the days of months that ended before that date, but none of the last 31 days, which is the least that may be
-- set; gives how many months went.
CREATE OR REPLACE FUNCTION schedule_drop_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    first_kept date := least(before, (now() AT TIME ZONE 'UTC')::date - 31);
    part text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.schedule_partitions', 0));
    FOR part IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'schedule_partitions'::regnamespace AND c.relkind = 'r'
            AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
            AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::date <= first_kept
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE schedule_partitions.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM schedule_partitions.schedule_days_rest WHERE local_date < first_kept;
    RETURN dropped;
END $$;

-- What is to come is read by instant.
CREATE INDEX schedule_slots_crowds ON schedule_slots (due_at) WHERE people > 0;

-- What was missed or skipped is listed the latest first, and all that one tick decided has one instant. Quiet days are
-- no trouble of anybody's, and there are many of them.
DROP INDEX schedule_days_not_rung;
CREATE INDEX schedule_days_left_out ON schedule_days (decided_at, owner_id, local_date, edition)
WHERE outcome <> 'rung' AND reason <> 'quiet';

-- Whoever keeps the schedule, and how the last turn went; no user's.
CREATE TABLE schedule_schedulers (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    trouble text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_schedulers TO daybreak_app;

-- How many stand where, for an operator's page: behind, because their time to begin was over before that moment; set
-- aside; missed and skipped since then. Of nothing are more than so many counted.
CREATE FUNCTION schedule_sums(
    moment timestamptz, since timestamptz, most integer
) RETURNS TABLE (behind bigint, aside bigint, missed bigint, skipped bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM schedule_dues AS d WHERE d.start_at < moment ORDER BY d.start_at LIMIT most
        ) AS late),
        (SELECT count(*) FROM (
            SELECT FROM schedule_dues AS d WHERE d.aside IS NOT NULL ORDER BY d.owner_id LIMIT most
        ) AS broken),
        count(*) FILTER (WHERE l.outcome = 'missed'),
        count(*) FILTER (WHERE l.outcome = 'skipped')
    FROM (
        SELECT d.outcome FROM schedule_days AS d
        WHERE d.outcome <> 'rung' AND d.reason <> 'quiet' AND d.decided_at >= since
        ORDER BY d.decided_at DESC LIMIT most
    ) AS l
$$;
REVOKE ALL ON FUNCTION schedule_sums(timestamptz, timestamptz, integer) FROM public;
GRANT EXECUTE ON FUNCTION schedule_sums(timestamptz, timestamptz, integer) TO daybreak_app;

-- For an operator's page: who is set aside, after that owner. Who they are is to be read as those owners.
CREATE FUNCTION schedule_asides(
    after_owner uuid, most integer
) RETURNS TABLE (owner_id uuid, local_date date, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.owner_id, d.local_date, d.aside FROM schedule_dues AS d
    WHERE d.aside IS NOT NULL AND d.owner_id > after_owner
    ORDER BY d.owner_id LIMIT most
$$;
REVOKE ALL ON FUNCTION schedule_asides(uuid, integer) FROM public;
GRANT EXECUTE ON FUNCTION schedule_asides(uuid, integer) TO daybreak_app;

-- Likewise, which days were missed or skipped since then, the latest first, before that place.
CREATE FUNCTION schedule_left_out(
    since timestamptz, before_at timestamptz, before_owner uuid, before_date date, before_edition text, most integer
) RETURNS TABLE (owner_id uuid, decided_at timestamptz, local_date date, edition text, outcome text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
    SELECT d.owner_id, d.decided_at, d.local_date, d.edition, d.outcome, d.reason FROM schedule_days AS d
    WHERE
        d.outcome <> 'rung' AND d.reason <> 'quiet' AND d.decided_at >= since
        AND (d.decided_at, d.owner_id, d.local_date, d.edition)
        < (before_at, before_owner, before_date, before_edition)
    ORDER BY d.decided_at DESC, d.owner_id DESC, d.local_date DESC, d.edition DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION schedule_left_out(timestamptz, timestamptz, uuid, date, text, integer) FROM public;
GRANT EXECUTE ON FUNCTION schedule_left_out(timestamptz, timestamptz, uuid, date, text, integer) TO daybreak_app;

-- Have the next tick try those again who are set aside, or only these of them; gives how many, a batch at most.
CREATE FUNCTION schedule_retry(only_owners uuid [], batch integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH chosen AS MATERIALIZED (
        SELECT d.owner_id FROM schedule_dues AS d
        WHERE d.aside IS NOT NULL AND (only_owners IS NULL OR d.owner_id = ANY (only_owners))
        ORDER BY d.owner_id LIMIT batch FOR UPDATE SKIP LOCKED
    ),
    tried AS (
        UPDATE schedule_dues AS d SET aside = NULL, start_at = NULL, stale = d.active
        FROM chosen AS c WHERE d.owner_id = c.owner_id
        RETURNING 1
    )
    SELECT count(*) FROM tried
$$;
REVOKE ALL ON FUNCTION schedule_retry(uuid [], integer) FROM public;
GRANT EXECUTE ON FUNCTION schedule_retry(uuid [], integer) TO daybreak_app;

-- Both have given way to functions above; only an operator's list called them.
DROP FUNCTION schedule_troubles(timestamptz, integer);
DROP FUNCTION schedule_behind(timestamptz, integer);
