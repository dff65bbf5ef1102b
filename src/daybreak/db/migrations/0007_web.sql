-- Idempotency keys: responses of the API are stored for a day, so that a repeated request with the same key is not
-- executed again.

CREATE TABLE web_idempotency_keys (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    key text NOT NULL,
    -- The hash of the request; a key that is used for another request is detected.
    fingerprint bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Written by the transaction of the request.
    status smallint,
    headers jsonb,
    body bytea,
    PRIMARY KEY (owner_id, key)
);
CREATE INDEX web_idempotency_keys_created ON web_idempotency_keys (owner_id, created_at);

ALTER TABLE web_idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE web_idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON web_idempotency_keys TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON web_idempotency_keys TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON web_idempotency_keys TO daybreak_app;
