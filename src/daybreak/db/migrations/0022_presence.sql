-- Who is there: a page that stays open is no visit, a sign-in is one, and whose session or token ends is told at once.
-- And when files were uploaded, which cannot be read anew like other sources.

-- When somebody was there last stands in people_users.last_visit_at.
-- squawk-ignore ban-drop-column
ALTER TABLE people_accounts DROP COLUMN seen_at;

-- Whose session that is. A visit is noted once a minute and keeps the session alive; what a page asks by itself is none.
-- squawk-ignore ban-drop-function
DROP FUNCTION people_session(bytea, interval);
CREATE FUNCTION people_session(digest bytea, idle interval, is_visit boolean)
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
REVOKE ALL ON FUNCTION people_session(bytea, interval, boolean) FROM public;
GRANT EXECUTE ON FUNCTION people_session(bytea, interval, boolean) TO daybreak_app;

-- Whose token that is, and what it may do; when it was last used is known to the minute.
-- squawk-ignore ban-drop-function
DROP FUNCTION people_bearer(bytea);
CREATE FUNCTION people_bearer(digest bytea, is_visit boolean)
RETURNS TABLE (id uuid, scope text, profile people_profiles)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    UPDATE people_tokens AS t SET used_at = now()
    WHERE t.token_sha256 = digest AND coalesce(t.expires_at > now(), TRUE)
        AND coalesce(t.used_at < now() - interval '1 minute', TRUE);
    -- Apart from that: a stream is a use of the token that is no visit, and must not hide the one after it.
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
REVOKE ALL ON FUNCTION people_bearer(bytea, boolean) FROM public;
GRANT EXECUTE ON FUNCTION people_bearer(bytea, boolean) TO daybreak_app;

-- Whether that session or token of this owner's is still good; for whoever stays connected.
CREATE FUNCTION people_knows(owner uuid, credential uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (SELECT FROM people_sessions WHERE owner_id = owner AND id = credential AND expires_at > now())
        OR EXISTS (
            SELECT FROM people_tokens
            WHERE owner_id = owner AND id = credential AND coalesce(expires_at > now(), TRUE)
        )
$$;
REVOKE ALL ON FUNCTION people_knows(uuid, uuid) FROM public;
GRANT EXECUTE ON FUNCTION people_knows(uuid, uuid) TO daybreak_app;

-- Tell whoever is connected with them which sessions or tokens have ended: 200 in one, since a payload ends at 8,000
-- bytes.
CREATE FUNCTION people_tell_ended() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('daybreak_people', string_agg(n.id::text, ','))
    FROM (SELECT e.id, (row_number() OVER () - 1) / 200 AS part FROM ended AS e) AS n
    GROUP BY n.part;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION people_tell_ended() FROM public;
GRANT EXECUTE ON FUNCTION people_tell_ended() TO daybreak_app;
CREATE TRIGGER people_sessions_ended AFTER DELETE ON people_sessions
REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION people_tell_ended();
CREATE TRIGGER people_tokens_ended AFTER DELETE ON people_tokens
REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION people_tell_ended();

-- When files of an upload came last; NULL for sources that can be read anew.
ALTER TABLE agenda_sources ADD COLUMN uploaded_at timestamptz;
UPDATE agenda_sources SET uploaded_at = last_changed_at WHERE kind = 'upload';

CREATE OR REPLACE VIEW agenda_source_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, id, kind, name, locator, last_read_at, last_changed_at, failing_since, error, uploaded_at
FROM agenda_sources;
