-- Names that count without an answer: the only short form of the user's name in a source.
ALTER TABLE people_identities ADD COLUMN is_assumed boolean NOT NULL DEFAULT FALSE;

-- The answers: TRUE for an identity that its owner confirmed or added, FALSE for one that the owner rejected. An assumed one
-- is TRUE while no file of another source names another person by the same first word.
CREATE OR REPLACE VIEW people_identity_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, kind, value_key,
    confirmed_at IS NOT NULL OR (is_assumed AND rejected_at IS NULL) AS confirmed
FROM people_identities AS i
WHERE
    confirmed_at IS NOT NULL OR rejected_at IS NOT NULL
    OR (
        is_assumed AND NOT EXISTS (
            SELECT FROM people_identities AS o
            WHERE
                o.owner_id = i.owner_id AND o.id <> i.id AND o.source = 'file' AND o.rejected_at IS NULL
                AND o.confirmed_at IS NULL AND starts_with(o.value_key, i.value_key)
                AND substr(o.value_key, length(i.value_key) + 1, 1) IN ('', ' ', '.', '_', '-', '@')
        )
    );
