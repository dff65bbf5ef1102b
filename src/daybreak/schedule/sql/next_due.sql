-- revision: 1

-- Returns the local times whose users need a new next due date, and the earliest pending date of each.
CREATE OR REPLACE FUNCTION schedule_list_stale() RETURNS TABLE (timezone text, local_time time, pending date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.timezone, d.local_time, min(d.local_date) FROM schedule_entries AS d
    WHERE d.is_stale GROUP BY d.timezone, d.local_time
$$;
REVOKE ALL ON FUNCTION schedule_list_stale() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_list_stale() TO daybreak_app;

-- Recomputes the next due date of changed due patterns: the first date on a chosen weekday without an outcome that is either in the
-- future or was pending already. So a change causes neither two briefs for a date nor none. `timezones` and
-- `local_dates` are the known time zones and the current date in each; users in other time zones get an error. For one
-- owner the transaction must act for that owner. Returns how many rows were recomputed; the caller commits and repeats
-- until it is zero.
CREATE OR REPLACE FUNCTION schedule_recompute_next(
    now timestamptz, timezones text [], local_dates date [], batch_size integer, only_owner uuid DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    recomputed integer;
BEGIN
    IF only_owner IS NOT NULL THEN
        PERFORM schedule_require_owner(only_owner);
    END IF;
    WITH changed AS MATERIALIZED (
        SELECT owner_id, timezone, local_time, weekdays, weekly_weekdays, local_date FROM schedule_entries
        WHERE is_stale AND (only_owner IS NULL OR owner_id = only_owner)
        LIMIT batch_size FOR UPDATE SKIP LOCKED
    ),
    found AS MATERIALIZED (
        SELECT c.owner_id, z.today, n.local_date, n.due_at, n.instant_user_count
        FROM changed AS c
        LEFT JOIN unnest(timezones, local_dates) AS z (timezone, today) ON c.timezone = z.timezone
        LEFT JOIN LATERAL (
            SELECT s.local_date, s.due_at, s.instant_user_count FROM schedule_slots AS s
            WHERE
                s.timezone = c.timezone AND s.local_time = c.local_time AND z.today IS NOT NULL
                AND (c.weekdays | c.weekly_weekdays) & (1 << (extract(ISODOW FROM s.local_date)::integer - 1)) > 0
                AND (s.due_at > now OR s.local_date >= c.local_date)
                AND s.local_date > coalesce(
                    (SELECT max(d.local_date) FROM schedule_outcomes AS d WHERE d.owner_id = c.owner_id), '-infinity'
                )
            ORDER BY s.local_date LIMIT 1
        ) AS n ON TRUE
    ),
    written AS (
        UPDATE schedule_entries AS d SET
            local_date = f.local_date,
            due_at = f.due_at,
            start_at = schedule_start_at(
                f.due_at, d.owner_id, f.instant_user_count, s.p95_duration, s.briefs_per_second, s.max_lead
            ),
            recomputed_on = CASE WHEN d.local_date IS NOT NULL THEN f.today END,
            recomputed_at = CASE WHEN d.local_date IS NOT NULL THEN now END,
            is_stale = FALSE,
            error = CASE
                WHEN f.today IS NULL THEN format('There is no time zone “%s”.', left(d.timezone, 80))
                WHEN f.due_at IS NULL THEN 'No day was found on which a brief could be due.'
            END
        FROM found AS f, schedule_state AS s
        WHERE d.owner_id = f.owner_id
        RETURNING 1
    )
    SELECT count(*) INTO recomputed FROM written;
    RETURN recomputed;
END $$;
REVOKE ALL ON FUNCTION schedule_recompute_next(timestamptz, text [], date [], integer, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_recompute_next(timestamptz, text [], date [], integer, uuid) TO daybreak_app;

-- Returns the next due date after these pending days. Equal due patterns at the same date have the same next slot, so
-- each slot is read once. A row beyond the last slot becomes stale and is recomputed when slots are added.
CREATE OR REPLACE FUNCTION schedule_next_due(
    pending schedule_entries []
) RETURNS TABLE (owner_id uuid, local_date date, due_at timestamptz, start_at timestamptz, is_stale boolean)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH due_patterns AS MATERIALIZED (
        SELECT DISTINCT d.timezone, d.local_time, d.local_date, d.weekdays | d.weekly_weekdays AS days
        FROM unnest(pending) AS d
    ),
    following AS MATERIALIZED (
        SELECT p.timezone, p.local_time, p.local_date, p.days, s.local_date AS next_date, s.due_at, s.instant_user_count
        FROM due_patterns AS p
        LEFT JOIN LATERAL (
            SELECT l.local_date, l.due_at, l.instant_user_count FROM schedule_slots AS l
            WHERE l.timezone = p.timezone AND l.local_time = p.local_time AND l.local_date > p.local_date
                AND p.days & schedule_weekday_bit(l.local_date) > 0
            ORDER BY l.local_date LIMIT 1
        ) AS s ON TRUE
    )
    SELECT
        d.owner_id, coalesce(f.next_date, d.local_date), coalesce(f.due_at, d.due_at),
        schedule_start_at(
            f.due_at, d.owner_id, f.instant_user_count, t.p95_duration, t.briefs_per_second, t.max_lead
        ),
        f.next_date IS NULL
    FROM unnest(pending) AS d
    INNER JOIN following AS f ON d.timezone = f.timezone AND d.local_time = f.local_time
        AND d.local_date = f.local_date AND d.weekdays | d.weekly_weekdays = f.days
    CROSS JOIN schedule_state AS t;
END $$;
REVOKE ALL ON FUNCTION schedule_next_due(schedule_entries []) FROM public, daybreak_app;

-- Returns when composing must start to be finished in time: the compose time before it is due and, for a share that
-- follows from the owner's id, the time that all users of that instant take. It is declared STABLE, as subtracting an
-- interval from a timestamptz is; otherwise PostgreSQL would not inline it.
CREATE OR REPLACE FUNCTION schedule_start_at(
    due_at timestamptz, owner_id uuid, instant_user_count integer, p95_duration interval, briefs_per_second float,
    max_lead interval
) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
    SELECT due_at - least(
        max_lead,
        p95_duration + make_interval(secs => instant_user_count / briefs_per_second
            * (get_byte(uuid_send(owner_id), 14) * 256 + get_byte(uuid_send(owner_id), 15)) / 65536.0)
    )
$$;
REVOKE ALL ON FUNCTION schedule_start_at(
    timestamptz, uuid, integer, interval, float, interval
) FROM public, daybreak_app;

-- Marks rows as stale whose due time differs from their slot, as after an update of the time zone database. Returns how
-- many.
CREATE OR REPLACE FUNCTION schedule_invalidate_moved() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH moved AS (
        UPDATE schedule_entries AS d SET is_stale = TRUE, start_at = NULL
        WHERE d.start_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM schedule_slots AS s
            WHERE s.timezone = d.timezone AND s.local_time = d.local_time AND s.local_date = d.local_date
                AND s.due_at = d.due_at
        )
        RETURNING 1
    )
    SELECT count(*) FROM moved
$$;
REVOKE ALL ON FUNCTION schedule_invalidate_moved() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_invalidate_moved() TO daybreak_app;

-- Returns the earliest pending date of all users; NULL if there is none.
CREATE OR REPLACE FUNCTION schedule_earliest_slot_date() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT least(
        (SELECT d.local_date FROM schedule_entries AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1),
        (SELECT min(d.local_date) FROM schedule_entries AS d WHERE d.is_stale)
    )
$$;
REVOKE ALL ON FUNCTION schedule_earliest_slot_date() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_earliest_slot_date() TO daybreak_app;
