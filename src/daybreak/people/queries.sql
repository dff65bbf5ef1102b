-- name: id_by_email
-- Return the id of the user with an e-mail address, or NULL; needs no owner.
SELECT people_id_by_email($1)

-- name: all_ids
-- Return the ids of all users, oldest first; needs no owner.
SELECT people_all_ids() AS id

-- name: read_users
-- Return users with their preferences, oldest first.
SELECT
    u.id, u.email AS email_address, u.name, u.timezone, u.country,
    p.active, p.brief_time, p.frequency, p.weekdays, p.email, p.quiet_day, p.weekly_day, p.catch_up, p.reengagement,
    p.project_choice, p.projects, p.workday_start, p.workday_end, p.length, p.lunch_start, p.lunch_end, p.days_off,
    p.focus_is_free, p.shortest_gap_minutes
FROM people_users AS u
INNER JOIN people_preferences AS p ON u.id = p.owner_id
WHERE u.id = ANY ($1::uuid [])
ORDER BY u.created_at, u.id

-- name: insert_user
-- Insert a user with preferences; returns no row if the address exists.
WITH added AS (
    INSERT INTO people_users (id, email, name, timezone, country)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (email) DO NOTHING
    RETURNING id
)

INSERT INTO people_preferences (owner_id)
SELECT id FROM added
RETURNING owner_id

-- name: lock_user
-- Lock a user until the transaction ends.
SELECT id FROM people_users WHERE id = $1 FOR NO KEY UPDATE

-- name: update_user
-- Update a user and the preferences; returns no row if the user does not exist.
WITH changed AS (
    UPDATE people_users SET name = $2, timezone = $3, country = $4 WHERE id = $1
    RETURNING id
)

UPDATE people_preferences AS p
SET
    active = $5,
    brief_time = $6,
    frequency = $7,
    weekdays = $8,
    email = $9,
    quiet_day = $10,
    weekly_day = $11,
    catch_up = $12,
    reengagement = $13,
    project_choice = $14,
    projects = $15,
    workday_start = $16,
    workday_end = $17,
    length = $18,
    lunch_start = $19,
    lunch_end = $20,
    days_off = $21,
    focus_is_free = $22,
    shortest_gap_minutes = $23
FROM changed
WHERE p.owner_id = changed.id
RETURNING p.owner_id

-- name: record_activity
-- Record activity at $2; skips the write unless it is at least 5 minutes newer.
UPDATE people_users SET last_seen_at = $2
WHERE id = $1 AND last_seen_at < $2::timestamptz - interval '5 minutes'

-- name: authenticate_session
-- Return the id and the user of a valid session; needs no owner. $2 lifetime without activity, $3 lifetime in all, $4
-- whether the request counts as activity.
SELECT s.id AS credential, (s.profile).* FROM people_authenticate_session($1, $2, $3, $4) AS s

-- name: authenticate_token
-- Return id, scope and user of a valid token; needs no owner. $2 whether the request counts as activity.
SELECT t.id AS credential, t.scope, (t.profile).* FROM people_authenticate_token($1, $2) AS t

-- name: is_credential_valid
-- Return whether a session or token of the owner is still valid; needs no owner.
SELECT people_is_credential_valid($1, $2)

-- name: read_password
-- Return the hash of a user's password; NULL or no row if there is none.
SELECT password_hash FROM people_accounts WHERE owner_id = $1

-- name: lock_password
-- Return the hash of a user's password, and lock it against changes until the transaction ends.
SELECT password_hash FROM people_accounts WHERE owner_id = $1 FOR NO KEY UPDATE

-- name: write_password
-- Set a user's password.
INSERT INTO people_accounts (owner_id, password_hash) VALUES ($1, $2)
ON CONFLICT (owner_id) DO UPDATE SET password_hash = excluded.password_hash

-- name: write_role
-- Set a user's role; returns the previous one.
WITH previous AS (
    SELECT role FROM people_accounts WHERE owner_id = $1
)

INSERT INTO people_accounts (owner_id, role) VALUES ($1, $2)
ON CONFLICT (owner_id) DO UPDATE SET role = excluded.role
RETURNING coalesce((SELECT role FROM previous), 'member')

-- name: insert_session
-- Insert a session, and record activity and the sign-in. $6 lifetime without activity or in all, the shorter one.
WITH seen AS (
    UPDATE people_users SET last_seen_at = now(), has_signed_in = TRUE WHERE id = $1
)
INSERT INTO people_sessions (owner_id, id, token_sha256, user_agent, address, expires_at)
VALUES ($1, $2, $3, $4, $5, now() + $6::interval)

-- name: list_sessions
-- Return a user's valid sessions, the most recently seen first.
SELECT id, user_agent, address, created_at, seen_at, expires_at FROM people_sessions
WHERE owner_id = $1 AND expires_at > now() ORDER BY seen_at DESC, id

-- name: delete_session
-- Delete one session.
DELETE FROM people_sessions WHERE owner_id = $1 AND id = $2 RETURNING id

-- name: delete_sessions
-- Delete all sessions of a user, except one if it is not NULL.
DELETE FROM people_sessions WHERE owner_id = $1 AND id IS DISTINCT FROM $2::uuid

-- name: insert_link
-- Insert a one-time link.
INSERT INTO people_links (owner_id, id, purpose, token_sha256, expires_at)
VALUES ($1, $2, $3, $4, now() + $5::interval) RETURNING expires_at

-- name: find_link_owner
-- Return the user of a link, or NULL; needs no owner.
SELECT people_find_link_owner($1)

-- name: read_link_purpose
-- Return the purpose of a link that has not expired.
SELECT purpose FROM people_links WHERE owner_id = $1 AND token_sha256 = $2 AND expires_at > now()

-- name: use_link
-- Delete a link and return its purpose and id; returns no row if it was used or has expired.
DELETE FROM people_links WHERE owner_id = $1 AND token_sha256 = $2 AND expires_at > now() RETURNING purpose, id

-- name: delete_links
-- Delete all links of a user.
DELETE FROM people_links WHERE owner_id = $1

-- name: find_known_browser
-- Return the secret's hash of a browser in which the user with that address has signed in, or NULL; needs no owner.
SELECT people_find_known_browser($1, $2)

-- name: extend_known_browser
-- Extend a user's known browsers with these secrets; returns no row if there is none.
UPDATE people_known_browsers SET expires_at = now() + $3::interval
WHERE owner_id = $1 AND token_sha256 = ANY ($2::bytea []) AND expires_at > now()
RETURNING token_sha256

-- name: insert_known_browser
-- Insert a known browser of a user; returns no row if the session with the secret's hash $4 was revoked.
INSERT INTO people_known_browsers (owner_id, token_sha256, expires_at)
SELECT s.owner_id, $2, now() + $3::interval FROM people_sessions AS s
WHERE s.owner_id = $1 AND s.token_sha256 = $4 FOR KEY SHARE
RETURNING token_sha256

-- name: trim_known_browsers
-- Delete a user's known browsers except the $2 that expire last.
DELETE FROM people_known_browsers WHERE owner_id = $1 AND token_sha256 IN (
    SELECT b.token_sha256 FROM people_known_browsers AS b WHERE b.owner_id = $1
    ORDER BY b.expires_at DESC, b.token_sha256 OFFSET $2
)

-- name: delete_known_browsers
-- Delete all known browsers of a user.
DELETE FROM people_known_browsers WHERE owner_id = $1

-- name: throttle_sign_in
-- Count an attempt for each key; returns how long to wait; needs no owner.
SELECT people_throttle_sign_in($1, $2, $3)

-- name: reset_throttle
-- Reset the attempts of several keys; needs no owner.
SELECT people_reset_throttle($1)

-- name: lock_token
-- Return when a token expires, and lock it against revocation until the transaction ends.
SELECT expires_at FROM people_tokens WHERE owner_id = $1 AND id = $2 FOR KEY SHARE

-- name: insert_token
-- Insert a token; $8 is the parent token.
INSERT INTO people_tokens (owner_id, id, name, scope, token_sha256, suffix, expires_at, parent_token_id)
VALUES ($1, $2, $3, $4, $5, $6, now() + $7::interval, $8)
RETURNING id, name, scope, suffix, created_at, expires_at, used_at

-- name: list_tokens
-- Return a user's tokens, newest first.
SELECT id, name, scope, suffix, created_at, expires_at, used_at FROM people_tokens
WHERE owner_id = $1 ORDER BY created_at DESC, id

-- name: delete_token
-- Delete a token and all tokens created with it; returns its name.
DELETE FROM people_tokens WHERE owner_id = $1 AND id = $2 RETURNING name

-- name: delete_tokens
-- Delete all tokens of a user, except one if it is not NULL. Tokens created with a deleted one are deleted, too.
DELETE FROM people_tokens WHERE owner_id = $1 AND id IS DISTINCT FROM $2::uuid

-- name: count_credentials
-- Return the number of a user's valid sessions and tokens, except one if it is not NULL.
SELECT
    (
        SELECT count(*) FROM people_sessions
        WHERE owner_id = $1 AND id IS DISTINCT FROM $2::uuid AND expires_at > now()
    ) AS sessions,
    (
        SELECT count(*) FROM people_tokens
        WHERE owner_id = $1 AND id IS DISTINCT FROM $2::uuid AND coalesce(expires_at > now(), TRUE)
    ) AS tokens

-- name: lock_session
-- Lock a valid session against its end until the transaction ends; returns no row if it has ended.
SELECT id FROM people_sessions WHERE owner_id = $1 AND id = $2 AND expires_at > now() FOR KEY SHARE

-- name: write_deletion
-- Set when a user's account is deleted; NULL cancels the deletion.
INSERT INTO people_accounts (owner_id, deletion_due) VALUES ($1, now() + $2::interval)
ON CONFLICT (owner_id) DO UPDATE SET deletion_due = excluded.deletion_due
RETURNING deletion_due

-- name: delete_user
-- Delete a user with all data if the deletion is due.
DELETE FROM people_users AS u USING people_accounts AS a
WHERE u.id = $1 AND a.owner_id = u.id AND a.deletion_due <= now()
RETURNING u.id

-- name: purge_expired
-- Delete expired rows; returns the users whose deletion is due; needs no owner.
SELECT people_purge_expired() AS id

-- name: insert_security_event
-- Insert a security event, unless there were 60 of its kind and actor within an hour; returns no row then.
INSERT INTO people_security_events (
    owner_id, id, kind, actor_kind, actor_id, actor_name, address, user_agent, details
)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb
WHERE (
    SELECT count(*) < 60 FROM people_security_events
    WHERE owner_id = $1 AND kind = $3 AND actor_name = $6 AND at > now() - interval '1 hour'
)
RETURNING id

-- name: count_security_event
-- Count a repetition in the newest event of a kind and actor.
SELECT people_count_security_event($1, $2, $3)

-- name: record_failed_sign_in
-- Count a failed sign-in; returns no row if no user has the address $1; needs no owner. $2 the kind, $3 the client's
-- network, $4 address and $5 User-Agent.
SELECT owner, attempts FROM people_record_failed_sign_in($1, $2, $3, $4, $5)

-- name: list_security_events
-- Return a user's security events, newest first, before $2 and $3. $4 limit.
SELECT
    owner_id, id, at, kind, actor_kind, actor_id, actor_name, address, user_agent, details, occurrences, last_at
FROM people_security_events
WHERE
    owner_id = $1
    AND (at, id) < (coalesce($2, 'infinity'::timestamptz), coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
ORDER BY at DESC, id DESC LIMIT $4

-- name: list_all_security_events
-- Return the security events of all users, newest first, before $1 and $2; needs no owner. $3 limit.
SELECT
    owner_id, id, at, kind, actor_kind, actor_id, actor_name, address, user_agent, details, occurrences, last_at
FROM people_list_security_events($1, $2, $3)

-- name: find_link_creator
-- Return who created a link, from its event; NULL or no row if that is unknown. $2 the link's id.
SELECT actor_name FROM people_security_events
WHERE owner_id = $1 AND kind = 'link-created' AND details ->> 'link' = $2 LIMIT 1

-- name: purge_security_events
-- Delete security events that are older than the retention; needs no owner.
SELECT people_purge_security_events()

-- name: has_signed_in
-- Return whether a user has ever signed in.
SELECT has_signed_in FROM people_users WHERE id = $1

-- name: read_identity_facts
-- Return users with their answers about names and addresses, for comparison.
SELECT
    u.id, u.email AS email_address, u.name, u.timezone, u.country,
    p.active, p.brief_time, p.frequency, p.weekdays, p.email, p.quiet_day, p.weekly_day, p.catch_up, p.reengagement,
    p.project_choice, p.projects, p.workday_start, p.workday_end, p.length, p.lunch_start, p.lunch_end, p.days_off,
    p.focus_is_free, p.shortest_gap_minutes,
    ARRAY(SELECT f FROM people_identity_facts AS f WHERE f.owner_id = u.id) AS answers
FROM people_users AS u
INNER JOIN people_preferences AS p ON u.id = p.owner_id
WHERE u.id = ANY ($1::uuid [])

-- name: list_identities
-- Return a user's identities, those that most items name first.
SELECT id, kind, value, source, source_name, seen, proposed_at, confirmed_at, rejected_at, is_assumed FROM people_identities
WHERE owner_id = $1 ORDER BY seen DESC, value_key, kind

-- name: read_identity
-- Return one identity.
SELECT id, kind, value, source, source_name, seen, proposed_at, confirmed_at, rejected_at, is_assumed FROM people_identities
WHERE owner_id = $1 AND id = $2

-- name: propose_profile
-- Propose kinds $2, values $3 and keys $4 of the profile; unanswered ones of the earlier profile are deleted.
WITH wanted AS (
    SELECT w.kind, w.value, w.value_key
    FROM unnest($2::text [], $3::text [], $4::text []) AS w (kind, value, value_key)
),

outdated AS (
    DELETE FROM people_identities AS i
    WHERE
        i.owner_id = $1 AND i.source = 'profile' AND i.confirmed_at IS NULL AND i.rejected_at IS NULL
        AND NOT EXISTS (SELECT FROM wanted AS w WHERE w.kind = i.kind AND w.value_key = i.value_key)
)

INSERT INTO people_identities AS known (owner_id, kind, value, value_key, source)
SELECT $1, w.kind, w.value, w.value_key, 'profile' FROM wanted AS w
ON CONFLICT (owner_id, kind, value_key) DO UPDATE
SET value = excluded.value, source = 'profile', source_id = NULL, source_name = NULL, seen = 0
WHERE known.source = 'file' OR (known.source = 'profile' AND known.value != excluded.value)

-- name: propose_identities
-- Propose people of the files of source $2, the likeliest first: kinds $3, keys $4, values $5, files $6, numbers of items
-- $7, whether each resembles the profile $8, and counts without an answer $9, unless the source has a confirmed one, too.
-- Of files there are at most $10, or $11 with those that resemble it.
-- Answered ones stay; proposals of the source that were not found are deleted. Two imports cannot deadlock: rows are
-- written in the order of their keys, and the deletion, which is executed last, waits for no lock.
WITH found AS (
    SELECT
        f.kind, f.value_key, f.value, f.source_name, f.seen,
        f.is_assumed AND coalesce(bool_and(k.confirmed_at IS NULL) OVER (), TRUE) AS is_assumed,
        CASE WHEN f.is_similar THEN $11::integer ELSE $10::integer END AS most,
        k.id IS NOT NULL AS is_known,
        row_number() OVER (PARTITION BY k.id IS NOT NULL ORDER BY f.rank) AS rank
    FROM unnest($3::text [], $4::text [], $5::text [], $6::text [], $7::integer [], $8::boolean [], $9::boolean [])
    WITH ORDINALITY AS f (kind, value_key, value, source_name, seen, is_similar, is_assumed, rank)
    LEFT JOIN people_identities AS k ON k.owner_id = $1 AND k.kind = f.kind AND k.value_key = f.value_key
),

outdated AS (
    DELETE FROM people_identities WHERE owner_id = $1 AND id IN (
        SELECT i.id FROM people_identities AS i
        WHERE
            i.owner_id = $1 AND i.source_id = $2 AND i.confirmed_at IS NULL AND i.rejected_at IS NULL
            AND NOT EXISTS (SELECT FROM found AS f WHERE f.kind = i.kind AND f.value_key = i.value_key)
        FOR UPDATE SKIP LOCKED
    )
)

INSERT INTO people_identities AS known
(owner_id, kind, value, value_key, source, source_id, source_name, seen, is_assumed)
SELECT $1, f.kind, f.value, f.value_key, 'file', $2, f.source_name, f.seen, f.is_assumed FROM found AS f
WHERE
    f.is_known
    OR f.rank <= f.most - (SELECT count(*) FROM people_identities AS i WHERE i.owner_id = $1 AND i.source = 'file')
ORDER BY f.kind, f.value_key
ON CONFLICT (owner_id, kind, value_key) DO UPDATE
SET
    source_id = excluded.source_id, source_name = excluded.source_name, seen = excluded.seen,
    is_assumed = excluded.is_assumed
WHERE
    known.source = 'file' AND known.confirmed_at IS NULL AND known.rejected_at IS NULL
    AND (known.source_id = excluded.source_id OR known.seen < excluded.seen)
    AND (known.source_id, known.source_name, known.seen, known.is_assumed)
    IS DISTINCT FROM (excluded.source_id, excluded.source_name, excluded.seen, excluded.is_assumed)

-- name: withdraw_proposals
-- Delete the proposals of a source that have no answer.
DELETE FROM people_identities
WHERE owner_id = $1 AND source_id = $2 AND confirmed_at IS NULL AND rejected_at IS NULL

-- name: add_identity
-- Add a confirmed identity, or confirm the one that exists; returns no row if there are $6 already.
INSERT INTO people_identities AS known (owner_id, id, kind, value, value_key, source, confirmed_at)
SELECT $1, $2, $3, $4, $5, 'person', now()
WHERE
    EXISTS (SELECT FROM people_identities AS i WHERE i.owner_id = $1 AND i.kind = $3 AND i.value_key = $5)
    OR (SELECT count(*) FROM people_identities AS i WHERE i.owner_id = $1) < $6::integer
ON CONFLICT (owner_id, kind, value_key) DO UPDATE
SET confirmed_at = coalesce(known.confirmed_at, now()), rejected_at = NULL
RETURNING id, kind, value, source, source_name, seen, proposed_at, confirmed_at, rejected_at, is_assumed

-- name: answer_identity
-- Confirm an identity if $3, else reject it.
UPDATE people_identities SET
    confirmed_at = CASE WHEN $3::boolean THEN coalesce(confirmed_at, now()) END,
    rejected_at = CASE WHEN NOT $3::boolean THEN coalesce(rejected_at, now()) END
WHERE owner_id = $1 AND id = $2
RETURNING id, kind, value, source, source_name, seen, proposed_at, confirmed_at, rejected_at, is_assumed

-- name: remove_identity
-- Delete an identity that the person added; another one that was answered becomes a proposal again.
WITH reset AS (
    UPDATE people_identities SET confirmed_at = NULL, rejected_at = NULL
    WHERE
        owner_id = $1 AND id = $2 AND source != 'person'
        AND (confirmed_at IS NOT NULL OR rejected_at IS NOT NULL)
    RETURNING id, kind, value, source, source_name, seen, proposed_at, confirmed_at, rejected_at, is_assumed
),

deleted AS (
    DELETE FROM people_identities WHERE owner_id = $1 AND id = $2 AND source = 'person'
    RETURNING id, kind, value, source, source_name, seen, proposed_at, confirmed_at, rejected_at, is_assumed
)

SELECT * FROM reset
UNION ALL
SELECT * FROM deleted
