-- revision: 1
-- The protocol of the schedule: determine the next due date, decide its outcome, enqueue, advance. ADR 0009 explains
-- it. The following applies to all files in this folder.
--
-- Planner settings: as for runs, plans of functions that process a batch go from the list of owners to the primary key,
-- because statistics are stale after a million rows have moved. The absence of a row is tested by a scalar subquery,
-- because an anti-join could be planned as a scan of all rows.
--
-- Functions take the rows of schedule_dues that the tick has locked, and do not read them again. The variants with
-- owner ids are for a single owner.

-- Returns whether the tick has work: whether plans are stale, and when the first start is. Two index lookups.
CREATE OR REPLACE FUNCTION schedule_look() RETURNS TABLE (is_stale boolean, first_start timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    RETURN QUERY SELECT
        EXISTS (SELECT FROM schedule_dues AS d WHERE d.stale),
        (SELECT d.start_at FROM schedule_dues AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1);
END $$;
REVOKE ALL ON FUNCTION schedule_look() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_look() TO daybreak_app;

-- One batch of the tick: the next rows whose start is not after `until`, after the cursor and in order of time. Rows
-- that are locked by another scheduler are skipped. If the batch fails, rows are processed one by one, and a failing
-- row gets the error.
CREATE OR REPLACE FUNCTION schedule_tick(
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
    -- Lock the rows in the subtransaction that updates them; otherwise each would cost a multixact.
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
REVOKE ALL ON FUNCTION schedule_tick(
    timestamptz, timestamptz, integer, boolean, text, timestamptz, uuid
) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_tick(
    timestamptz, timestamptz, integer, boolean, text, timestamptz, uuid
) TO daybreak_app;

-- Records the outcome of pending days, enqueues runs of `rung_kind` for those that are due, and advances to the next
-- due dates. The caller has locked the rows.
CREATE OR REPLACE FUNCTION schedule_settle(
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
        -- The lock on the owner's row excludes concurrent inserts, so ON CONFLICT is not needed.
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
REVOKE ALL ON FUNCTION schedule_settle(schedule_dues [], timestamptz, boolean, text) FROM public, daybreak_app;

-- The same for the rows of these owners, which the caller has locked.
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
REVOKE ALL ON FUNCTION schedule_settle(uuid [], timestamptz, boolean, text) FROM public, daybreak_app;

-- Records the outcome of an owner's pending day as the tick would. The transaction must act for the owner, and the
-- caller rolls it back.
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
REVOKE ALL ON FUNCTION schedule_rehearse(uuid, timestamptz, boolean, text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_rehearse(uuid, timestamptz, boolean, text) TO daybreak_app;
