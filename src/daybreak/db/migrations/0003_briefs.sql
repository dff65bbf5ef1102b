-- Briefs: one edition per (user, local date, edition), and the facts that each was composed from.

CREATE TABLE briefs_editions (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    brief_date date NOT NULL,
    edition text NOT NULL CHECK (edition IN ('standard', 'reengagement', 'weekly')),
    composed_at timestamptz NOT NULL,
    -- JSON as in docs/brief.schema.json, compressed with zlib, which costs a third of the CPU and WAL of jsonb. Other
    -- formats are rendered on read.
    document bytea NOT NULL,
    PRIMARY KEY (owner_id, id),
    UNIQUE (owner_id, brief_date, edition)
);
ALTER TABLE briefs_editions ALTER COLUMN document SET STORAGE EXTERNAL;

ALTER TABLE briefs_editions ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefs_editions FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON briefs_editions TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON briefs_editions TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_editions TO daybreak_app;

-- The facts of a brief. “Since your last brief” compares with the newest received snapshot of an earlier date. A
-- snapshot that was never received is replaced when its edition is composed again.
CREATE TABLE briefs_snapshots (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    brief_date date NOT NULL,
    taken_at timestamptz NOT NULL,
    received_at timestamptz,
    -- JSON, compressed with zlib; briefs/facts/snapshot.py defines it.
    facts bytea NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, edition_id) REFERENCES briefs_editions (owner_id, id) ON DELETE CASCADE
);
ALTER TABLE briefs_snapshots ALTER COLUMN facts SET STORAGE EXTERNAL;
CREATE INDEX briefs_snapshots_received ON briefs_snapshots (owner_id, brief_date DESC, received_at DESC)
WHERE received_at IS NOT NULL;
CREATE INDEX briefs_snapshots_edition ON briefs_snapshots (owner_id, edition_id);

ALTER TABLE briefs_snapshots ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefs_snapshots FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON briefs_snapshots TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON briefs_snapshots TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_snapshots TO daybreak_app;

-- Full-text search in briefs. Rows are written by a search and not when a brief is composed: most users never search,
-- and composing stays fast.
CREATE TABLE briefs_search_index (
    owner_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    -- When the indexed brief was composed; a brief that was composed again later is indexed again.
    composed_at timestamptz NOT NULL,
    search_vector tsvector NOT NULL,
    PRIMARY KEY (owner_id, edition_id),
    FOREIGN KEY (owner_id, edition_id) REFERENCES briefs_editions (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX briefs_search_index_search_vector ON briefs_search_index USING gin (search_vector);

ALTER TABLE briefs_search_index ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefs_search_index FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON briefs_search_index TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON briefs_search_index TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_search_index TO daybreak_app;

-- Readers' feedback on sentences of briefs.
CREATE TABLE briefs_feedback (
    owner_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    -- A hash of the sentence and its facts, so that feedback survives when the brief is composed again.
    claim text NOT NULL CHECK (claim ~ '^[0-9a-f]{16}$'),
    sentence text NOT NULL,
    facts text [] NOT NULL,
    opinion text NOT NULL CHECK (opinion IN ('useful', 'wrong')),
    given_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, edition_id, claim),
    FOREIGN KEY (owner_id, edition_id) REFERENCES briefs_editions (owner_id, id) ON DELETE CASCADE
);

ALTER TABLE briefs_feedback ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefs_feedback FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON briefs_feedback TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON briefs_feedback TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_feedback TO daybreak_app;
