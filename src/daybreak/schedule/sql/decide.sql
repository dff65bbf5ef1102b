-- revision: 1

-- Decides the outcome of pending days at that time. No other function decides it.
--
-- With reduce_when_away, briefs become rare while their reader is away: nothing on the 3rd day, one gentle note from the
-- 4th to the 9th, one motivating note from the 10th to the 30th, one warm note from the 31st on, then an offer every
-- 30 days. Each note is sent once per absence, or again after 2 days if it was not received. A reader whose reading
-- cannot be observed never counts as away, and a reader who cannot be reached gets nothing.
CREATE OR REPLACE FUNCTION schedule_decide(
    pending schedule_entries [], now timestamptz, reduce_when_away boolean
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
    WITH entries AS MATERIALIZED (
        SELECT
            d.owner_id, d.local_date, d.due_at, v.last_seen_at,
            now >= b.from_when + interval '1 minute' AS is_late,
            d.weekdays & b.day > 0 AS is_standard,
            d.weekly_weekdays & b.day > 0 AS is_weekly,
            CASE
                WHEN now > b.from_when + d.catch_up THEN 'too_late'
                WHEN v.away IS NULL OR v.away <= 2 THEN ''
                WHEN v.is_reachable AND NOT v.is_observable THEN ''
                WHEN NOT v.is_reachable THEN 'unreachable'
                WHEN v.away = 3 THEN 'silent'
                WHEN v.away <= 9 AND (v.last_tier < 1 OR v.last_tier = 1 AND v.is_unreceived) THEN 'gentle'
                WHEN v.away BETWEEN 10 AND 30 AND (v.last_tier < 2 OR v.last_tier = 2 AND v.is_unreceived)
                    THEN 'motivating'
                WHEN v.away >= 31 AND (v.last_tier < 3 OR v.last_tier = 3 AND v.is_unreceived) THEN 'warm'
                WHEN v.away >= 31 AND v.notified_at <= now - interval '30 days' THEN 'offer'
                WHEN v.away >= 31 THEN 'dormant'
                ELSE 'silent'
            END AS away_reason
        FROM unnest(pending) AS d
        CROSS JOIN LATERAL (
            SELECT
                schedule_weekday_bit(d.local_date) AS day,
                greatest(d.due_at, CASE WHEN d.recomputed_on = d.local_date THEN d.recomputed_at END) AS from_when
        ) AS b
        LEFT JOIN LATERAL (
            SELECT
                u.last_seen_at,
                floor(extract(EPOCH FROM d.due_at - u.last_seen_at) / 86400) AS away,
                coalesce(r.reachable, FALSE) AS is_reachable,
                coalesce(r.observable, TRUE) AS is_observable,
                coalesce(a.tier, 0) AS last_tier,
                a.notified_at,
                a.notified_at <= now - interval '2 days' AND coalesce(r.received_at < a.notified_at, TRUE)
                    AS is_unreceived
            FROM people_users AS u
            LEFT JOIN schedule_reachability AS r ON r.owner_id = u.id
            LEFT JOIN schedule_absences AS a ON a.owner_id = u.id AND a.since = u.last_seen_at
            WHERE reduce_when_away AND d.reengagement AND u.id = d.owner_id
            -- Prevents the subquery from being merged, so that nothing is read without reduce_when_away.
            OFFSET 0
        ) AS v ON TRUE
    ),
    decided AS MATERIALIZED (
        SELECT
            a.*,
            CASE a.away_reason WHEN 'gentle' THEN 1 WHEN 'motivating' THEN 2 WHEN 'warm' THEN 3 WHEN 'offer' THEN 4 END
                AS next_tier,
            CASE WHEN a.away_reason <> '' THEN a.away_reason WHEN a.is_late THEN 'caught_up' ELSE 'due' END
                AS decided_reason,
            CASE a.away_reason
                WHEN 'too_late' THEN 'missed'
                WHEN '' THEN 'enqueued'
                WHEN 'gentle' THEN 'enqueued'
                WHEN 'motivating' THEN 'enqueued'
                WHEN 'warm' THEN 'enqueued'
                WHEN 'offer' THEN 'enqueued'
                ELSE 'skipped'
            END AS decided_outcome
        FROM entries AS a
    )
    SELECT
        s.owner_id, s.local_date, s.due_at, CASE WHEN s.next_tier > 0 THEN 'reengagement' ELSE 'standard' END,
        s.decided_outcome, s.decided_reason, s.next_tier::smallint, s.last_seen_at
    FROM decided AS s WHERE s.is_standard OR s.next_tier > 0
    UNION ALL
    SELECT s.owner_id, s.local_date, s.due_at, 'weekly', s.decided_outcome, s.decided_reason, NULL, NULL
    FROM decided AS s WHERE s.is_weekly AND s.next_tier IS NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_decide(schedule_entries [], timestamptz, boolean) FROM public, daybreak_app;

-- The same for the rows of these owners.
CREATE OR REPLACE FUNCTION schedule_decide_for(
    owner_ids uuid [], now timestamptz, reduce_when_away boolean
) RETURNS TABLE (
    owner_id uuid, local_date date, due_at timestamptz, edition text, outcome text, reason text, tier smallint,
    away_since timestamptz
)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT s.* FROM schedule_decide(
        (SELECT array_agg(d) FROM schedule_entries AS d WHERE d.owner_id = ANY (owner_ids)), now, reduce_when_away
    ) AS s;
END $$;
REVOKE ALL ON FUNCTION schedule_decide_for(uuid [], timestamptz, boolean) FROM public, daybreak_app;

-- Returns what the tick would decide for one owner's pending day. The transaction must act for the owner.
CREATE OR REPLACE FUNCTION schedule_explain(
    one_owner uuid, now timestamptz, reduce_when_away boolean
) RETURNS TABLE (local_date date, due_at timestamptz, edition text, outcome text, reason text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    PERFORM schedule_require_owner(one_owner);
    RETURN QUERY
    SELECT s.local_date, s.due_at, s.edition, s.outcome, s.reason
    FROM schedule_decide_for(ARRAY[one_owner], now, reduce_when_away) AS s
    WHERE s.due_at IS NOT NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_explain(uuid, timestamptz, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_explain(uuid, timestamptz, boolean) TO daybreak_app;
