-- revision: 1

-- Counts the users who are due in each slot and at each instant.
CREATE OR REPLACE FUNCTION schedule_count_users(now timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH due_patterns AS MATERIALIZED (
        SELECT d.timezone, d.local_time, d.weekdays | d.weekly_weekdays AS days, count(*) AS user_count
        FROM schedule_entries AS d WHERE d.active AND d.error IS NULL GROUP BY 1, 2, 3
    ),
    slots AS MATERIALIZED (
        SELECT s.timezone, s.local_time, s.local_date, s.due_at, coalesce(sum(p.user_count), 0)::integer AS user_count
        FROM schedule_slots AS s
        LEFT JOIN due_patterns AS p ON s.timezone = p.timezone AND s.local_time = p.local_time
            AND p.days & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
        WHERE s.due_at > now
        GROUP BY s.timezone, s.local_time, s.local_date, s.due_at
    ),
    counted AS (
        SELECT c.*, sum(c.user_count) OVER (PARTITION BY c.due_at)::integer AS instant_user_count FROM slots AS c
    )
    UPDATE schedule_slots AS s SET user_count = c.user_count, instant_user_count = c.instant_user_count
    FROM counted AS c
    WHERE s.timezone = c.timezone AND s.local_time = c.local_time AND s.local_date = c.local_date
        AND (s.user_count, s.instant_user_count) <> (c.user_count, c.instant_user_count)
$$;
REVOKE ALL ON FUNCTION schedule_count_users(timestamptz) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_count_users(timestamptz) TO daybreak_app;

-- Returns totals for operators, each counted up to `max_rows`: overdue users, whose start was before `now`; users with
-- an error; days missed and skipped since then.
CREATE OR REPLACE FUNCTION schedule_stats(
    now timestamptz, since timestamptz, max_rows integer
) RETURNS TABLE (overdue bigint, errors bigint, missed bigint, skipped bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM schedule_entries AS d WHERE d.start_at < now ORDER BY d.start_at LIMIT max_rows
        ) AS late),
        (SELECT count(*) FROM (
            SELECT FROM schedule_entries AS d WHERE d.error IS NOT NULL ORDER BY d.owner_id LIMIT max_rows
        ) AS broken),
        count(*) FILTER (WHERE l.outcome = 'missed'),
        count(*) FILTER (WHERE l.outcome = 'skipped')
    FROM (
        SELECT d.outcome FROM schedule_outcomes AS d
        WHERE d.outcome <> 'enqueued' AND d.reason <> 'quiet' AND d.decided_at >= since
        ORDER BY d.decided_at DESC LIMIT max_rows
    ) AS l
$$;
REVOKE ALL ON FUNCTION schedule_stats(timestamptz, timestamptz, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_stats(timestamptz, timestamptz, integer) TO daybreak_app;

-- Returns users with an error, for operators, after the cursor. Names are read by acting for those owners.
CREATE OR REPLACE FUNCTION schedule_list_errors(
    after_owner uuid, max_rows integer
) RETURNS TABLE (owner_id uuid, local_date date, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.owner_id, d.local_date, d.error FROM schedule_entries AS d
    WHERE d.error IS NOT NULL AND d.owner_id > after_owner
    ORDER BY d.owner_id LIMIT max_rows
$$;
REVOKE ALL ON FUNCTION schedule_list_errors(uuid, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_list_errors(uuid, integer) TO daybreak_app;

-- Returns missed and skipped days since then, for operators, latest first, before the cursor.
CREATE OR REPLACE FUNCTION schedule_list_days_without_brief(
    since timestamptz, before_at timestamptz, before_owner uuid, before_date date, before_edition text, max_rows integer
) RETURNS TABLE (owner_id uuid, decided_at timestamptz, local_date date, edition text, outcome text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
    SELECT d.owner_id, d.decided_at, d.local_date, d.edition, d.outcome, d.reason FROM schedule_outcomes AS d
    WHERE
        d.outcome <> 'enqueued' AND d.reason <> 'quiet' AND d.decided_at >= since
        AND (d.decided_at, d.owner_id, d.local_date, d.edition)
        < (before_at, before_owner, before_date, before_edition)
    ORDER BY d.decided_at DESC, d.owner_id DESC, d.local_date DESC, d.edition DESC LIMIT max_rows
$$;
REVOKE ALL ON FUNCTION schedule_list_days_without_brief(
    timestamptz, timestamptz, uuid, date, text, integer
) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_list_days_without_brief(
    timestamptz, timestamptz, uuid, date, text, integer
) TO daybreak_app;
