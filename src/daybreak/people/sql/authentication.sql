-- revision: 1

-- Returns the user of a session. Activity is recorded at most once a minute and extends the session; automatic requests
-- of an open page are not activity.
CREATE OR REPLACE FUNCTION people_session(digest bytea, idle interval, is_visit boolean)
RETURNS TABLE (id uuid, profile people_profiles)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF is_visit THEN
        WITH seen AS (
            UPDATE people_sessions AS s SET seen_at = now(), expires_at = now() + idle
            WHERE s.token_sha256 = digest AND s.expires_at > now() AND s.seen_at < now() - interval '1 minute'
            RETURNING s.owner_id
        )
        UPDATE people_users AS u SET last_visit_at = now() FROM seen WHERE u.id = seen.owner_id;
    END IF;
    RETURN QUERY
    SELECT s.id, f FROM people_sessions AS s
    INNER JOIN people_profiles AS f ON f.id = s.owner_id
    WHERE s.token_sha256 = digest AND s.expires_at > now();
END $$;
REVOKE ALL ON FUNCTION people_session(bytea, interval, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_session(bytea, interval, boolean) TO daybreak_app;

-- Returns the user and scope of an API token. Its last use is recorded at most once a minute.
CREATE OR REPLACE FUNCTION people_bearer(digest bytea, is_visit boolean)
RETURNS TABLE (id uuid, scope text, profile people_profiles)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE people_tokens AS t SET used_at = now()
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE)
        AND coalesce(t.used_at < now() - interval '1 minute', TRUE);
    -- Separate from the last use: a stream uses the token without being activity, and must not hide later activity.
    IF is_visit THEN
        UPDATE people_users AS u SET last_visit_at = now() FROM people_tokens AS t
        WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE) AND u.id = t.owner_id
            AND coalesce(u.last_visit_at < now() - interval '1 minute', TRUE);
    END IF;
    RETURN QUERY
    SELECT t.id, t.scope, f FROM people_tokens AS t
    INNER JOIN people_profiles AS f ON f.id = t.owner_id
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE);
END $$;
REVOKE ALL ON FUNCTION people_bearer(bytea, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_bearer(bytea, boolean) TO daybreak_app;

-- Returns whether a session or token of this owner is still valid; for open connections.
CREATE OR REPLACE FUNCTION people_knows(owner uuid, credential uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM people_sessions WHERE owner_id = owner AND id = credential AND expires_at > now())
        OR EXISTS (
            SELECT FROM people_tokens
            WHERE owner_id = owner AND id = credential AND coalesce(expires_at > now(), TRUE)
        )
$$;
REVOKE ALL ON FUNCTION people_knows(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_knows(uuid, uuid) TO daybreak_app;

-- Returns the owner of a link that has not expired.
CREATE OR REPLACE FUNCTION people_owner_of_link(digest bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT owner_id FROM people_links WHERE token_sha256 = digest AND expires_at > now() $$;
REVOKE ALL ON FUNCTION people_owner_of_link(bytea) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_owner_of_link(bytea) TO daybreak_app;

-- Counts an attempt for each key in turn: `burst` attempts at once, then one per interval. Returns the time to wait for
-- the first key that has none left, or zero if all had one.
CREATE OR REPLACE FUNCTION people_take_attempt(keys bytea [], intervals interval [], bursts integer []) RETURNS interval
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
REVOKE ALL ON FUNCTION people_take_attempt(bytea [], interval [], integer []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_take_attempt(bytea [], interval [], integer []) TO daybreak_app;

-- Resets the throttle after a successful sign-in.
CREATE OR REPLACE FUNCTION people_forget_attempts(keys bytea []) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ DELETE FROM people_attempts WHERE key = ANY (keys) $$;
REVOKE ALL ON FUNCTION people_forget_attempts(bytea []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_forget_attempts(bytea []) TO daybreak_app;
