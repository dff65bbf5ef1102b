-- name: reserve_key
-- Reserves an idempotency key; true if it was not used within a day. A concurrent request with the same key waits until
-- this transaction ends. Expired keys of the owner are deleted. $1 owner, $2 key, $3 hash of the request.
WITH expired AS (
    DELETE FROM web_idempotency_keys WHERE owner_id = $1 AND key <> $2 AND created_at < now() - interval '1 day'
)

INSERT INTO web_idempotency_keys AS k (owner_id, key, fingerprint) VALUES ($1, $2, $3)
ON CONFLICT (owner_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, created_at = now()
WHERE k.created_at < now() - interval '1 day'
RETURNING TRUE

-- name: store_response
-- Stores the response to the request with this key.
UPDATE web_idempotency_keys SET status = $3, headers = $4::jsonb, body = $5 WHERE owner_id = $1 AND key = $2

-- name: read_response
-- Returns the hash of the request with this key, and its response.
SELECT fingerprint, status, headers::text AS headers, body FROM web_idempotency_keys WHERE owner_id = $1 AND key = $2
