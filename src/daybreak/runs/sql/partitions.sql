-- revision: 1

-- Creates partitions for this week, for each week that begins within `ahead`, and for past weeks whose rows are in the
-- default partition. Returns how many were created.
CREATE OR REPLACE FUNCTION runs_make_partitions(ahead interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    parent text;
    week timestamptz;
    part text;
    stamp text;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.runs_partitions', 0));
    FOR parent, stamp IN VALUES ('runs_finished', 'finished_at'), ('runs_events', 'at') LOOP
        FOR week IN EXECUTE format(
            'SELECT w AT TIME ZONE ''UTC'' FROM generate_series('
            'date_trunc(''week'', now() AT TIME ZONE ''UTC''), now() AT TIME ZONE ''UTC'' + $1, ''1 week'') AS w '
            'UNION SELECT date_trunc(''week'', %1$I AT TIME ZONE ''UTC'') AT TIME ZONE ''UTC'' '
            'FROM runs_partitions.%2$I WHERE %1$I < now()',
            stamp, parent || '_rest'
        ) USING ahead
        LOOP
            part := parent || to_char(week AT TIME ZONE 'UTC', '_IYYY_IW');
            CONTINUE WHEN to_regclass('runs_partitions.' || part) IS NOT NULL;
            EXECUTE format(
                'CREATE TABLE runs_partitions.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                part, parent
            );
            -- The default partition must not change between moving its rows and attaching.
            EXECUTE format('LOCK TABLE runs_partitions.%I IN ACCESS EXCLUSIVE MODE', parent || '_rest');
            EXECUTE format(
                'WITH moved AS (DELETE FROM runs_partitions.%I WHERE %I >= %L AND %I < %L RETURNING *) '
                'INSERT INTO runs_partitions.%I SELECT * FROM moved',
                parent || '_rest', stamp, week, stamp, week + interval '7 days', part
            );
            EXECUTE format(
                'ALTER TABLE public.%I ATTACH PARTITION runs_partitions.%I FOR VALUES FROM (%L) TO (%L)',
                parent, part, week, week + interval '7 days'
            );
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION runs_make_partitions(interval) FROM public, daybreak_app;

-- Drops ended runs and events of weeks that ended before that interval. Returns how many partitions were dropped.
CREATE OR REPLACE FUNCTION runs_drop_partitions(older_than interval) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('daybreak.runs_partitions', 0));
    FOR part IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'runs_partitions'::regnamespace AND c.relkind = 'r'
            AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'
            AND to_date(right(c.relname, 7), 'IYYY_IW') + 7 <= (now() AT TIME ZONE 'UTC' - older_than)::date
        ORDER BY c.relname
    LOOP
        IF part LIKE 'runs_finished%' THEN
            EXECUTE format('LOCK TABLE runs_partitions.%I IN ACCESS EXCLUSIVE MODE', part);
            EXECUTE format(
                'INSERT INTO public.runs_counters (kind, status, change) '
                'SELECT kind, status, -count(*) FROM runs_partitions.%I GROUP BY kind, status', part
            );
        END IF;
        EXECUTE format('DROP TABLE runs_partitions.%I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION runs_drop_partitions(interval) FROM public, daybreak_app;

-- The first partitions of a new database; runs_prune creates later ones.
SELECT runs_make_partitions('28 days');
