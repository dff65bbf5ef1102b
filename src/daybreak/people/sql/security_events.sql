-- revision: 1

-- Counts a failed attempt at the account with an address; returns its owner, and how many were counted in the row. There
-- is one row per kind, network and hour, for at most 5 networks, and one row for all other networks. Returns no row if
-- there is no such account.
CREATE OR REPLACE FUNCTION people_record_failed_sign_in(
    email_address text, failure text, client_network text, client_address text, client_agent text
) RETURNS TABLE (owner uuid, attempts bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    account uuid := (SELECT id FROM people_users WHERE email = lower(email_address));
    -- A variable, since no index is used for a volatile function.
    this_hour timestamptz := date_trunc('hour', clock_timestamp(), 'UTC');
    is_further boolean;
BEGIN
    IF account IS NULL THEN
        RETURN;
    END IF;
    -- Without the wait for the disk an existing account takes as long as one that does not exist.
    PERFORM set_config('synchronous_commit', 'off', TRUE);
    is_further := 5 <= (
        SELECT count(*) FROM people_security_events AS e
        WHERE e.owner_id = account AND e.kind = failure AND e.network NOT IN (client_network, '')
            AND e.at >= this_hour
    );
    RETURN QUERY
    INSERT INTO people_security_events AS e (
        owner_id, id, kind, actor_kind, actor_name, network, address, user_agent
    )
    SELECT
        account, gen_random_uuid(), failure, 'visitor', '',
        CASE WHEN is_further THEN '' ELSE client_network END,
        CASE WHEN is_further THEN '' ELSE client_address END,
        CASE WHEN is_further THEN '' ELSE client_agent END
    ON CONFLICT (owner_id, kind, network, date_trunc('hour', at AT TIME ZONE 'UTC')) WHERE network IS NOT NULL
    DO UPDATE SET occurrences = e.occurrences + 1, last_at = clock_timestamp()
    RETURNING e.owner_id, e.occurrences;
END $$;
REVOKE ALL ON FUNCTION people_record_failed_sign_in(text, text, text, text, text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_record_failed_sign_in(text, text, text, text, text) TO daybreak_app;

-- Counts a repetition in the newest event of a kind and actor, of the transaction's owner.
CREATE OR REPLACE FUNCTION people_count_security_event(owner uuid, repeated text, actor text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    UPDATE people_security_events SET occurrences = occurrences + 1, last_at = clock_timestamp()
    WHERE owner_id = owner AND owner = ANY (current_setting('daybreak.owner_ids')::uuid [])
        AND id = (
            SELECT id FROM people_security_events
            WHERE owner_id = owner AND kind = repeated AND actor_name = actor ORDER BY at DESC, id DESC LIMIT 1
        )
$$;
REVOKE ALL ON FUNCTION people_count_security_event(uuid, text, text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_count_security_event(uuid, text, text) TO daybreak_app;

-- Returns the security events of all users, newest first, before a position; for administrators.
CREATE OR REPLACE FUNCTION people_list_security_events(before_at timestamptz, before_id uuid, row_limit integer)
RETURNS SETOF people_security_events
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT * FROM people_security_events
    WHERE (at, id) < (coalesce(before_at, 'infinity'), coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
    ORDER BY at DESC, id DESC LIMIT row_limit
$$;
REVOKE ALL ON FUNCTION people_list_security_events(timestamptz, uuid, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_list_security_events(timestamptz, uuid, integer) TO daybreak_app;

-- Deletes security events after 400 days, counted failures after 90. The periods are no parameters: the application
-- must not be able to delete newer events.
CREATE OR REPLACE FUNCTION people_purge_security_events() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    DELETE FROM people_security_events WHERE at < now() - interval '400 days';
    DELETE FROM people_security_events WHERE network IS NOT NULL AND at < now() - interval '90 days';
$$;
REVOKE ALL ON FUNCTION people_purge_security_events() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_purge_security_events() TO daybreak_app;
