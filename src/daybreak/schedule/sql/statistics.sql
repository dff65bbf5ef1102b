-- revision: 1

-- Counts the users who are due in each slot and at each instant.
CREATE OR REPLACE FUNCTION schedule_count(moment timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH plans AS MATERIALIZED (
        SELECT d.zone, d.local_time, d.weekdays | d.weekly AS days, count(*) AS people
        FROM schedule_dues AS d WHERE d.active AND d.aside IS NULL GROUP BY 1, 2, 3
    ),
    slots AS MATERIALIZED (
        SELECT s.zone, s.local_time, s.local_date, s.due_at, coalesce(sum(p.people), 0)::integer AS people
        FROM schedule_slots AS s
        LEFT JOIN plans AS p ON s.zone = p.zone AND s.local_time = p.local_time
            AND p.days & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
        WHERE s.due_at > moment
        GROUP BY s.zone, s.local_time, s.local_date, s.due_at
    ),
    crowds AS (SELECT c.*, sum(c.people) OVER (PARTITION BY c.due_at)::integer AS crowd FROM slots AS c)
    UPDATE schedule_slots AS s SET people = c.people, crowd = c.crowd
    FROM crowds AS c
    WHERE s.zone = c.zone AND s.local_time = c.local_time AND s.local_date = c.local_date
        AND (s.people, s.crowd) <> (c.people, c.crowd)
$$;
REVOKE ALL ON FUNCTION schedule_count(timestamptz) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_count(timestamptz) TO daybreak_app;

-- Returns totals for operators, each counted up to `most`: overdue users, whose start was before `moment`; users with
-- an error; days missed and skipped since then.
CREATE OR REPLACE FUNCTION schedule_sums(
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
REVOKE ALL ON FUNCTION schedule_sums(timestamptz, timestamptz, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_sums(timestamptz, timestamptz, integer) TO daybreak_app;

-- Returns users with an error, for operators, after the cursor. Names are read by acting for those owners.
CREATE OR REPLACE FUNCTION schedule_asides(
    after_owner uuid, most integer
) RETURNS TABLE (owner_id uuid, local_date date, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.owner_id, d.local_date, d.aside FROM schedule_dues AS d
    WHERE d.aside IS NOT NULL AND d.owner_id > after_owner
    ORDER BY d.owner_id LIMIT most
$$;
REVOKE ALL ON FUNCTION schedule_asides(uuid, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_asides(uuid, integer) TO daybreak_app;

-- Returns missed and skipped days since then, for operators, latest first, before the cursor.
CREATE OR REPLACE FUNCTION schedule_left_out(
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
REVOKE ALL ON FUNCTION schedule_left_out(
    timestamptz, timestamptz, uuid, date, text, integer
) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_left_out(timestamptz, timestamptz, uuid, date, text, integer) TO daybreak_app;
