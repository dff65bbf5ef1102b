-- revision: 1

-- Copies the due patterns of new users.
CREATE OR REPLACE FUNCTION schedule_on_preferences_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_sync_entries((SELECT array_agg(owner_id) FROM added));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_preferences_inserted() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_preferences_inserted() TO daybreak_app;

-- Copies the due patterns of users whose preferences have changed.
CREATE OR REPLACE FUNCTION schedule_on_preferences_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_sync_entries(array_agg(a.owner_id))
    FROM added AS a INNER JOIN removed AS r ON a.owner_id = r.owner_id
    WHERE
        (a.active, a.brief_time, a.weekdays, a.quiet_day, a.weekly_day, a.catch_up, a.reengagement)
        IS DISTINCT FROM
        (r.active, r.brief_time, r.weekdays, r.quiet_day, r.weekly_day, r.catch_up, r.reengagement)
    HAVING count(*) > 0;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_preferences_updated() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_preferences_updated() TO daybreak_app;

-- Copies the due patterns of users whose time zone has changed.
CREATE OR REPLACE FUNCTION schedule_on_user_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_sync_entries(array_agg(a.id))
    FROM added AS a INNER JOIN removed AS r ON a.id = r.id
    WHERE a.timezone <> r.timezone
    HAVING count(*) > 0;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_user_updated() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_user_updated() TO daybreak_app;

-- Deletes the days of deleted users; schedule_outcomes has no foreign key.
CREATE OR REPLACE FUNCTION schedule_on_user_deleted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM schedule_outcomes AS d USING removed AS r WHERE d.owner_id = r.owner_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_user_deleted() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_user_deleted() TO daybreak_app;

-- Notes a scheduled brief whose workers died, for its second try. The key is compared as text, so that the key of
-- another kind of run raises no error here.
CREATE OR REPLACE FUNCTION schedule_on_workers_died() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO schedule_second_tries (
        owner_id, local_date, edition, run_id, epoch, failed_at, retry_at, retry_until, state
    )
    SELECT
        d.owner_id, d.local_date, d.edition, new.id, new.epoch, new.finished_at, t.retry_at, t.retry_until,
        CASE WHEN t.retry_at <= t.retry_until THEN 'pending' ELSE 'too_late' END
    FROM schedule_outcomes AS d
    INNER JOIN schedule_entries AS e ON d.owner_id = e.owner_id
    CROSS JOIN LATERAL (
        SELECT new.finished_at + interval '1 hour' AS retry_at, d.due_at + e.catch_up AS retry_until
    ) AS t
    WHERE d.owner_id = new.owner_id AND d.outcome = 'enqueued' AND d.local_date || '/' || d.edition = new.key
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_workers_died() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_workers_died() TO daybreak_app;

CREATE OR REPLACE TRIGGER schedule_preferences_inserted AFTER INSERT ON people_preferences
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_preferences_inserted();
CREATE OR REPLACE TRIGGER schedule_preferences_updated AFTER UPDATE ON people_preferences
REFERENCING OLD TABLE AS removed NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_preferences_updated();
CREATE OR REPLACE TRIGGER schedule_user_updated AFTER UPDATE ON people_users
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_user_updated();
CREATE OR REPLACE TRIGGER schedule_entries_deleted AFTER DELETE ON schedule_entries
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_user_deleted();
-- By row: the condition costs less than a function call for each statement that ends runs.
CREATE OR REPLACE TRIGGER schedule_workers_died AFTER INSERT ON runs_finished
FOR EACH ROW WHEN (
    new.queue = 'scheduled' AND new.status = 'failed' AND new.parent_id IS NULL
    AND new.errors -> -1 ->> 'class' = 'WorkerDied'
)
EXECUTE FUNCTION schedule_on_workers_died();
