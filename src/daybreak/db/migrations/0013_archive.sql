-- The archive: the words of briefs, so that they can be searched, and what readers think of their sentences.

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

-- An owner's briefs with those words, newest first. Below a policy the index on words is not used, since a match
-- could leak what others wrote; so the owner is compared here, and must be one whom the caller acts for.
CREATE FUNCTION briefs_search(
    owner uuid, wanted text, before_date date, before_edition text, most integer
) RETURNS TABLE (id uuid, brief_date date, edition text, composed_at timestamptz, document bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT e.id, e.brief_date, e.edition, e.composed_at, e.document
    FROM briefs_words AS w
    INNER JOIN briefs_editions AS e ON w.owner_id = e.owner_id AND w.edition_id = e.id
    WHERE
        w.owner_id = owner AND owner = ANY (current_setting('daybreak.owner_ids')::uuid [])
        AND w.words @@ websearch_to_tsquery('english', wanted)
        AND (before_date IS NULL OR (e.brief_date, e.edition) < (before_date, before_edition))
    ORDER BY e.brief_date DESC, e.edition DESC
    LIMIT most
$$;
REVOKE ALL ON FUNCTION briefs_search(uuid, text, date, text, integer) FROM public;
GRANT EXECUTE ON FUNCTION briefs_search(uuid, text, date, text, integer) TO daybreak_app;

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
