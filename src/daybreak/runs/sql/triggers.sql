-- revision: 1

-- Counts inserted runs.
CREATE OR REPLACE FUNCTION runs_count_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, count(*) FROM added GROUP BY kind, status;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION runs_count_added() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_count_added() TO daybreak_app;

-- Counts deleted runs.
CREATE OR REPLACE FUNCTION runs_count_removed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, -count(*) FROM removed GROUP BY kind, status;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION runs_count_removed() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_count_removed() TO daybreak_app;

-- Counts changes of status.
CREATE OR REPLACE FUNCTION runs_count_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, sum(n)
    FROM (
        SELECT kind, status, count(*) AS n FROM added GROUP BY kind, status
        UNION ALL
        SELECT kind, status, -count(*) FROM removed GROUP BY kind, status
    ) AS moves
    GROUP BY kind, status HAVING sum(n) <> 0;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION runs_count_changed() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_count_changed() TO daybreak_app;

-- Counts ended runs and adds their times to the histogram.
CREATE OR REPLACE FUNCTION runs_count_finished() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    WITH timed AS (
        INSERT INTO runs_durations (kind, day, wait_bucket, run_bucket, runs, wait_seconds, run_seconds)
        SELECT
            kind, (finished_at AT TIME ZONE 'UTC')::date, runs_duration_bucket(wait_seconds), runs_duration_bucket(run_seconds),
            count(*), sum(wait_seconds), sum(run_seconds)
        FROM added WHERE status NOT IN ('cancelled', 'skipped')
        GROUP BY 1, 2, 3, 4
    )
    INSERT INTO runs_counters (kind, status, change)
    SELECT kind, status, count(*) FROM added GROUP BY kind, status;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION runs_count_finished() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_count_finished() TO daybreak_app;

-- Runs have no foreign key, because a million of them are created at once. This trigger deletes the runs of a deleted
-- user.
CREATE OR REPLACE FUNCTION runs_delete_owned() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM runs_events WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_open WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_finished WHERE owner_id IN (SELECT id FROM removed);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION runs_delete_owned() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_delete_owned() TO daybreak_app;

CREATE OR REPLACE TRIGGER runs_open_added AFTER INSERT ON runs_open
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION runs_count_added();
CREATE OR REPLACE TRIGGER runs_open_removed AFTER DELETE ON runs_open
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION runs_count_removed();
CREATE OR REPLACE TRIGGER runs_open_changed AFTER UPDATE ON runs_open
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION runs_count_changed();
CREATE OR REPLACE TRIGGER runs_finished_added AFTER INSERT ON runs_finished
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION runs_count_finished();
CREATE OR REPLACE TRIGGER runs_finished_removed AFTER DELETE ON runs_finished
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION runs_count_removed();
CREATE OR REPLACE TRIGGER people_users_removed AFTER DELETE ON people_users
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION runs_delete_owned();
