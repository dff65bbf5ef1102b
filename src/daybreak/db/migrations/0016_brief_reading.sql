-- How a brief is read: its length, and the hours that count as free.
ALTER TABLE people_preferences
ADD COLUMN length text NOT NULL DEFAULT 'standard',
ADD COLUMN lunch_start time DEFAULT '12:00',
ADD COLUMN lunch_end time DEFAULT '13:00',
-- ISO 8601 numbers: Monday is 1.
ADD COLUMN days_off smallint [] NOT NULL DEFAULT '{6,7}',
ADD COLUMN focus_is_free boolean NOT NULL DEFAULT TRUE,
ADD COLUMN shortest_gap_minutes smallint NOT NULL DEFAULT 20,
ADD CONSTRAINT people_preferences_length CHECK (length IN ('glance', 'standard', 'full')) NOT VALID,
ADD CONSTRAINT people_preferences_lunch_has_time CHECK (
    (lunch_start IS NULL AND lunch_end IS NULL) OR lunch_start < lunch_end
) NOT VALID,
ADD CONSTRAINT people_preferences_days_off CHECK (days_off <@ '{1,2,3,4,5,6,7}') NOT VALID,
ADD CONSTRAINT people_preferences_shortest_gap CHECK (shortest_gap_minutes BETWEEN 5 AND 240) NOT VALID;

CREATE OR REPLACE VIEW people_profiles WITH (security_invoker = TRUE) AS
SELECT
    u.id, u.email AS email_address, u.name, u.timezone, u.country,
    p.active, p.brief_time, p.frequency, p.weekdays, p.email, p.quiet_day, p.weekly_day, p.catch_up, p.reengagement,
    p.project_choice, p.projects, p.workday_start, p.workday_end,
    coalesce(a.role, 'member') AS role, a.password_hash IS NOT NULL AS has_password, a.deletion_due,
    p.length, p.lunch_start, p.lunch_end, p.days_off, p.focus_is_free, p.shortest_gap_minutes
FROM people_users AS u
INNER JOIN people_preferences AS p ON u.id = p.owner_id
LEFT JOIN people_accounts AS a ON u.id = a.owner_id;
