-- Security events: who signed in, created a link, changed a password, a token or a role, by owner.
--
-- The application reads rows of its own owners and inserts new ones; it can neither change nor delete a row, nor choose
-- the time. Attempts of strangers are counted instead of inserted, by a definer function. Rows are deleted with their
-- owner, and by a definer function when they are older than the retention.

CREATE TABLE people_security_events (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL,
    -- The actor's e-mail address or login name at that time; the actor may have been deleted since.
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    -- How often it happened from `at` to `last_at`, if repetitions are counted in this row.
    occurrences bigint NOT NULL DEFAULT 1,
    last_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- The client's network, of attempts that are counted per network and hour; empty for all further networks.
    network text,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT people_security_events_kind CHECK (
        kind IN (
            'signed-in', 'sign-in-failed', 'sign-in-throttled', 'password-check-failed', 'signed-out',
            'session-revoked', 'sessions-revoked', 'link-created', 'link-used', 'password-changed', 'token-created',
            'token-revoked', 'user-created', 'role-changed', 'deletion-requested', 'deletion-cancelled',
            'data-exported'
        )
    ),
    CONSTRAINT people_security_events_actor_kind CHECK (
        actor_kind IN ('user', 'token', 'command-line', 'system', 'visitor')
    ),
    CONSTRAINT people_security_events_network CHECK (
        (kind IN ('sign-in-failed', 'sign-in-throttled', 'password-check-failed')) = (network IS NOT NULL)
    )
);
CREATE INDEX people_security_events_newest ON people_security_events (owner_id, at, id);
-- For administrators, and for the retention.
CREATE INDEX people_security_events_at ON people_security_events (at, id);
CREATE INDEX people_security_events_failed_at ON people_security_events (at) WHERE network IS NOT NULL;
CREATE UNIQUE INDEX people_security_events_failed ON people_security_events (
    owner_id, kind, network, (date_trunc('hour', at AT TIME ZONE 'UTC'))
) WHERE network IS NOT NULL;

ALTER TABLE people_security_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_security_events FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_security_events TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_security_events TO daybreak_owner USING (TRUE);
GRANT SELECT ON people_security_events TO daybreak_app;
GRANT INSERT (owner_id, id, kind, actor_kind, actor_id, actor_name, address, user_agent, details)
ON people_security_events TO daybreak_app;

-- Whether a session was ever created for the user: a link for such a user opens an account that is in use.
ALTER TABLE people_users ADD COLUMN has_signed_in boolean NOT NULL DEFAULT FALSE;
UPDATE people_users SET has_signed_in = TRUE WHERE last_seen_at > created_at;
