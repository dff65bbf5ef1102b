-- name: id_by_email
-- The id of the user with that address, or NULL; needs no owner.
SELECT people_id_by_email($1)

-- name: all_ids
-- The ids of all users, oldest first; needs no owner.
SELECT people_all_ids() AS id

-- name: read_users
-- Users with their preferences, oldest first.
SELECT u.id, u.email, u.name, u.timezone, u.country, p.brief_time, p.workday_start, p.workday_end
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
INSERT INTO people_preferences (owner_id, brief_time, workday_start, workday_end)
SELECT id, $6, $7, $8 FROM added
RETURNING owner_id

-- name: update_user
-- Write what may change of a user; nothing when there is none.
WITH changed AS (
    UPDATE people_users SET name = $2, timezone = $3, country = $4 WHERE id = $1
    RETURNING id
)
UPDATE people_preferences AS p
SET brief_time = $5, workday_start = $6, workday_end = $7
FROM changed
WHERE p.owner_id = changed.id
RETURNING p.owner_id
