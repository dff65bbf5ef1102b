-- People and what they prefer.
--
-- Every table of a user's has the two policies below, forced: `owners` lets the application see the rows of
-- the owners that its transaction names, and raises when it names none; `upkeep` is for daybreak_owner, whom
-- FORCE would otherwise lock out of definer functions. The inner SELECT makes the setting be read once a
-- statement instead of once a row.

GRANT USAGE ON SCHEMA public TO daybreak_app;
GRANT SELECT ON db_migrations TO daybreak_app;

CREATE TABLE people_users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    country text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT people_users_email_is_lower_case CHECK (email = lower(email)),
    CONSTRAINT people_users_country_is_iso CHECK (country ~ '^[A-Z]{2}$')
);
CREATE UNIQUE INDEX people_users_email ON people_users (email);

ALTER TABLE people_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_users FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_users TO daybreak_app
USING (id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON people_users TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_users TO daybreak_app;

CREATE TABLE people_preferences (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    brief_time time NOT NULL DEFAULT '07:00',
    workday_start time NOT NULL DEFAULT '09:00',
    workday_end time NOT NULL DEFAULT '17:30',
    CONSTRAINT people_preferences_workday_has_hours CHECK (workday_start < workday_end)
);

ALTER TABLE people_preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_preferences TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON people_preferences TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_preferences TO daybreak_app;

-- A sign-in knows an address before it knows an owner; this tells the one id and nothing else.
CREATE FUNCTION people_id_by_email(address text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT id FROM people_users WHERE email = lower(address) $$;
REVOKE ALL ON FUNCTION people_id_by_email(text) FROM public;
GRANT EXECUTE ON FUNCTION people_id_by_email(text) TO daybreak_app;

-- An operator's list: ids only, to be read as those owners afterwards.
CREATE FUNCTION people_all_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT id FROM people_users ORDER BY created_at, id $$;
REVOKE ALL ON FUNCTION people_all_ids() FROM public;
GRANT EXECUTE ON FUNCTION people_all_ids() TO daybreak_app;
