-- Browsers in which a user has signed in. Each has limits of its own for wrong passwords, so the wrong passwords of
-- strangers cannot lock the user out. The secret proves no identity and opens no account.

CREATE TABLE people_known_browsers (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    token_sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, token_sha256)
);
CREATE INDEX people_known_browsers_expires ON people_known_browsers (expires_at);

ALTER TABLE people_known_browsers ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_known_browsers FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_known_browsers TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_known_browsers TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_known_browsers TO daybreak_app;

-- Sessions end a fixed time after the sign-in: the function has another parameter.
-- squawk-ignore ban-drop-function
DROP FUNCTION IF EXISTS people_authenticate_session(bytea, interval, boolean);
