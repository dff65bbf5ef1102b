-- revision: 1

-- Notifies connections of ended sessions and tokens: 200 per notification, because a payload is limited to 8,000 bytes.
CREATE OR REPLACE FUNCTION people_notify_revoked() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('daybreak_people', string_agg(n.id::text, ','))
    FROM (SELECT e.id, (row_number() OVER () - 1) / 200 AS part FROM ended AS e) AS n
    GROUP BY n.part;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION people_notify_revoked() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_notify_revoked() TO daybreak_app;

CREATE OR REPLACE TRIGGER people_sessions_ended AFTER DELETE ON people_sessions
REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION people_notify_revoked();
CREATE OR REPLACE TRIGGER people_tokens_ended AFTER DELETE ON people_tokens
REFERENCING OLD TABLE AS ended FOR EACH STATEMENT EXECUTE FUNCTION people_notify_revoked();
