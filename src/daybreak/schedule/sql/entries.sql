-- revision: 1

-- For definer functions with an owner parameter: raises unless the transaction acts for that owner.
CREATE OR REPLACE FUNCTION schedule_require_owner(owner uuid) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
BEGIN
    IF owner = ANY (current_setting('daybreak.owner_ids')::uuid []) THEN
        RETURN;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'the transaction does not act for that owner';
END $$;
REVOKE ALL ON FUNCTION schedule_require_owner(uuid) FROM public, daybreak_app;

-- Copies due patterns from preferences and marks them for recomputing the next due date. For a new or reactivated one
-- no earlier day is pending.
CREATE OR REPLACE FUNCTION schedule_sync_entries(owner_ids uuid []) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    INSERT INTO schedule_entries AS d (
        owner_id, timezone, local_time, weekdays, weekly_weekdays, catch_up, reengagement, active, is_stale
    )
    SELECT
        p.owner_id, u.timezone, p.brief_time, schedule_weekday_bits(p.weekdays),
        CASE p.quiet_day WHEN 'weekly' THEN 1 << (p.weekly_day - 1) ELSE 0 END,
        p.catch_up, p.reengagement, p.active, p.active
    FROM people_preferences AS p INNER JOIN people_users AS u ON p.owner_id = u.id
    WHERE p.owner_id = ANY (owner_ids)
    ON CONFLICT (owner_id) DO UPDATE SET
        timezone = excluded.timezone,
        local_time = excluded.local_time,
        weekdays = excluded.weekdays,
        weekly_weekdays = excluded.weekly_weekdays,
        catch_up = excluded.catch_up,
        reengagement = excluded.reengagement,
        active = excluded.active,
        is_stale = excluded.is_stale,
        error = NULL,
        start_at = NULL,
        local_date = CASE WHEN excluded.active THEN d.local_date END,
        due_at = CASE WHEN excluded.active THEN d.due_at END
$$;
REVOKE ALL ON FUNCTION schedule_sync_entries(uuid []) FROM public, daybreak_app;

-- Returns a set of weekdays as bits.
CREATE OR REPLACE FUNCTION schedule_weekday_bits(days smallint []) RETURNS smallint
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp
AS $$ SELECT bit_or(1 << (d - 1))::smallint FROM unnest(days) AS d $$;
REVOKE ALL ON FUNCTION schedule_weekday_bits(smallint []) FROM public, daybreak_app;

-- Returns the weekday of a date as a bit; 1 January of the year 1 was a Monday.
CREATE OR REPLACE FUNCTION schedule_weekday_bit(local_date date) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN 1 << ((local_date - date '0001-01-01') % 7);
REVOKE ALL ON FUNCTION schedule_weekday_bit(date) FROM public, daybreak_app;

-- Clears the errors of these owners, or of all, so that the next tick retries them. Returns how many, at most a batch.
CREATE OR REPLACE FUNCTION schedule_retry(only_owners uuid [], batch_size integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH chosen AS MATERIALIZED (
        SELECT d.owner_id FROM schedule_entries AS d
        WHERE d.error IS NOT NULL AND (only_owners IS NULL OR d.owner_id = ANY (only_owners))
        ORDER BY d.owner_id LIMIT batch_size FOR UPDATE SKIP LOCKED
    ),
    retried AS (
        UPDATE schedule_entries AS d SET error = NULL, start_at = NULL, is_stale = d.active
        FROM chosen AS c WHERE d.owner_id = c.owner_id
        RETURNING 1
    )
    SELECT count(*) FROM retried
$$;
REVOKE ALL ON FUNCTION schedule_retry(uuid [], integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_retry(uuid [], integer) TO daybreak_app;
