-- revision: 1

-- Copies the plans of new users.
CREATE OR REPLACE FUNCTION schedule_on_preferences_added() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_copy_plans((SELECT array_agg(owner_id) FROM added));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_preferences_added() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_preferences_added() TO daybreak_app;

-- Copies plans whose preferences have changed.
CREATE OR REPLACE FUNCTION schedule_on_preferences_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_copy_plans(array_agg(a.owner_id))
    FROM added AS a INNER JOIN removed AS r ON a.owner_id = r.owner_id
    WHERE
        (a.active, a.brief_time, a.weekdays, a.quiet_day, a.weekly_day, a.catch_up, a.reengage)
        IS DISTINCT FROM
        (r.active, r.brief_time, r.weekdays, r.quiet_day, r.weekly_day, r.catch_up, r.reengage)
    HAVING count(*) > 0;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_preferences_changed() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_preferences_changed() TO daybreak_app;

-- Copies the plans of users whose time zone has changed.
CREATE OR REPLACE FUNCTION schedule_on_user_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM schedule_copy_plans(array_agg(a.id))
    FROM added AS a INNER JOIN removed AS r ON a.id = r.id
    WHERE a.timezone <> r.timezone
    HAVING count(*) > 0;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_user_changed() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_user_changed() TO daybreak_app;

-- Deletes the days of deleted users; schedule_days has no foreign key.
CREATE OR REPLACE FUNCTION schedule_on_user_gone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM schedule_days AS d USING removed AS r WHERE d.owner_id = r.owner_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION schedule_on_user_gone() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION schedule_on_user_gone() TO daybreak_app;

CREATE OR REPLACE TRIGGER schedule_plan_added AFTER INSERT ON people_preferences
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_preferences_added();
CREATE OR REPLACE TRIGGER schedule_plan_changed AFTER UPDATE ON people_preferences
REFERENCING OLD TABLE AS removed NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_preferences_changed();
CREATE OR REPLACE TRIGGER schedule_zone_changed AFTER UPDATE ON people_users
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_user_changed();
CREATE OR REPLACE TRIGGER schedule_days_gone AFTER DELETE ON schedule_dues
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION schedule_on_user_gone();
