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
