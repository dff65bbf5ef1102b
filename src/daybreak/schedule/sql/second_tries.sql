-- revision: 1

-- Returns when the first second try is due; NULL if there is none. One index lookup.
CREATE OR REPLACE FUNCTION schedule_first_second_try() RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    RETURN (
        SELECT t.retry_at FROM schedule_second_tries AS t WHERE t.state = 'pending' ORDER BY t.retry_at LIMIT 1
    );
END $$;
REVOKE ALL ON FUNCTION schedule_first_second_try() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_first_second_try() TO daybreak_app;

-- Retries the failed briefs whose second try is due, in a new epoch of their runs. A run that a user has retried, or
-- replaced by a later one, is left alone, and so are the runs of a user who has paused the briefs. Returns how
-- many were retried, and how many were due, at most a batch.
CREATE OR REPLACE FUNCTION schedule_retry_failed(
    now timestamptz, batch_size integer, OUT retried integer, OUT due integer
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    one schedule_second_tries;
    new_state text;
BEGIN
    retried := 0;
    due := 0;
    FOR one IN
        SELECT * FROM schedule_second_tries AS t
        WHERE t.state = 'pending' AND t.retry_at <= now
        ORDER BY t.retry_at LIMIT batch_size FOR UPDATE SKIP LOCKED
    LOOP
        new_state := CASE
            WHEN now > one.retry_until THEN 'too_late'
            WHEN NOT EXISTS (
                SELECT FROM schedule_entries AS e WHERE e.owner_id = one.owner_id AND e.active
            ) THEN 'superseded'
            WHEN runs_retry_unchanged(one.owner_id, one.run_id, one.epoch) THEN 'retried'
            ELSE 'superseded'
        END;
        UPDATE schedule_second_tries AS t SET state = new_state
        WHERE t.owner_id = one.owner_id AND t.local_date = one.local_date AND t.edition = one.edition;
        due := due + 1;
        retried := retried + (new_state = 'retried')::integer;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION schedule_retry_failed(timestamptz, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_retry_failed(timestamptz, integer) TO daybreak_app;

-- Returns briefs that failed since then because their workers died, for operators, latest first.
CREATE OR REPLACE FUNCTION schedule_list_second_tries(since timestamptz, max_rows integer) RETURNS TABLE (
    owner_id uuid, local_date date, edition text, run_id uuid, retry_at timestamptz, state text, run_status text
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT
        t.owner_id, t.local_date, t.edition, t.run_id, t.retry_at, t.state,
        (SELECT r.status FROM runs_all AS r WHERE r.owner_id = t.owner_id AND r.id = t.run_id LIMIT 1)
    FROM schedule_second_tries AS t WHERE t.failed_at >= since
    ORDER BY t.failed_at DESC, t.owner_id, t.local_date, t.edition LIMIT max_rows
$$;
REVOKE ALL ON FUNCTION schedule_list_second_tries(timestamptz, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_list_second_tries(timestamptz, integer) TO daybreak_app;

-- Deletes the second tries of days before a date.
CREATE OR REPLACE FUNCTION schedule_delete_second_tries(oldest date) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ DELETE FROM schedule_second_tries WHERE local_date < oldest $$;
REVOKE ALL ON FUNCTION schedule_delete_second_tries(date) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_delete_second_tries(date) TO daybreak_app;
