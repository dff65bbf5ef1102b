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
