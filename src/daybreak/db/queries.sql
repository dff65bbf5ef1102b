-- name: describe_role
-- Returns the time and the current role, and whether it could bypass row-level security: by its own rights, or by those
-- of a role that it is a member of.
SELECT
    now() AS now,
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
-- Returns the migrating role, and whether the application's role exists.
SELECT
    current_user::text AS name,
    EXISTS (SELECT FROM pg_roles WHERE rolname = 'daybreak_app') AS has_app

-- name: lock_migrations
-- Locks the migrations until the transaction ends, so that one process migrates at a time.
SELECT pg_advisory_xact_lock(hashtextextended('daybreak.migrations', 0))

-- name: create_applied_migrations
-- Creates the table of applied migrations unless it exists.
CREATE TABLE IF NOT EXISTS db_migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: find_applied_tables
-- Returns which tables of the applied list exist: none in a new database.
SELECT
    to_regclass('public.db_migrations') IS NOT NULL AS has_migrations,
    to_regclass('public.db_functions') IS NOT NULL AS has_functions,
    to_regclass('public.db_compatibility') IS NOT NULL AS has_compatibility

-- name: read_applied_migrations
-- Returns the applied migrations in order.
SELECT number, name, sha256 FROM db_migrations ORDER BY number

-- name: record_migration
-- Records that a migration was applied.
INSERT INTO db_migrations (number, name, sha256) VALUES ($1, $2, $3)

-- name: create_applied_functions
-- Creates the table of applied function files unless it exists.
CREATE TABLE IF NOT EXISTS db_functions (
    path text PRIMARY KEY,
    revision integer NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: read_applied_functions
-- Returns the applied function files.
SELECT path, revision, sha256 FROM db_functions ORDER BY path

-- name: record_functions
-- Records that a function file was applied.
INSERT INTO db_functions (path, revision, sha256) VALUES ($1, $2, $3)
ON CONFLICT (path) DO UPDATE SET
    revision = excluded.revision, sha256 = excluded.sha256, applied_at = now()

-- name: check_writable
-- Fails if the database cannot be changed now.
SELECT db_check_writable()
-- name: read_compatibility
-- Returns the oldest program that may run, and the version that declared it. No row before the first migration.
SELECT oldest_program, migrated_by FROM db_compatibility

-- name: record_compatibility
-- Records the oldest program that may run, by the version $2, unless a newer one is recorded.
INSERT INTO db_compatibility AS c (oldest_program, migrated_by) VALUES ($1, $2)
ON CONFLICT (id) DO UPDATE SET
    oldest_program = excluded.oldest_program, migrated_by = excluded.migrated_by, changed_at = now()
WHERE c.oldest_program < excluded.oldest_program
