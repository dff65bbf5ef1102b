-- Accounts: how people sign in, and what programs of theirs are let in with.
--
-- Of every secret (a session's, a link's, a token's) only the SHA-256 is kept: they are random and long, so that
-- nothing slower is needed, and whoever reads the tables cannot sign in with what is there. Their time is counted
-- by the database's clock. Lookups by a secret come before an owner is known; each has a definer function that gives
-- what belongs to that one secret and nothing else.

-- One row for whoever has done more than being there: no row means a member without a password.
CREATE TABLE people_accounts (
    owner_id uuid PRIMARY KEY REFERENCES people_users (id) ON DELETE CASCADE,
    role text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
    -- As argon2 writes it, with salt and parameters; NULL when the person signs in by links only.
    password_hash text,
    seen_at timestamptz,
    -- When everything is deleted, unless the person thinks better of it until then.
    deletion_due timestamptz
);
CREATE INDEX people_accounts_deletion_due ON people_accounts (deletion_due) WHERE deletion_due IS NOT NULL;

ALTER TABLE people_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_accounts TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON people_accounts TO daybreak_owner USING (TRUE);
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
CREATE POLICY upkeep ON people_sessions TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_sessions TO daybreak_app;

-- Links that let somebody in once.
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
CREATE POLICY upkeep ON people_links TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_links TO daybreak_app;

CREATE TABLE people_tokens (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    name text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('read', 'write')),
    token_sha256 bytea NOT NULL,
    -- Its last characters, by which a person tells it from others.
    ending text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    used_at timestamptz,
    PRIMARY KEY (owner_id, id)
);
CREATE INDEX people_tokens_token ON people_tokens (token_sha256);

ALTER TABLE people_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_tokens TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON people_tokens TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_tokens TO daybreak_app;

-- What is known of people who may sign in; never the hash itself.
CREATE VIEW people_profiles WITH (security_invoker = TRUE) AS
SELECT
    u.id, u.email AS address, u.name, u.timezone, u.country,
    p.active, p.brief_time, p.frequency, p.weekdays, p.email, p.quiet_day, p.weekly_day, p.catch_up, p.reengage,
    p.project_choice, p.projects, p.workday_start, p.workday_end,
    coalesce(a.role, 'member') AS role, a.password_hash IS NOT NULL AS has_password, a.deletion_due
FROM people_users AS u
INNER JOIN people_preferences AS p ON u.id = p.owner_id
LEFT JOIN people_accounts AS a ON u.id = a.owner_id;
GRANT SELECT ON people_profiles TO daybreak_app;

-- Whose session that is; seeing it once a minute keeps it alive.
CREATE FUNCTION people_session(digest bytea, idle interval) RETURNS TABLE (id uuid, profile people_profiles)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE people_sessions AS s SET seen_at = now(), expires_at = now() + idle
    WHERE s.token_sha256 = digest AND s.expires_at > now() AND s.seen_at < now() - interval '1 minute';
    IF FOUND THEN
        UPDATE people_accounts AS a SET seen_at = now()
        FROM people_sessions AS s WHERE s.token_sha256 = digest AND a.owner_id = s.owner_id;
        UPDATE people_users AS u SET last_visit_at = now()
        FROM people_sessions AS s WHERE s.token_sha256 = digest AND u.id = s.owner_id;
    END IF;
    RETURN QUERY
    SELECT s.id, f FROM people_sessions AS s
    INNER JOIN people_profiles AS f ON f.id = s.owner_id
    WHERE s.token_sha256 = digest AND s.expires_at > now();
END $$;
REVOKE ALL ON FUNCTION people_session(bytea, interval) FROM public;
GRANT EXECUTE ON FUNCTION people_session(bytea, interval) TO daybreak_app;

-- Whose token that is, and what it may do; when it was last used is known to the minute.
CREATE FUNCTION people_bearer(digest bytea) RETURNS TABLE (id uuid, scope text, profile people_profiles)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE people_tokens AS t SET used_at = now()
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE)
        AND coalesce(t.used_at < now() - interval '1 minute', TRUE);
    IF FOUND THEN
        UPDATE people_users AS u SET last_visit_at = now()
        FROM people_tokens AS t WHERE t.token_sha256 = digest AND u.id = t.owner_id;
    END IF;
    RETURN QUERY
    SELECT t.id, t.scope, f FROM people_tokens AS t
    INNER JOIN people_profiles AS f ON f.id = t.owner_id
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE);
END $$;
REVOKE ALL ON FUNCTION people_bearer(bytea) FROM public;
GRANT EXECUTE ON FUNCTION people_bearer(bytea) TO daybreak_app;

-- Whom a link was made for, if it is still good.
CREATE FUNCTION people_owner_of_link(digest bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT owner_id FROM people_links WHERE token_sha256 = digest AND expires_at > now() $$;
REVOKE ALL ON FUNCTION people_owner_of_link(bytea) FROM public;
GRANT EXECUTE ON FUNCTION people_owner_of_link(bytea) TO daybreak_app;

-- Attempts to sign in, by the hash of what they are counted for: when the next one would be free if each took its
-- whole interval. Reached through the two functions only.
CREATE TABLE people_attempts (
    key bytea PRIMARY KEY,
    free_at timestamptz NOT NULL
);

-- Count an attempt for each key in turn, `burst` at once and then one an interval; gives how long to wait for the
-- first key that has none left, and no time if all had.
CREATE FUNCTION people_take_attempt(keys bytea [], intervals interval [], bursts integer []) RETURNS interval
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    one record;
    held timestamptz;
    next_free timestamptz;
BEGIN
    FOR one IN SELECT * FROM unnest(keys, intervals, bursts) AS k (key, every, burst) LOOP
        INSERT INTO people_attempts (key, free_at) VALUES (one.key, '-infinity') ON CONFLICT DO NOTHING;
        SELECT a.free_at INTO held FROM people_attempts AS a WHERE a.key = one.key FOR UPDATE;
        next_free := greatest(held, clock_timestamp()) + one.every;
        IF next_free - one.every * one.burst > clock_timestamp() THEN
            RETURN next_free - one.every * one.burst - clock_timestamp();
        END IF;
        UPDATE people_attempts AS a SET free_at = next_free WHERE a.key = one.key;
    END LOOP;
    RETURN interval '0';
END $$;
REVOKE ALL ON FUNCTION people_take_attempt(bytea [], interval [], integer []) FROM public;
GRANT EXECUTE ON FUNCTION people_take_attempt(bytea [], interval [], integer []) TO daybreak_app;

-- Whoever signed in has all attempts again.
CREATE FUNCTION people_forget_attempts(keys bytea []) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ DELETE FROM people_attempts WHERE key = ANY (keys) $$;
REVOKE ALL ON FUNCTION people_forget_attempts(bytea []) FROM public;
GRANT EXECUTE ON FUNCTION people_forget_attempts(bytea []) TO daybreak_app;

-- Clear away what is over; gives whose grace period has ended, to be deleted as those owners.
CREATE FUNCTION people_tidy() RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    DELETE FROM people_sessions WHERE expires_at < now();
    DELETE FROM people_links WHERE expires_at < now();
    DELETE FROM people_attempts WHERE free_at < now();
    SELECT owner_id FROM people_accounts WHERE deletion_due <= now();
$$;
REVOKE ALL ON FUNCTION people_tidy() FROM public;
GRANT EXECUTE ON FUNCTION people_tidy() TO daybreak_app;

-- Runs have no foreign key, since a million of them are made at once: a person who goes takes them along all the same.
CREATE FUNCTION runs_forget_owners() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    DELETE FROM runs_events WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_open WHERE owner_id IN (SELECT id FROM removed);
    DELETE FROM runs_finished WHERE owner_id IN (SELECT id FROM removed);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION runs_forget_owners() FROM public;
GRANT EXECUTE ON FUNCTION runs_forget_owners() TO daybreak_app;
CREATE TRIGGER people_users_removed AFTER DELETE ON people_users
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION runs_forget_owners();

-- All rows of one owner, table by table: of every table that there will be. Row-level security applies. What nobody
-- can use is left out: hashes of secrets, and the checksums by which imports know what has changed.
CREATE FUNCTION account_export(owner uuid) RETURNS TABLE (table_name text, content jsonb)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.relname, a.attname FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            AND a.attname = CASE c.relname WHEN 'people_users' THEN 'id' ELSE 'owner_id' END
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        ORDER BY c.relname
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, to_jsonb(x) - %L::text[] FROM %I AS x WHERE %I = $1',
            one.relname, '{password_hash,token_sha256,locator_sha256,fingerprint}', one.relname, one.attname
        ) USING owner;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION account_export(uuid) FROM public;
GRANT EXECUTE ON FUNCTION account_export(uuid) TO daybreak_app;
