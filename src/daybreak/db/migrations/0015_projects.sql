-- Names of projects that their owner merged into another: the key is the folded name, so a merge survives imports. A
-- canonical key is never an alias key.
CREATE TABLE agenda_project_aliases (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    alias_key text NOT NULL,
    alias text NOT NULL,
    canonical_key text NOT NULL,
    merged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, alias_key)
);
ALTER TABLE agenda_project_aliases ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_project_aliases FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_project_aliases TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_project_aliases TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_project_aliases TO daybreak_app;

-- Projects with equal names in several sources are one.
UPDATE agenda_projects AS p SET canonical_id = first.id
FROM (
    SELECT
        owner_id,
        id AS project_id,
        first_value(id) OVER (
            PARTITION BY owner_id, lower(name) ORDER BY source_id IS NOT NULL, description = '', id::text
        ) AS id
    FROM agenda_projects WHERE removed_at IS NULL
) AS first
WHERE p.owner_id = first.owner_id AND p.id = first.project_id AND p.id <> first.id;

-- Of a folder: is_confined: whether it was added in the web, so that no part of its path may be a link.
-- files_digest: the names, sizes and times of its files when they were last read. watching: how changes are noticed
-- until watched_until; NULL for the periodic check.
ALTER TABLE agenda_sources
ADD COLUMN is_confined boolean NOT NULL DEFAULT FALSE,
ADD COLUMN files_digest bytea,
ADD COLUMN watching text CONSTRAINT agenda_sources_watching CHECK (watching IN ('events', 'polling')),
ADD COLUMN watched_until timestamptz;

CREATE OR REPLACE VIEW agenda_source_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, kind, name, locator, last_read_at, last_changed_at, failing_since, error, uploaded_at, unassigned,
    retry_at, is_confined, watching, watched_until
FROM agenda_sources;
