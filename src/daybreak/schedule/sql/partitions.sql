-- revision: 1

-- Creates partitions for this month and each month that begins within `ahead`. Returns how many were created.
CREATE OR REPLACE FUNCTION schedule_make_partitions(ahead interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    month date;
    part text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.schedule_partitions', 0));
    FOR month IN
        SELECT m::date FROM generate_series(
            date_trunc('month', now() AT TIME ZONE 'UTC'), now() AT TIME ZONE 'UTC' + ahead, '1 month'
        ) AS m
    LOOP
        part := to_char(month, '"schedule_outcomes_"YYYY_MM');
        CONTINUE WHEN to_regclass('schedule_partitions.' || part) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE schedule_partitions.%I '
            '(LIKE public.schedule_outcomes INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part
        );
        LOCK TABLE schedule_partitions.schedule_outcomes_rest IN ACCESS EXCLUSIVE MODE;
        EXECUTE format(
            'WITH moved AS (DELETE FROM schedule_partitions.schedule_outcomes_rest '
            'WHERE local_date >= %L AND local_date < %L RETURNING *) '
            'INSERT INTO schedule_partitions.%I SELECT * FROM moved', month, month + interval '1 month', part
        );
        EXECUTE format(
            'ALTER TABLE public.schedule_outcomes ATTACH PARTITION schedule_partitions.%I '
            'FOR VALUES FROM (%L) TO (%L)', part, month, (month + interval '1 month')::date
        );
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION schedule_make_partitions(interval) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_make_partitions(interval) TO daybreak_app;

-- Drops the days of months that ended before that date, but none of the last 31 days, the minimum of the setting.
-- Returns how many months were dropped.
CREATE OR REPLACE FUNCTION schedule_drop_partitions(before date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    first_kept date := least(before, (now() AT TIME ZONE 'UTC')::date - 31);
    part text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.schedule_partitions', 0));
    FOR part IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'schedule_partitions'::regnamespace AND c.relkind = 'r'
            AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
            AND (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month')::date <= first_kept
        ORDER BY c.relname
    LOOP
        EXECUTE format('DROP TABLE schedule_partitions.%I', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM schedule_partitions.schedule_outcomes_rest WHERE local_date < first_kept;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION schedule_drop_partitions(date) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_drop_partitions(date) TO daybreak_app;

-- The first partitions of a new database; maintenance creates later ones.
SELECT schedule_make_partitions('2 months');
