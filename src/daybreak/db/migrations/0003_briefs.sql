-- Briefs: one edition per (user, local date, edition), and what each one knew.

CREATE TABLE briefs_editions (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    brief_date date NOT NULL,
    edition text NOT NULL CHECK (edition IN ('standard', 'reengagement', 'weekly')),
    composed_at timestamptz NOT NULL,
    -- JSON as docs/brief.schema.json describes it, compressed with zlib: a third of the work and of the log that
    -- jsonb costs. The other forms are rendered when it is read.
    document bytea NOT NULL,
    PRIMARY KEY (owner_id, id),
    UNIQUE (owner_id, brief_date, edition)
);
ALTER TABLE briefs_editions ALTER COLUMN document SET STORAGE EXTERNAL;

ALTER TABLE briefs_editions ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefs_editions FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON briefs_editions TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON briefs_editions TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_editions TO daybreak_app;

-- The facts that a brief stood on. The newest received one of an earlier date is what "since your last brief"
-- compares with; one that was never received is replaced when its edition is composed again.
CREATE TABLE briefs_snapshots (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    edition_id uuid NOT NULL,
    brief_date date NOT NULL,
    taken_at timestamptz NOT NULL,
    received_at timestamptz,
    -- JSON, compressed with zlib; briefs/since.py has its shape.
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
CREATE POLICY upkeep ON briefs_snapshots TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_snapshots TO daybreak_app;

-- The words of briefs, so that they can be searched.
-- Written when somebody searches and not when a brief is composed: most people never do, and composing need not wait
-- for it.
CREATE TABLE briefs_words (
    owner_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    -- When the brief was composed that these words are of; one that was composed again since is read again.
    composed_at timestamptz NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (owner_id, edition_id),
    FOREIGN KEY (owner_id, edition_id) REFERENCES briefs_editions (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX briefs_words_words ON briefs_words USING gin (words);

ALTER TABLE briefs_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE briefs_words FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON briefs_words TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON briefs_words TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_words TO daybreak_app;

-- What readers think of the sentences of their briefs.
CREATE TABLE briefs_feedback (
    owner_id uuid NOT NULL,
    edition_id uuid NOT NULL,
    -- Follows from the sentence and its facts: a brief that is composed again keeps what was said of those that stay.
    claim text NOT NULL CHECK (claim ~ '^[0-9a-f]{16}$'),
    said text NOT NULL,
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
CREATE POLICY upkeep ON briefs_feedback TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON briefs_feedback TO daybreak_app;
