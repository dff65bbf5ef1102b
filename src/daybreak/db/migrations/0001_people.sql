-- Users and their preferences.
--
-- Each table of users' rows has two policies and forces them. `owners` shows the application the rows of the owners
-- that its transaction names; without the setting a statement fails. `maintenance` is for daybreak_owner,
-- which FORCE would otherwise exclude from its own definer functions. The inner SELECT makes PostgreSQL read the setting once per
-- statement instead of once per row.

GRANT USAGE ON SCHEMA public TO daybreak_app;
GRANT SELECT ON db_migrations, db_functions TO daybreak_app;

CREATE TABLE people_users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    country text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT people_users_email_is_lower_case CHECK (email = lower(email)),
    CONSTRAINT people_users_country_is_iso CHECK (country ~ '^[A-Z]{2}$')
);
CREATE UNIQUE INDEX people_users_email ON people_users (email);

ALTER TABLE people_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_users FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_users TO daybreak_app
USING (id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_users TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_users TO daybreak_app;

CREATE TABLE people_preferences (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    brief_time time NOT NULL DEFAULT '07:00',
    workday_start time NOT NULL DEFAULT '09:00',
    workday_end time NOT NULL DEFAULT '17:30',
    active boolean NOT NULL DEFAULT TRUE,
    frequency text NOT NULL DEFAULT 'daily',
    -- ISO 8601 numbers: Monday is 1.
    weekdays smallint [] NOT NULL DEFAULT '{1,2,3,4,5,6,7}',
    email boolean NOT NULL DEFAULT FALSE,
    quiet_day text NOT NULL DEFAULT 'send',
    weekly_day smallint NOT NULL DEFAULT 5,
    catch_up interval NOT NULL DEFAULT '4 hours',
    reengagement boolean NOT NULL DEFAULT TRUE,
    project_choice text NOT NULL DEFAULT 'all',
    projects text [] NOT NULL DEFAULT '{}',
    CONSTRAINT people_preferences_workday_has_hours CHECK (workday_start < workday_end),
    CONSTRAINT people_preferences_frequency CHECK (frequency IN ('daily', 'weekdays', 'weekly', 'chosen')),
    CONSTRAINT people_preferences_weekdays CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND cardinality(weekdays) > 0),
    CONSTRAINT people_preferences_quiet_day CHECK (quiet_day IN ('send', 'shorten', 'skip', 'weekly')),
    CONSTRAINT people_preferences_weekly_day CHECK (weekly_day BETWEEN 1 AND 7),
    CONSTRAINT people_preferences_catch_up CHECK (catch_up BETWEEN '0' AND '20 hours'),
    CONSTRAINT people_preferences_project_choice CHECK (project_choice IN ('all', 'only', 'except'))
);

ALTER TABLE people_preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_preferences TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_preferences TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_preferences TO daybreak_app;

-- Accounts: passwords, sessions, links and API tokens.
--
-- Only the SHA-256 of a secret (session, link or token) is stored. The secrets are long and random, so a slow hash is
-- not needed, and a copy of these tables is no use for a sign-in. Expiry is compared with the database's clock. Lookups
-- by a secret happen before the owner is known; each has a definer function that returns only what belongs to that
-- secret.

-- A user without a row is a member without a password.
CREATE TABLE people_accounts (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
    -- An argon2 hash with salt and parameters; NULL if the user signs in by links only.
    password_hash text,
    -- When the account is deleted, unless the user cancels the deletion before.
    deletion_due timestamptz
);
CREATE INDEX people_accounts_deletion_due ON people_accounts (deletion_due) WHERE deletion_due IS NOT NULL;

ALTER TABLE people_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_accounts TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_accounts TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_accounts TO daybreak_app;

CREATE TABLE people_sessions (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    token_sha256 bytea NOT NULL,
    user_agent text NOT NULL,
    address text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX people_sessions_token ON people_sessions (token_sha256);
CREATE INDEX people_sessions_expires ON people_sessions (expires_at);

ALTER TABLE people_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_sessions TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_sessions TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_sessions TO daybreak_app;

-- Links that sign a user in once.
CREATE TABLE people_links (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('invitation', 'reset', 'sign-in')),
    token_sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX people_links_token ON people_links (token_sha256);
CREATE INDEX people_links_expires ON people_links (expires_at);

ALTER TABLE people_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_links FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_links TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_links TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_links TO daybreak_app;

CREATE TABLE people_tokens (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('read', 'write')),
    token_sha256 bytea NOT NULL,
    -- The last characters of the token, by which the user recognizes it.
    suffix text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    used_at timestamptz,
    -- The token that was used to create this one; revoking it revokes this one, too.
    parent_token_id uuid,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT people_tokens_parent_fkey
    FOREIGN KEY (owner_id, parent_token_id) REFERENCES people_tokens (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX people_tokens_token ON people_tokens (token_sha256);
CREATE INDEX people_tokens_parent ON people_tokens (owner_id, parent_token_id) WHERE parent_token_id IS NOT NULL;

ALTER TABLE people_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_tokens TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_tokens TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_tokens TO daybreak_app;

-- What the application may read about a user; never the password hash.
CREATE VIEW people_profiles WITH (security_invoker = TRUE) AS
SELECT
    u.id, u.email AS email_address, u.name, u.timezone, u.country,
    p.active, p.brief_time, p.frequency, p.weekdays, p.email, p.quiet_day, p.weekly_day, p.catch_up, p.reengagement,
    p.project_choice, p.projects, p.workday_start, p.workday_end,
    coalesce(a.role, 'member') AS role, a.password_hash IS NOT NULL AS has_password, a.deletion_due
FROM people_users AS u
INNER JOIN people_preferences AS p ON u.id = p.owner_id
LEFT JOIN people_accounts AS a ON u.id = a.owner_id;
GRANT SELECT ON people_profiles TO daybreak_app;

-- Sign-in throttle, by the hash of what is counted. retry_at is when the next attempt would be allowed if each took its
-- whole interval. Only two functions read or write it.
CREATE TABLE people_sign_in_throttle (
    key bytea PRIMARY KEY,
    retry_at timestamptz NOT NULL
);
