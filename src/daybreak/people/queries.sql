-- name: id_by_email
-- The id of the user with that address, or NULL; needs no owner.
SELECT people_id_by_email($1)

-- name: all_ids
-- The ids of all users, oldest first; needs no owner.
SELECT people_all_ids() AS id

-- name: read_users
-- Users with their preferences, oldest first.
SELECT
    u.id, u.email AS address, u.name, u.timezone, u.country,
    p.active, p.brief_time, p.frequency, p.weekdays, p.email, p.quiet_day, p.weekly_day, p.catch_up, p.reengage,
    p.project_choice, p.projects, p.workday_start, p.workday_end
FROM people_users AS u
INNER JOIN people_preferences AS p ON u.id = p.owner_id
WHERE u.id = ANY ($1::uuid [])
ORDER BY u.created_at, u.id

-- name: insert_user
-- A new user with preferences; nothing when the address is taken.
WITH added AS (
    INSERT INTO people_users (id, email, name, timezone, country)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (email) DO NOTHING
    RETURNING id
)

INSERT INTO people_preferences (owner_id)
SELECT id FROM added
RETURNING owner_id

-- name: hold_user
-- Nobody else changes this user until the transaction ends.
SELECT id FROM people_users WHERE id = $1 FOR NO KEY UPDATE

-- name: update_user
-- Write what may change of a user; nothing when there is none.
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
    reengage = $13,
    project_choice = $14,
    projects = $15,
    workday_start = $16,
    workday_end = $17
FROM changed
WHERE p.owner_id = changed.id
RETURNING p.owner_id

-- name: visit
-- Somebody was there at $2; what is not newer by some minutes is not worth a write.
UPDATE people_users SET last_visit_at = $2
WHERE id = $1 AND last_visit_at < $2::timestamptz - interval '5 minutes'

-- name: read_session
-- The id of a living session and whose it is; needs no owner. $2 is for how long it lives unseen, $3 whether this is a
-- visit.
SELECT s.id AS credential, (s.profile).* FROM people_session($1, $2, $3) AS s

-- name: read_bearer
-- The id and scope of a living token and whose it is; needs no owner. $2 is whether this is a visit.
SELECT t.id AS credential, t.scope, (t.profile).* FROM people_bearer($1, $2) AS t

-- name: knows
-- Whether that session or token of the owner's is still good; needs no owner.
SELECT people_knows($1, $2)

-- name: read_password
-- The hash of somebody's password; NULL or no row when there is none.
SELECT password_hash FROM people_accounts WHERE owner_id = $1

-- name: write_password
-- Set somebody's password.
INSERT INTO people_accounts (owner_id, password_hash) VALUES ($1, $2)
ON CONFLICT (owner_id) DO UPDATE SET password_hash = excluded.password_hash

-- name: write_role
-- Make somebody a member or an admin.
INSERT INTO people_accounts (owner_id, role) VALUES ($1, $2)
ON CONFLICT (owner_id) DO UPDATE SET role = excluded.role

-- name: insert_session
-- A new session; the person is there.
WITH seen AS (
    UPDATE people_users SET last_visit_at = now() WHERE id = $1
)
INSERT INTO people_sessions (owner_id, id, token_sha256, user_agent, address, expires_at)
VALUES ($1, $2, $3, $4, $5, now() + $6::interval)

-- name: list_sessions
-- Somebody's living sessions, the latest seen first.
SELECT id, user_agent, address, created_at, seen_at FROM people_sessions
WHERE owner_id = $1 AND expires_at > now() ORDER BY seen_at DESC, id

-- name: end_session
-- Sign out one session.
DELETE FROM people_sessions WHERE owner_id = $1 AND id = $2 RETURNING id

-- name: end_sessions
-- Sign out everywhere, except for one session when it is named.
DELETE FROM people_sessions WHERE owner_id = $1 AND id IS DISTINCT FROM $2::uuid

-- name: insert_link
-- A link that is good once.
INSERT INTO people_links (owner_id, id, purpose, token_sha256, expires_at)
VALUES ($1, $2, $3, $4, now() + $5::interval) RETURNING expires_at

-- name: owner_of_link
-- Whom a link was made for, or NULL; needs no owner.
SELECT people_owner_of_link($1)

-- name: read_link
-- What a link is for, while it is good.
SELECT purpose FROM people_links WHERE owner_id = $1 AND token_sha256 = $2 AND expires_at > now()

-- name: use_link
-- Use a link up; gives what it was for, or nothing when it was not good any more.
DELETE FROM people_links WHERE owner_id = $1 AND token_sha256 = $2 AND expires_at > now() RETURNING purpose

-- name: drop_links
-- Make all links of somebody's useless.
DELETE FROM people_links WHERE owner_id = $1

-- name: take_attempt
-- Count an attempt for each key; gives how long to wait; needs no owner.
SELECT people_take_attempt($1, $2, $3)

-- name: forget_attempts
-- Give all attempts back; needs no owner.
SELECT people_forget_attempts($1)

-- name: hold_token
-- Until when a token is good; nobody revokes it until the transaction ends.
SELECT expires_at FROM people_tokens WHERE owner_id = $1 AND id = $2 FOR KEY SHARE

-- name: insert_token
-- A new token of a program's; $8 is the token that it is made with.
INSERT INTO people_tokens (owner_id, id, name, scope, token_sha256, ending, expires_at, made_by)
VALUES ($1, $2, $3, $4, $5, $6, now() + $7::interval, $8)
RETURNING id, name, scope, ending, created_at, expires_at, used_at

-- name: list_tokens
-- Somebody's tokens, the newest first.
SELECT id, name, scope, ending, created_at, expires_at, used_at FROM people_tokens
WHERE owner_id = $1 ORDER BY created_at DESC, id

-- name: delete_token
-- Revoke a token, and all that were made with it.
DELETE FROM people_tokens WHERE owner_id = $1 AND id = $2 RETURNING id

-- name: write_deletion
-- Say when everything of somebody's is deleted; NULL takes it back.
INSERT INTO people_accounts (owner_id, deletion_due) VALUES ($1, now() + $2::interval)
ON CONFLICT (owner_id) DO UPDATE SET deletion_due = excluded.deletion_due
RETURNING deletion_due

-- name: delete_user
-- Delete somebody with everything that is theirs, if it is due.
DELETE FROM people_users AS u USING people_accounts AS a
WHERE u.id = $1 AND a.owner_id = u.id AND a.deletion_due <= now()
RETURNING u.id

-- name: tidy
-- Clear away what is over; gives whose deletion is due; needs no owner.
SELECT people_tidy() AS id
