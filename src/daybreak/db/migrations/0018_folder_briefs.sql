-- The facts of briefs of single folders: the next brief of the folder compares with the newest of an earlier date. Such a
-- brief is no edition, and the briefs of all sources ignore it.
CREATE TABLE briefs_folder_snapshots (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    brief_date date NOT NULL,
    taken_at timestamptz NOT NULL,
    -- JSON, compressed with zlib; briefs/facts/snapshot.py defines it.
    facts bytea NOT NULL,
    PRIMARY KEY (owner_id, source_id, brief_date),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE
);
ALTER TABLE briefs_folder_snapshots ALTER COLUMN facts SET STORAGE EXTERNAL;

ALTER TABLE briefs_folder_snapshots ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefs_folder_snapshots FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON briefs_folder_snapshots TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON briefs_folder_snapshots TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_folder_snapshots TO daybreak_app;

-- The other constraint compares the two times: the result is NULL, which is accepted, if one of them is missing.
ALTER TABLE people_preferences
ADD CONSTRAINT people_preferences_lunch_is_whole CHECK (num_nulls(lunch_start, lunch_end) <> 1) NOT VALID;
