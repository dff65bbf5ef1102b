-- name: reserve_answer
-- Whether a request with this key is the first for a day; another one with it waits until this transaction ends, and
-- what is older of this owner's is forgotten. $1 owner, $2 key, $3 what was sent.
WITH forgotten AS (
    DELETE FROM web_answers WHERE owner_id = $1 AND key <> $2 AND made_at < now() - interval '1 day'
)

INSERT INTO web_answers AS a (owner_id, key, fingerprint) VALUES ($1, $2, $3)
ON CONFLICT (owner_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, made_at = now()
WHERE a.made_at < now() - interval '1 day'
RETURNING TRUE

-- name: keep_answer
-- What the request with this key was answered.
UPDATE web_answers SET status = $3, headers = $4::jsonb, body = $5 WHERE owner_id = $1 AND key = $2

-- name: read_answer
-- What the request with this key was, and its answer.
SELECT fingerprint, status, headers::text AS headers, body FROM web_answers WHERE owner_id = $1 AND key = $2
