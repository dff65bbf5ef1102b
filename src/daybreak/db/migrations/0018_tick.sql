-- The tick at a million people: what it reads it reads once, what many people share it finds once, and it writes no
-- index that nobody needs. ADR 0009 says how a tick goes.
--
-- Functions take the rows of schedule_dues that the tick has locked, instead of reading them by their owners again.
-- The forms that take owners are for whoever looks at one owner.

-- Each statement runs in the one transaction of this file, before anybody works with the new version.
-- squawk-ignore-file require-concurrent-index-deletion, ban-drop-function

-- Of an owner's own open runs there are few, and runs_open_key finds them; what lists them sorts them.
DROP INDEX runs_open_newest;

-- A doorbell is made of random ids: trying to compress it costs time and saves nothing.
ALTER TABLE pgq.pgqueuer ALTER COLUMN payload SET STORAGE EXTERNAL;

-- Start runs for many owners at once, a doorbell for each hundred; what is open for (owner, kind, key) already stays
-- as it is. Owners in their order keep the pages of indexes together. Gives how many were new.
CREATE OR REPLACE FUNCTION runs_start_many(
    owner_ids uuid [], new_kind text, new_lane text, keys text [], many_parameters jsonb [], new_max_attempts integer
) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    bells bigint [];
    -- An id for each from one random number: where randomness is asked of the system, it costs more than the row.
    seed bytea := uuid_send(gen_random_uuid());
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
                    w.owner_id, w.id, new_kind, new_lane, w.key, w.parameters, 'queued',
                    new_max_attempts, bells[1 + (w.place - 1) / 100], now()
                FROM (
                    SELECT DISTINCT ON (u.owner_id, u.key)
                        u.owner_id, u.key, u.parameters, u.place,
                        encode(
                            substr(sha256(seed || uuid_send(u.owner_id) || convert_to(u.key, 'UTF8')), 1, 16), 'hex'
                        )::uuid AS id
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

-- How many runs of a kind wait for a worker, as counted.
CREATE FUNCTION runs_count_queued(counted_kind text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(sum(c.change), 0)::bigint FROM runs_counters AS c
    WHERE c.kind = counted_kind AND c.status = 'queued'
$$;
REVOKE ALL ON FUNCTION runs_count_queued(text) FROM public;
GRANT EXECUTE ON FUNCTION runs_count_queued(text) TO daybreak_app;

-- A date's day of the week as a bit; the first day of all was a Monday.
CREATE FUNCTION schedule_bit(local_date date) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN 1 << ((local_date - date '0001-01-01') % 7);
REVOKE ALL ON FUNCTION schedule_bit(date) FROM public;

-- What is to become of these pending days at that moment: the one place where it is decided.
--
-- With backoff, briefs grow rare while their reader is away: after 3 days silence, from the 4th to the 9th one gentle
-- word, from the 10th to the 30th one that motivates, from the 31st one warm one and then an offer every 30 days. Each
-- comes once in an absence, or again after 2 days in which it was not received. Whoever is reached but could not be
-- seen reading is never taken for absent, and nobody is written to whom nothing reaches.
CREATE FUNCTION schedule_decide(
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
            -- Keeps it apart, so that without backoff nothing is read.
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
REVOKE ALL ON FUNCTION schedule_decide(schedule_dues [], timestamptz, boolean) FROM public;

-- The same for these owners.
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

-- What comes after these pending days. Whose plans are alike and stand at the same day have the same slot next, so each
-- is looked for once. Beyond the last slot a row is stale: whoever fills more of them finds what is next.
CREATE FUNCTION schedule_follow(
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
REVOKE ALL ON FUNCTION schedule_follow(schedule_dues []) FROM public;

-- Decide about these pending days, keep it, start runs of that kind for those that are rung, and go on to what is next.
-- The caller has locked the rows.
CREATE FUNCTION schedule_settle(
    pending schedule_dues [], moment timestamptz, backoff boolean, rung_kind text,
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
    WITH decided AS MATERIALIZED (SELECT * FROM schedule_decide(pending, moment, backoff)),
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

    UPDATE schedule_dues AS d SET local_date = f.local_date, due_at = f.due_at, start_at = f.start_at, stale = f.stale
    FROM schedule_follow(pending) AS f
    WHERE d.owner_id = f.owner_id;
END $$;
REVOKE ALL ON FUNCTION schedule_settle(schedule_dues [], timestamptz, boolean, text) FROM public;

-- The same for these owners, whose rows the caller has locked.
CREATE OR REPLACE FUNCTION schedule_settle(
    owner_ids uuid [], moment timestamptz, backoff boolean, rung_kind text,
    OUT rung integer, OUT missed integer, OUT skipped integer
)
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    SELECT s.rung, s.missed, s.skipped INTO rung, missed, skipped
    FROM schedule_settle(
        (SELECT array_agg(d) FROM schedule_dues AS d WHERE d.owner_id = ANY (owner_ids)), moment, backoff, rung_kind
    ) AS s;
END $$;

-- What a tick has to do, if anything: whether there are plans for which what is next has to be found, and when the
-- first is to begin. Two looks at indexes.
DROP FUNCTION schedule_next_start();
CREATE FUNCTION schedule_look() RETURNS TABLE (is_stale boolean, first_start timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    RETURN QUERY SELECT
        EXISTS (SELECT FROM schedule_dues AS d WHERE d.stale),
        (SELECT d.start_at FROM schedule_dues AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1);
END $$;
REVOKE ALL ON FUNCTION schedule_look() FROM public;
GRANT EXECUTE ON FUNCTION schedule_look() TO daybreak_app;

-- One chunk of the tick: the first of what was to begin until then, after that place, in the order of time; what
-- another scheduler holds is passed by. A row on which the chunk fails is set aside with the reason, and the others
-- go on.
DROP FUNCTION schedule_tick(timestamptz, integer, boolean, text, timestamptz, uuid);
CREATE FUNCTION schedule_tick(
    moment timestamptz, until timestamptz, batch integer, backoff boolean, rung_kind text,
    after_start timestamptz, after_owner uuid
) RETURNS TABLE (
    claimed integer, rung integer, missed integer, skipped integer, set_aside integer, last_start timestamptz,
    last_owner uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
    pending schedule_dues [];
    due schedule_dues;
    again schedule_dues [];
    settled record;
BEGIN
    rung := 0; missed := 0; skipped := 0; set_aside := 0;
    -- Rows are locked in the subtransaction that changes them: locked outside of it, each would cost a multixact.
    BEGIN
        SELECT array_agg(c.d) INTO pending FROM (
            SELECT d FROM schedule_dues AS d
            WHERE d.start_at <= until AND (d.start_at, d.owner_id) > (after_start, after_owner)
            ORDER BY d.start_at, d.owner_id LIMIT batch FOR UPDATE SKIP LOCKED
        ) AS c;
        IF pending IS NOT NULL THEN
            SELECT * INTO settled FROM schedule_settle(pending, moment, backoff, rung_kind);
            rung := settled.rung; missed := settled.missed; skipped := settled.skipped;
        END IF;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
        FOREACH due IN ARRAY pending LOOP
            BEGIN
                SELECT array_agg(c.d) INTO again FROM (
                    SELECT d FROM schedule_dues AS d
                    WHERE d.owner_id = due.owner_id AND d.start_at <= until FOR UPDATE SKIP LOCKED
                ) AS c;
                CONTINUE WHEN again IS NULL;
                SELECT * INTO settled FROM schedule_settle(again, moment, backoff, rung_kind);
                rung := rung + settled.rung;
                missed := missed + settled.missed;
                skipped := skipped + settled.skipped;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
                UPDATE schedule_dues SET start_at = NULL, aside = 'The schedule failed on it: ' || left(sqlerrm, 200)
                WHERE owner_id = due.owner_id;
                set_aside := set_aside + 1;
            END;
        END LOOP;
    END;
    claimed := coalesce(cardinality(pending), 0);
    last_start := (pending[claimed]).start_at;
    last_owner := (pending[claimed]).owner_id;
    RETURN NEXT;
END $$;
REVOKE ALL ON FUNCTION schedule_tick(timestamptz, timestamptz, integer, boolean, text, timestamptz, uuid) FROM public;
GRANT EXECUTE ON FUNCTION schedule_tick(
    timestamptz, timestamptz, integer, boolean, text, timestamptz, uuid
) TO daybreak_app;
