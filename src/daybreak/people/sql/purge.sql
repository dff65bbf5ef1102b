-- revision: 1

-- Deletes expired sessions, links, known browsers and throttle rows. Returns the owners whose grace period has ended; the caller
-- deletes them, acting for each.
CREATE OR REPLACE FUNCTION people_purge_expired() RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    DELETE FROM people_sessions WHERE expires_at < now();
    DELETE FROM people_links WHERE expires_at < now();
    DELETE FROM people_known_browsers WHERE expires_at < now();
    DELETE FROM people_sign_in_throttle WHERE retry_at < now();
    SELECT owner_id FROM people_accounts WHERE deletion_due <= now();
$$;
REVOKE ALL ON FUNCTION people_purge_expired() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_purge_expired() TO daybreak_app;
