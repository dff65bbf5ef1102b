-- revision: 1

-- Decides the outcome of pending days at that time. No other function decides it.
--
-- With backoff, briefs become rare while their reader is away: nothing on the 3rd day, one gentle note from the 4th to
-- the 9th, one motivating note from the 10th to the 30th, one warm note from the 31st on, then an offer every 30 days.
-- Each note is sent once per absence, or again after 2 days if it was not received. A reader whose reading cannot be
-- observed never counts as away, and a reader who cannot be reached gets nothing.
CREATE OR REPLACE FUNCTION schedule_decide(
    pending schedule_dues [], moment timestamptz, backoff boolean
) RETURNS TABLE (
    owner_id uuid, local_date date, due_at timestamptz, edition text, outcome text, reason text, tier smallint,
    away_since timestamptz
)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
        SELECT
            d.owner_id, d.local_date, d.due_at, v.last_visit_at,
            moment >= b.from_when + interval '1 minute' AS is_late,
            d.weekdays & b.day > 0 AS is_standard,
            d.weekly & b.day > 0 AS is_weekly,
            CASE
                WHEN moment > b.from_when + d.catch_up THEN 'too_late'
                WHEN v.away IS NULL OR v.away <= 2 THEN ''
                WHEN v.is_reachable AND NOT v.is_observable THEN ''
                WHEN NOT v.is_reachable THEN 'unreachable'
                WHEN v.away = 3 THEN 'silent'
                WHEN v.away <= 9 AND (v.told < 1 OR v.told = 1 AND v.is_unheard) THEN 'gentle'
                WHEN v.away BETWEEN 10 AND 30 AND (v.told < 2 OR v.told = 2 AND v.is_unheard) THEN 'motivating'
                WHEN v.away >= 31 AND (v.told < 3 OR v.told = 3 AND v.is_unheard) THEN 'warm'
                WHEN v.away >= 31 AND v.told_at <= moment - interval '30 days' THEN 'offer'
                WHEN v.away >= 31 THEN 'dormant'
                ELSE 'silent'
            END AS word
        FROM unnest(pending) AS d
        CROSS JOIN LATERAL (
            SELECT
                schedule_bit(d.local_date) AS day,
                greatest(d.due_at, CASE WHEN d.owed_on = d.local_date THEN d.owed_at END) AS from_when
        ) AS b
        LEFT JOIN LATERAL (
            SELECT
                u.last_visit_at,
                floor(extract(EPOCH FROM d.due_at - u.last_visit_at) / 86400) AS away,
                coalesce(r.reachable, FALSE) AS is_reachable,
                coalesce(r.observable, TRUE) AS is_observable,
                coalesce(a.tier, 0) AS told,
                a.told_at,
                a.told_at <= moment - interval '2 days' AND coalesce(r.received_at < a.told_at, TRUE) AS is_unheard
            FROM people_users AS u
            LEFT JOIN schedule_reach AS r ON r.owner_id = u.id
            LEFT JOIN schedule_absences AS a ON a.owner_id = u.id AND a.since = u.last_visit_at
            WHERE backoff AND d.reengage AND u.id = d.owner_id
            -- Prevents the subquery from being merged, so that nothing is read without backoff.
            OFFSET 0
        ) AS v ON TRUE
    ),
    said AS MATERIALIZED (
        SELECT
            a.*,
            CASE a.word WHEN 'gentle' THEN 1 WHEN 'motivating' THEN 2 WHEN 'warm' THEN 3 WHEN 'offer' THEN 4 END
                AS next_tier,
            CASE WHEN a.word <> '' THEN a.word WHEN a.is_late THEN 'caught_up' ELSE 'due' END AS why,
            CASE a.word
                WHEN 'too_late' THEN 'missed'
                WHEN '' THEN 'rung'
                WHEN 'gentle' THEN 'rung'
                WHEN 'motivating' THEN 'rung'
                WHEN 'warm' THEN 'rung'
                WHEN 'offer' THEN 'rung'
                ELSE 'skipped'
            END AS what
        FROM asked AS a
    )
    SELECT
        s.owner_id, s.local_date, s.due_at, CASE WHEN s.next_tier > 0 THEN 'reengagement' ELSE 'standard' END,
        s.what, s.why, s.next_tier::smallint, s.last_visit_at
    FROM said AS s WHERE s.is_standard OR s.next_tier > 0
    UNION ALL
    SELECT s.owner_id, s.local_date, s.due_at, 'weekly', s.what, s.why, NULL, NULL
    FROM said AS s WHERE s.is_weekly AND s.next_tier IS NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_decide(schedule_dues [], timestamptz, boolean) FROM public, daybreak_app;

-- The same for the rows of these owners.
CREATE OR REPLACE FUNCTION schedule_decide(
    owner_ids uuid [], moment timestamptz, backoff boolean
) RETURNS TABLE (
    owner_id uuid, local_date date, due_at timestamptz, edition text, outcome text, reason text, tier smallint,
    away_since timestamptz
)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT s.* FROM schedule_decide(
        (SELECT array_agg(d) FROM schedule_dues AS d WHERE d.owner_id = ANY (owner_ids)), moment, backoff
    ) AS s;
END $$;
REVOKE ALL ON FUNCTION schedule_decide(uuid [], timestamptz, boolean) FROM public, daybreak_app;

-- Returns what the tick would decide for one owner's pending day. The transaction must act for the owner.
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
REVOKE ALL ON FUNCTION schedule_explain(uuid, timestamptz, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_explain(uuid, timestamptz, boolean) TO daybreak_app;
