-- revision: 1

-- Returns the user of a session. Activity is recorded at most once a minute and extends the session by `idle`, up to
-- `life` after the sign-in; automatic requests of an open page are not activity.
CREATE OR REPLACE FUNCTION people_authenticate_session(
    digest bytea, idle interval, life interval, is_activity boolean
)
RETURNS TABLE (id uuid, profile people_profiles)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF is_activity THEN
        WITH seen AS (
            UPDATE people_sessions AS s
            SET seen_at = now(), expires_at = least(now() + idle, s.created_at + life)
            WHERE s.token_sha256 = digest AND s.expires_at > now() AND s.created_at > now() - life
                AND s.seen_at < now() - interval '1 minute'
            RETURNING s.owner_id
        )
        UPDATE people_users AS u SET last_seen_at = now() FROM seen WHERE u.id = seen.owner_id;
    END IF;
    RETURN QUERY
    SELECT s.id, f FROM people_sessions AS s
    INNER JOIN people_profiles AS f ON f.id = s.owner_id
    WHERE s.token_sha256 = digest AND s.expires_at > now() AND s.created_at > now() - life;
END $$;
REVOKE ALL ON FUNCTION people_authenticate_session(bytea, interval, interval, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_authenticate_session(bytea, interval, interval, boolean) TO daybreak_app;

-- Returns the user and scope of an API token. Its last use is recorded at most once a minute.
CREATE OR REPLACE FUNCTION people_authenticate_token(digest bytea, is_activity boolean)
RETURNS TABLE (id uuid, scope text, profile people_profiles)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE people_tokens AS t SET used_at = now()
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE)
        AND coalesce(t.used_at < now() - interval '1 minute', TRUE);
    -- Separate from the last use: a stream uses the token without being activity, and must not hide later activity.
    IF is_activity THEN
        UPDATE people_users AS u SET last_seen_at = now() FROM people_tokens AS t
        WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE) AND u.id = t.owner_id
            AND coalesce(u.last_seen_at < now() - interval '1 minute', TRUE);
    END IF;
    RETURN QUERY
    SELECT t.id, t.scope, f FROM people_tokens AS t
    INNER JOIN people_profiles AS f ON f.id = t.owner_id
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE);
END $$;
REVOKE ALL ON FUNCTION people_authenticate_token(bytea, boolean) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_authenticate_token(bytea, boolean) TO daybreak_app;

-- Returns whether a session or token of this owner is still valid; for open connections.
CREATE OR REPLACE FUNCTION people_is_credential_valid(owner uuid, credential uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM people_sessions WHERE owner_id = owner AND id = credential AND expires_at > now())
        OR EXISTS (
            SELECT FROM people_tokens
            WHERE owner_id = owner AND id = credential AND coalesce(expires_at > now(), TRUE)
        )
$$;
REVOKE ALL ON FUNCTION people_is_credential_valid(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_is_credential_valid(uuid, uuid) TO daybreak_app;

-- Returns the owner of a link that has not expired.
CREATE OR REPLACE FUNCTION people_find_link_owner(digest bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT owner_id FROM people_links WHERE token_sha256 = digest AND expires_at > now() $$;
REVOKE ALL ON FUNCTION people_find_link_owner(bytea) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_find_link_owner(bytea) TO daybreak_app;

-- Returns the hash of the browser's secret in which the user with an address has signed in; NULL if there is none, also
-- for an unknown address.
CREATE OR REPLACE FUNCTION people_find_known_browser(address text, digests bytea []) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT b.token_sha256 FROM people_known_browsers AS b
    INNER JOIN people_users AS u ON u.id = b.owner_id
    WHERE u.email = lower(address) AND b.token_sha256 = ANY (digests) AND b.expires_at > now()
    LIMIT 1
$$;
REVOKE ALL ON FUNCTION people_find_known_browser(text, bytea []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_find_known_browser(text, bytea []) TO daybreak_app;

-- Counts an attempt for each key in turn: `burst` attempts at once, then one per interval. Returns the time to wait for
-- the first key that has none left, or zero if all had one.
CREATE OR REPLACE FUNCTION people_throttle_sign_in(
    keys bytea [], intervals interval [], bursts integer []
) RETURNS interval
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    one record;
    previous_retry_at timestamptz;
    next_retry_at timestamptz;
BEGIN
    FOR one IN SELECT * FROM unnest(keys, intervals, bursts) AS k (key, every, burst) LOOP
        INSERT INTO people_sign_in_throttle (key, retry_at) VALUES (one.key, '-infinity') ON CONFLICT DO NOTHING;
        SELECT a.retry_at INTO previous_retry_at FROM people_sign_in_throttle AS a WHERE a.key = one.key FOR UPDATE;
        next_retry_at := greatest(previous_retry_at, clock_timestamp()) + one.every;
        IF next_retry_at - one.every * one.burst > clock_timestamp() THEN
            RETURN next_retry_at - one.every * one.burst - clock_timestamp();
        END IF;
        UPDATE people_sign_in_throttle AS a SET retry_at = next_retry_at WHERE a.key = one.key;
    END LOOP;
    RETURN interval '0';
END $$;
REVOKE ALL ON FUNCTION people_throttle_sign_in(bytea [], interval [], integer []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_throttle_sign_in(bytea [], interval [], integer []) TO daybreak_app;

-- Resets the throttle after a successful sign-in.
CREATE OR REPLACE FUNCTION people_reset_throttle(keys bytea []) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$ DELETE FROM people_sign_in_throttle WHERE key = ANY (keys) $$;
REVOKE ALL ON FUNCTION people_reset_throttle(bytea []) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_reset_throttle(bytea []) TO daybreak_app;
