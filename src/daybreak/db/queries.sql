-- name: describe_role
-- Who we are to the database, and whether row-level security could be got round: by what the role may do, or by
-- what it may become.
SELECT
    current_user::text AS name,
    EXISTS (
        SELECT FROM pg_roles AS r
        WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER')
    ) AS is_powerful,
    EXISTS (
        SELECT FROM pg_database AS d
        WHERE d.datname = current_database() AND pg_has_role(current_user, d.datdba, 'MEMBER')
    ) OR EXISTS (
        SELECT FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND pg_has_role(current_user, c.relowner, 'MEMBER')
    ) AS is_owner

-- name: describe_migrator
-- Who migrates, and whether there is somebody to migrate for.
SELECT
    current_user::text AS name,
    EXISTS (SELECT FROM pg_roles WHERE rolname = 'daybreak_app') AS has_app

-- name: lock_migrations
-- Let one process migrate at a time; given back when the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('daybreak.migrations', 0))

-- name: create_ledger
-- The table of what has been applied; safe to repeat.
CREATE TABLE IF NOT EXISTS db_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: read_ledger
-- What has been applied, in order.
SELECT number, name, sha256 FROM db_migrations ORDER BY number

-- name: record_migration
-- Remember that a file has been applied.
INSERT INTO db_migrations (number, name, sha256) VALUES ($1, $2, $3)

-- name: create_applied_functions
-- The table of the function files that have been applied; safe to repeat.
CREATE TABLE IF NOT EXISTS db_functions (
    path text PRIMARY KEY,
    revision integer NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: read_applied_functions
-- The function files that have been applied.
SELECT path, revision, sha256 FROM db_functions ORDER BY path

-- name: record_functions
-- Record that a function file has been applied, as it is now.
INSERT INTO db_functions (path, revision, sha256) VALUES ($1, $2, $3)
ON CONFLICT (path) DO UPDATE SET
    revision = excluded.revision, sha256 = excluded.sha256, applied_at = now()
