-- revision: 1
-- The protocol of the schedule: determine the next due date, decide its outcome, enqueue, advance. ADR 0009 explains
-- it. The following applies to all files in this folder.
--
-- Planner settings: as for runs, plans of functions that process a batch go from the list of owners to the primary key,
-- because statistics are stale after a million rows have moved. The absence of a row is tested by a scalar subquery,
-- because an anti-join could be planned as a scan of all rows.
--
-- Functions take the rows of schedule_entries that the tick has locked, and do not read them again. The variants with
-- owner ids are for a single owner.

-- Returns whether the tick has work: whether entries are stale, and when the first start is. Two index lookups.
CREATE OR REPLACE FUNCTION schedule_has_work() RETURNS TABLE (is_stale boolean, first_start timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    RETURN QUERY SELECT
        EXISTS (SELECT FROM schedule_entries AS d WHERE d.is_stale),
        (SELECT d.start_at FROM schedule_entries AS d WHERE d.start_at IS NOT NULL ORDER BY d.start_at LIMIT 1);
END $$;
REVOKE ALL ON FUNCTION schedule_has_work() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_has_work() TO daybreak_app;

-- One batch of the tick: the next rows whose start is not after `until`, after the cursor and in order of time. Rows
-- that are locked by another scheduler are skipped. If the batch fails, rows are processed one by one, and a failing
-- row gets the error.
CREATE OR REPLACE FUNCTION schedule_tick(
    now timestamptz, until timestamptz, batch_size integer, reduce_when_away boolean, kind text,
    after_start timestamptz, after_owner uuid
) RETURNS TABLE (
    claimed integer, enqueued integer, missed integer, skipped integer, errored integer, last_start timestamptz,
    last_owner uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
AS $$
DECLARE
    pending schedule_entries [];
    due schedule_entries;
    again schedule_entries [];
    applied record;
BEGIN
    enqueued := 0; missed := 0; skipped := 0; errored := 0;
    -- Lock the rows in the subtransaction that updates them; otherwise each would cost a multixact.
    BEGIN
        SELECT array_agg(c.d) INTO pending FROM (
            SELECT d FROM schedule_entries AS d
            WHERE d.start_at <= until AND (d.start_at, d.owner_id) > (after_start, after_owner)
            ORDER BY d.start_at, d.owner_id LIMIT batch_size FOR UPDATE SKIP LOCKED
        ) AS c;
        IF pending IS NOT NULL THEN
            SELECT * INTO applied FROM schedule_apply(pending, now, reduce_when_away, kind);
            enqueued := applied.enqueued; missed := applied.missed; skipped := applied.skipped;
        END IF;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
        FOREACH due IN ARRAY pending LOOP
            BEGIN
                SELECT array_agg(c.d) INTO again FROM (
                    SELECT d FROM schedule_entries AS d
                    WHERE d.owner_id = due.owner_id AND d.start_at <= until FOR UPDATE SKIP LOCKED
                ) AS c;
                CONTINUE WHEN again IS NULL;
                SELECT * INTO applied FROM schedule_apply(again, now, reduce_when_away, kind);
                enqueued := enqueued + applied.enqueued;
                missed := missed + applied.missed;
                skipped := skipped + applied.skipped;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation OR plpgsql_error THEN
                UPDATE schedule_entries SET start_at = NULL, error = 'The schedule failed on it: ' || left(sqlerrm, 200)
                WHERE owner_id = due.owner_id AND error IS NULL;
                -- A concurrent batch may have failed on the same row.
                IF FOUND THEN
                    errored := errored + 1;
                END IF;
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

-- Records the outcome of pending days, enqueues runs of `kind` for those that are due, and advances to the next
-- due dates. The caller has locked the rows.
CREATE OR REPLACE FUNCTION schedule_apply(
    pending schedule_entries [], now timestamptz, reduce_when_away boolean, kind text,
    OUT enqueued integer, OUT missed integer, OUT skipped integer
)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    enqueued_owners uuid [];
    enqueued_keys text [];
    enqueued_parameters jsonb [];
BEGIN
    WITH decided AS MATERIALIZED (SELECT * FROM schedule_decide(pending, now, reduce_when_away)),
    inserted AS (
        INSERT INTO schedule_outcomes AS d (owner_id, local_date, edition, outcome, reason, due_at, decided_at)
        SELECT s.owner_id, s.local_date, s.edition, s.outcome, s.reason, s.due_at, now
        FROM decided AS s
        -- The lock on the owner's row excludes concurrent inserts, so ON CONFLICT is not needed.
        WHERE (
            SELECT k.outcome FROM schedule_outcomes AS k
            WHERE k.owner_id = s.owner_id AND k.local_date = s.local_date AND k.edition = s.edition
        ) IS NULL
        RETURNING d.owner_id, d.local_date, d.edition, d.outcome
    ),
    notified AS (
        INSERT INTO schedule_absences (owner_id, since, tier, notified_at)
        SELECT s.owner_id, s.away_since, least(s.tier, 3), now FROM decided AS s WHERE s.tier > 0
        ON CONFLICT (owner_id) DO UPDATE SET
            since = excluded.since, tier = excluded.tier, notified_at = excluded.notified_at
    )
    SELECT
        array_agg(k.owner_id) FILTER (WHERE k.outcome = 'enqueued'),
        array_agg(k.local_date || '/' || k.edition) FILTER (WHERE k.outcome = 'enqueued'),
        array_agg(jsonb_build_object('date', k.local_date, 'edition', k.edition)) FILTER (WHERE k.outcome = 'enqueued'),
        count(*) FILTER (WHERE k.outcome = 'enqueued'),
        count(*) FILTER (WHERE k.outcome = 'missed'),
        count(*) FILTER (WHERE k.outcome = 'skipped')
    INTO enqueued_owners, enqueued_keys, enqueued_parameters, enqueued, missed, skipped
    FROM inserted AS k;

    IF enqueued > 0 THEN
        PERFORM runs_enqueue_many(enqueued_owners, kind, 'scheduled', enqueued_keys, enqueued_parameters, 3);
    END IF;

    UPDATE schedule_entries AS d SET
        local_date = f.local_date, due_at = f.due_at, start_at = f.start_at, is_stale = f.is_stale
    FROM schedule_next_due(pending) AS f
    WHERE d.owner_id = f.owner_id;
END $$;
REVOKE ALL ON FUNCTION schedule_apply(schedule_entries [], timestamptz, boolean, text) FROM public, daybreak_app;

-- The same for the rows of these owners, which the caller has locked.
CREATE OR REPLACE FUNCTION schedule_apply_for(
    owner_ids uuid [], now timestamptz, reduce_when_away boolean, kind text,
    OUT enqueued integer, OUT missed integer, OUT skipped integer
)
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    SELECT s.enqueued, s.missed, s.skipped INTO enqueued, missed, skipped
    FROM schedule_apply(
        (SELECT array_agg(d) FROM schedule_entries AS d WHERE d.owner_id = ANY (owner_ids)),
        now, reduce_when_away, kind
    ) AS s;
END $$;
REVOKE ALL ON FUNCTION schedule_apply_for(uuid [], timestamptz, boolean, text) FROM public, daybreak_app;

-- Records the outcome of an owner's pending day as the tick would. The transaction must act for the owner, and the
-- caller rolls it back.
CREATE OR REPLACE FUNCTION schedule_simulate(
    one_owner uuid, now timestamptz, reduce_when_away boolean, kind text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_require_owner(one_owner);
    PERFORM FROM schedule_entries AS d WHERE d.owner_id = one_owner FOR UPDATE;
    PERFORM schedule_apply_for(ARRAY[one_owner], now, reduce_when_away, kind);
END $$;
REVOKE ALL ON FUNCTION schedule_simulate(uuid, timestamptz, boolean, text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_simulate(uuid, timestamptz, boolean, text) TO daybreak_app;
