-- revision: 1

-- Times of day whose users wait for what is next to be found, and the earliest date that is pending there.
CREATE OR REPLACE FUNCTION schedule_stale() RETURNS TABLE (zone text, local_time time, pending date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.zone, d.local_time, min(d.local_date) FROM schedule_dues AS d WHERE d.stale GROUP BY d.zone, d.local_time
$$;
REVOKE ALL ON FUNCTION schedule_stale() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_stale() TO daybreak_app;

-- Find what is next for owners whose plan has changed: the first wanted date that was not decided yet and either is to
-- come or was pending already, so that a change of plan gives neither two briefs of a date nor none. Zones and the
-- local dates there right now are given; of a zone that is not among them nothing is known, and its users are set
-- aside. Gives how many were dealt with; the caller commits and asks again until there are none.
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
REVOKE ALL ON FUNCTION schedule_resolve(timestamptz, text [], date [], integer, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_resolve(timestamptz, text [], date [], integer, uuid) TO daybreak_app;

-- What comes after these pending days. Whose plans are alike and stand at the same day have the same slot next, so each
-- is looked for once. Beyond the last slot a row is stale: whoever fills more of them finds what is next.
CREATE OR REPLACE FUNCTION schedule_follow(
    pending schedule_dues []
) RETURNS TABLE (owner_id uuid, local_date date, due_at timestamptz, start_at timestamptz, stale boolean)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH plans AS MATERIALIZED (
        SELECT DISTINCT d.zone, d.local_time, d.local_date, d.weekdays | d.weekly AS days FROM unnest(pending) AS d
    ),
    following AS MATERIALIZED (
        SELECT p.zone, p.local_time, p.local_date, p.days, s.local_date AS next_date, s.due_at, s.crowd
        FROM plans AS p
        LEFT JOIN LATERAL (
            SELECT l.local_date, l.due_at, l.crowd FROM schedule_slots AS l
            WHERE l.zone = p.zone AND l.local_time = p.local_time AND l.local_date > p.local_date
                AND p.days & schedule_bit(l.local_date) > 0
            ORDER BY l.local_date LIMIT 1
        ) AS s ON TRUE
    )
    SELECT
        d.owner_id, coalesce(f.next_date, d.local_date), coalesce(f.due_at, d.due_at),
        schedule_start(f.due_at, d.owner_id, f.crowd, t.took, t.per_second, t.longest_lead), f.next_date IS NULL
    FROM unnest(pending) AS d
    INNER JOIN following AS f ON d.zone = f.zone AND d.local_time = f.local_time
        AND d.local_date = f.local_date AND d.weekdays | d.weekly = f.days
    CROSS JOIN schedule_state AS t;
END $$;
REVOKE ALL ON FUNCTION schedule_follow(schedule_dues []) FROM public, daybreak_app;

-- When to begin so as to be ready: as long before it is due as one takes, and, by a share that follows from the
-- owner, as long as the whole crowd of that instant takes. It is stable, as moments less intervals are: only what is
-- declared truly is inlined.
CREATE OR REPLACE FUNCTION schedule_start(
    due_at timestamptz, owner_id uuid, crowd integer, took interval, per_second float, longest interval
) RETURNS timestamptz
LANGUAGE sql STABLE
AS $$
    SELECT due_at - least(
        longest,
        took + make_interval(secs => crowd / per_second
            * (get_byte(uuid_send(owner_id), 14) * 256 + get_byte(uuid_send(owner_id), 15)) / 65536.0)
    )
$$;
REVOKE ALL ON FUNCTION schedule_start(timestamptz, uuid, integer, interval, float, interval) FROM public, daybreak_app;

-- Have what is next found anew for whoever is pending on a slot whose instant is not the one kept with them, as after
-- a change of the zones. Gives how many they are.
CREATE OR REPLACE FUNCTION schedule_unsettle() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH moved AS (
        UPDATE schedule_dues AS d SET stale = TRUE, start_at = NULL
        WHERE d.start_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM schedule_slots AS s
            WHERE s.zone = d.zone AND s.local_time = d.local_time AND s.local_date = d.local_date
                AND s.due_at = d.due_at
        )
        RETURNING 1
    )
    SELECT count(*) FROM moved
$$;
REVOKE ALL ON FUNCTION schedule_unsettle() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_unsettle() TO daybreak_app;

-- The earliest date that is pending for anybody; NULL when none is.
CREATE OR REPLACE FUNCTION schedule_earliest() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT least(
        (SELECT d.local_date FROM schedule_dues AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1),
        (SELECT min(d.local_date) FROM schedule_dues AS d WHERE d.stale)
    )
$$;
REVOKE ALL ON FUNCTION schedule_earliest() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_earliest() TO daybreak_app;
