-- The protocol of the schedule: find what is next, decide about a day, ring, go on. ADR 0009 says why.
--
-- As with runs, plans of the functions that work on a chunk go from the list of owners to primary keys, whatever the
-- statistics say: those are old whenever a million rows have just moved. Where a row must not be there yet, a scalar
-- subquery says so, since an anti-join could be planned as a look at all rows.

-- Start runs for many owners at once, a doorbell for each hundred; what is open for (owner, kind, key) already stays
-- as it is. Owners in their order keep the pages of indexes together. Gives how many were new.
CREATE FUNCTION runs_start_many(
    owner_ids uuid [], new_kind text, new_lane text, keys text [], many_parameters jsonb [], new_max_attempts integer
) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    bells bigint [];
    started integer;
BEGIN
    LOOP
        bells := ARRAY(
            SELECT nextval('pgq.pgqueuer_id_seq') FROM generate_series(0, (cardinality(owner_ids) - 1) / 100)
        );
        BEGIN
            WITH made AS (
                INSERT INTO runs_open AS r (
                    owner_id, id, kind, lane, key, parameters, status, max_attempts, job_id, rung_at
                )
                SELECT
                    w.owner_id, gen_random_uuid(), new_kind, new_lane, w.key, w.parameters, 'queued',
                    new_max_attempts, bells[1 + (w.place - 1) / 100], now()
                FROM (
                    SELECT DISTINCT ON (u.owner_id, u.key) u.owner_id, u.key, u.parameters, u.place
                    FROM unnest(owner_ids, keys, many_parameters) WITH ORDINALITY
                        AS u (owner_id, key, parameters, place)
                ) AS w
                WHERE (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = w.owner_id AND o.kind = new_kind AND o.key = w.key AND o.part_of IS NULL
                ) IS NULL
                RETURNING r.owner_id, r.id, r.job_id
            ),
            rung AS (
                INSERT INTO pgq.pgqueuer (id, priority, entrypoint, payload, status)
                SELECT
                    m.job_id, 0, 'runs.' || new_lane,
                    convert_to('[' || string_agg('["' || m.owner_id || '","' || m.id || '"]', ',') || ']', 'UTF8'),
                    'queued'
                FROM made AS m GROUP BY m.job_id
            )
            SELECT count(*) INTO started FROM made;
            RETURN started;
        EXCEPTION WHEN unique_violation THEN
            -- Somebody started one of them a moment ago, and is seen now: rare, and cheaper than insertions that
            -- expect it every time.
        END;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_start_many(uuid [], text, text, text [], jsonb [], integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_start_many(uuid [], text, text, text [], jsonb [], integer) TO daybreak_app;

-- How long runs of a kind took that ended well since then, and how many ended in a second of the busiest minute.
CREATE FUNCTION runs_measure(
    measured_kind text, since timestamptz
) RETURNS TABLE (runs bigint, took interval, per_second float)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH recent AS (
        SELECT finished_at, finished_at - started_at AS took FROM runs_finished
        WHERE kind = measured_kind AND status IN ('succeeded', 'partial')
            AND finished_at >= since AND started_at IS NOT NULL
    )
    SELECT
        (SELECT count(*) FROM recent),
        (SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY r.took) FROM recent AS r),
        (
            SELECT max(m.ended) / 60.0 FROM (
                SELECT count(*) AS ended FROM recent GROUP BY date_trunc('minute', finished_at)
            ) AS m
        )::float
$$;
REVOKE ALL ON FUNCTION runs_measure(text, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION runs_measure(text, timestamptz) TO daybreak_app;

-- When to begin so as to be ready: as long before it is due as one takes, and, by a share that follows from the
-- owner, as long as the whole crowd of that instant takes.
CREATE FUNCTION schedule_start(
    due_at timestamptz, owner_id uuid, crowd integer, took interval, per_second float, longest interval
) RETURNS timestamptz
LANGUAGE sql IMMUTABLE
AS $$
    SELECT due_at - least(
        longest,
        took + make_interval(secs => crowd / per_second
            * (get_byte(uuid_send(owner_id), 14) * 256 + get_byte(uuid_send(owner_id), 15)) / 65536.0)
    )
$$;
REVOKE ALL ON FUNCTION schedule_start(timestamptz, uuid, integer, interval, float, interval) FROM public;

-- Times of day whose users wait for what is next to be found, and the earliest date that is pending there.
CREATE FUNCTION schedule_stale() RETURNS TABLE (zone text, local_time time, pending date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT d.zone, d.local_time, min(d.local_date) FROM schedule_dues AS d WHERE d.stale GROUP BY d.zone, d.local_time
$$;
REVOKE ALL ON FUNCTION schedule_stale() FROM public;
GRANT EXECUTE ON FUNCTION schedule_stale() TO daybreak_app;

-- Find what is next for owners whose plan has changed: the first wanted date that was not decided yet and either is to
-- come or was pending already, so that a change of plan gives neither two briefs of a date nor none. Zones and the
-- local dates there right now are given; of a zone that is not among them nothing is known, and its users are set
-- aside. Gives how many were dealt with; the caller commits and asks again until there are none.
CREATE FUNCTION schedule_resolve(
    moment timestamptz, zones text [], todays date [], batch integer, only_owner uuid DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    resolved integer;
BEGIN
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
REVOKE ALL ON FUNCTION schedule_resolve(timestamptz, text [], date [], integer, uuid) FROM public;
GRANT EXECUTE ON FUNCTION schedule_resolve(timestamptz, text [], date [], integer, uuid) TO daybreak_app;

-- What is to become of these owners' pending days at that moment: the one place where it is decided.
--
-- With backoff, briefs grow rare while their reader is away: after 3 days silence, from the 4th to the 9th one gentle
-- word, from the 10th to the 30th one that motivates, from the 31st one warm one and then an offer every 30 days. Each
-- comes once in an absence, or again after 2 days in which it was not received. Whoever is reached but could not be
-- seen reading is never taken for absent, and nobody is written to whom nothing reaches.
CREATE FUNCTION schedule_decide(
    owner_ids uuid [], moment timestamptz, backoff boolean
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
        FROM unnest(owner_ids) AS o (owner_id)
        INNER JOIN schedule_dues AS d ON o.owner_id = d.owner_id
        CROSS JOIN LATERAL (
            SELECT
                1 << (extract(ISODOW FROM d.local_date)::integer - 1) AS day,
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
            WHERE u.id = d.owner_id
        ) AS v ON backoff AND d.reengage
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
REVOKE ALL ON FUNCTION schedule_decide(uuid [], timestamptz, boolean) FROM public;

-- Decide about the pending days of these owners, keep it, start runs of that kind for those that are rung, and go on
-- to what is next. Of owners whose rows the caller has locked.
CREATE FUNCTION schedule_settle(
    owner_ids uuid [], moment timestamptz, backoff boolean, rung_kind text,
    OUT rung integer, OUT missed integer, OUT skipped integer
)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    rung_owners uuid [];
    rung_keys text [];
    rung_parameters jsonb [];
BEGIN
    WITH decided AS MATERIALIZED (SELECT * FROM schedule_decide(owner_ids, moment, backoff)),
    kept AS (
        INSERT INTO schedule_days AS d (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
        SELECT s.owner_id, s.local_date, s.edition, s.outcome, s.reason, s.due_at, moment
        FROM decided AS s
        -- Whoever holds the owner's row is alone with its days, so that this need not expect a conflict.
        WHERE (
            SELECT k.outcome FROM schedule_days AS k
            WHERE k.owner_id = s.owner_id AND k.local_date = s.local_date AND k.edition = s.edition
        ) IS NULL
        RETURNING d.owner_id, d.local_date, d.edition, d.outcome
    ),
    told AS (
        INSERT INTO schedule_absences (owner_id, since, tier, told_at)
        SELECT s.owner_id, s.away_since, least(s.tier, 3), moment FROM decided AS s WHERE s.tier > 0
        ON CONFLICT (owner_id) DO UPDATE SET
            since = excluded.since, tier = excluded.tier, told_at = excluded.told_at
    )
    SELECT
        array_agg(k.owner_id) FILTER (WHERE k.outcome = 'rung'),
        array_agg(k.local_date || '/' || k.edition) FILTER (WHERE k.outcome = 'rung'),
        array_agg(jsonb_build_object('date', k.local_date, 'edition', k.edition)) FILTER (WHERE k.outcome = 'rung'),
        count(*) FILTER (WHERE k.outcome = 'rung'),
        count(*) FILTER (WHERE k.outcome = 'missed'),
        count(*) FILTER (WHERE k.outcome = 'skipped')
    INTO rung_owners, rung_keys, rung_parameters, rung, missed, skipped
    FROM kept AS k;

    IF rung > 0 THEN
        PERFORM runs_start_many(rung_owners, rung_kind, 'briefs', rung_keys, rung_parameters, 3);
    END IF;

    UPDATE schedule_dues AS d SET
        -- Beyond the last slot it is stale: whoever fills more of them finds what is next.
        (local_date, due_at, start_at, stale) = (
            SELECT
                coalesce(s.local_date, d.local_date), coalesce(s.due_at, d.due_at),
                schedule_start(s.due_at, d.owner_id, s.crowd, t.took, t.per_second, t.longest_lead),
                s.local_date IS NULL
            FROM schedule_state AS t
            LEFT JOIN LATERAL (
                SELECT l.local_date, l.due_at, l.crowd FROM schedule_slots AS l
                WHERE l.zone = d.zone AND l.local_time = d.local_time AND l.local_date > d.local_date
                    AND (d.weekdays | d.weekly) & (1 << (extract(ISODOW FROM l.local_date)::integer - 1)) > 0
                ORDER BY l.local_date LIMIT 1
            ) AS s ON TRUE
        )
    WHERE d.owner_id = ANY (owner_ids);
END $$;
REVOKE ALL ON FUNCTION schedule_settle(uuid [], timestamptz, boolean, text) FROM public;

-- One chunk of the tick: the first of what is to begin after that place, in the order of time; what another scheduler
-- holds is passed by. A row on which the chunk fails is set aside with the reason, and the others go on.
CREATE FUNCTION schedule_tick(
    moment timestamptz, batch integer, backoff boolean, rung_kind text, after_start timestamptz, after_owner uuid
) RETURNS TABLE (
    claimed integer, rung integer, missed integer, skipped integer, set_aside integer, last_start timestamptz,
    last_owner uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    owner_ids uuid [];
    one uuid;
    settled record;
BEGIN
    rung := 0; missed := 0; skipped := 0; set_aside := 0;
    -- Rows are locked in the subtransaction that changes them: locked outside of it, each would cost a multixact.
    BEGIN
        SELECT
            array_agg(c.owner_id), max(c.start_at),
            (array_agg(c.owner_id ORDER BY c.start_at DESC, c.owner_id DESC))[1]
        INTO owner_ids, last_start, last_owner
        FROM (
            SELECT d.owner_id, d.start_at FROM schedule_dues AS d
            WHERE d.start_at <= moment AND (d.start_at, d.owner_id) > (after_start, after_owner)
            ORDER BY d.start_at, d.owner_id LIMIT batch FOR UPDATE SKIP LOCKED
        ) AS c;
        IF owner_ids IS NOT NULL THEN
            SELECT * INTO settled FROM schedule_settle(owner_ids, moment, backoff, rung_kind);
            rung := settled.rung; missed := settled.missed; skipped := settled.skipped;
        END IF;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
        FOREACH one IN ARRAY owner_ids LOOP
            BEGIN
                PERFORM FROM schedule_dues AS d
                WHERE d.owner_id = one AND d.start_at <= moment FOR UPDATE SKIP LOCKED;
                CONTINUE WHEN NOT found;
                SELECT * INTO settled FROM schedule_settle(ARRAY[one], moment, backoff, rung_kind);
                rung := rung + settled.rung;
                missed := missed + settled.missed;
                skipped := skipped + settled.skipped;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
                UPDATE schedule_dues SET start_at = NULL, aside = 'The schedule failed on it: ' || left(sqlerrm, 200)
                WHERE owner_id = one;
                set_aside := set_aside + 1;
            END;
        END LOOP;
    END;
    claimed := coalesce(cardinality(owner_ids), 0);
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION schedule_tick(timestamptz, integer, boolean, text, timestamptz, uuid) FROM public;
GRANT EXECUTE ON FUNCTION schedule_tick(timestamptz, integer, boolean, text, timestamptz, uuid) TO daybreak_app;

-- When the next brief is to begin; NULL when none is to come.
CREATE FUNCTION schedule_next_start() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT d.start_at FROM schedule_dues AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1 $$;
REVOKE ALL ON FUNCTION schedule_next_start() FROM public;
GRANT EXECUTE ON FUNCTION schedule_next_start() TO daybreak_app;

-- What would become of one owner's pending day at that moment.
CREATE FUNCTION schedule_explain(
    one_owner uuid, moment timestamptz, backoff boolean
) RETURNS TABLE (local_date date, due_at timestamptz, edition text, outcome text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT s.local_date, s.due_at, s.edition, s.outcome, s.reason
    FROM schedule_decide(ARRAY[one_owner], moment, backoff) AS s
    WHERE s.due_at IS NOT NULL
$$;
REVOKE ALL ON FUNCTION schedule_explain(uuid, timestamptz, boolean) FROM public;
GRANT EXECUTE ON FUNCTION schedule_explain(uuid, timestamptz, boolean) TO daybreak_app;

-- Have what is next found anew for whoever is pending on a slot whose instant is not the one kept with them, as after
-- a change of the zones. Gives how many they are.
CREATE FUNCTION schedule_unsettle() RETURNS bigint
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
REVOKE ALL ON FUNCTION schedule_unsettle() FROM public;
GRANT EXECUTE ON FUNCTION schedule_unsettle() TO daybreak_app;

-- Count who is due in each slot, and at each instant.
CREATE FUNCTION schedule_count(moment timestamptz) RETURNS void
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
REVOKE ALL ON FUNCTION schedule_count(timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION schedule_count(timestamptz) TO daybreak_app;

-- The earliest date that is pending for anybody; NULL when none is.
CREATE FUNCTION schedule_earliest() RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT least(
        (SELECT d.local_date FROM schedule_dues AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1),
        (SELECT min(d.local_date) FROM schedule_dues AS d WHERE d.stale)
    )
$$;
REVOKE ALL ON FUNCTION schedule_earliest() FROM public;
GRANT EXECUTE ON FUNCTION schedule_earliest() TO daybreak_app;

-- For an operator's page: who is set aside, and which days were not rung lately. The ids are to be read as those
-- owners afterwards.
CREATE FUNCTION schedule_troubles(
    since timestamptz, most integer
) RETURNS TABLE (owner_id uuid, at timestamptz, local_date date, edition text, outcome text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    (SELECT d.owner_id, d.due_at, d.local_date, NULL, 'aside', d.aside FROM schedule_dues AS d
    WHERE d.aside IS NOT NULL ORDER BY d.owner_id LIMIT most)
    UNION ALL
    (SELECT s.owner_id, s.decided_at, s.local_date, s.edition, s.outcome, s.reason FROM schedule_days AS s
    WHERE s.outcome <> 'rung' AND s.decided_at >= since ORDER BY s.decided_at DESC LIMIT most)
$$;
REVOKE ALL ON FUNCTION schedule_troubles(timestamptz, integer) FROM public;
GRANT EXECUTE ON FUNCTION schedule_troubles(timestamptz, integer) TO daybreak_app;

-- How many are behind: their time to begin was over before that moment. No more than so many are counted.
CREATE FUNCTION schedule_behind(moment timestamptz, most integer) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT count(*) FROM (
        SELECT FROM schedule_dues AS d WHERE d.start_at < moment LIMIT most
    ) AS behind
$$;
REVOKE ALL ON FUNCTION schedule_behind(timestamptz, integer) FROM public;
GRANT EXECUTE ON FUNCTION schedule_behind(timestamptz, integer) TO daybreak_app;

-- Settle an owner's pending day as the tick would. For a rehearsal: the caller rolls it back.
CREATE FUNCTION schedule_rehearse(one_owner uuid, moment timestamptz, backoff boolean, rung_kind text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM FROM schedule_dues AS d WHERE d.owner_id = one_owner FOR UPDATE;
    PERFORM schedule_settle(ARRAY[one_owner], moment, backoff, rung_kind);
END $$;
REVOKE ALL ON FUNCTION schedule_rehearse(uuid, timestamptz, boolean, text) FROM public;
GRANT EXECUTE ON FUNCTION schedule_rehearse(uuid, timestamptz, boolean, text) TO daybreak_app;
