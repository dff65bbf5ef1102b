-- The names and addresses of users, as files and messages write them: whose an item is, follows from them.

-- value_key is the value folded for comparison. An identity without an answer is a proposal. source_id: the source in whose
-- file, source_name, it was found; seen: the number of items there that name it.
CREATE TABLE people_identities (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    kind text NOT NULL,
    value text NOT NULL,
    value_key text NOT NULL,
    source text NOT NULL,
    source_id uuid,
    source_name text,
    seen integer NOT NULL DEFAULT 0,
    proposed_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    rejected_at timestamptz,
    PRIMARY KEY (owner_id, id),
    CONSTRAINT people_identities_key UNIQUE (owner_id, kind, value_key),
    CONSTRAINT people_identities_kind CHECK (kind IN ('name', 'email', 'handle')),
    CONSTRAINT people_identities_source CHECK (source IN ('profile', 'file', 'person')),
    CONSTRAINT people_identities_length CHECK (length(value) BETWEEN 1 AND 320),
    CONSTRAINT people_identities_one_answer CHECK (confirmed_at IS NULL OR rejected_at IS NULL)
);

ALTER TABLE people_identities ENABLE ROW LEVEL SECURITY;
ALTER TABLE people_identities FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON people_identities TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON people_identities TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON people_identities TO daybreak_app;

-- The answers: TRUE for an identity that its owner confirmed or added, FALSE for one that the owner rejected.
CREATE VIEW people_identity_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, kind, value_key,
    confirmed_at IS NOT NULL AS confirmed
FROM people_identities WHERE confirmed_at IS NOT NULL OR rejected_at IS NOT NULL;
GRANT SELECT ON people_identity_facts TO daybreak_app;

-- The profiles of existing users; the application proposes those of new ones. A first name alone is not one person's.
INSERT INTO people_identities (owner_id, kind, value, value_key, source)
SELECT id, 'email', email, email, 'profile' FROM people_users
UNION ALL
SELECT id, 'handle', split_part(email, '@', 1), split_part(email, '@', 1), 'profile' FROM people_users
UNION ALL
SELECT id, 'name', name, lower(normalize(name, NFC)), 'profile' FROM people_users
WHERE name LIKE '_% _%'
UNION ALL
SELECT id, 'handle', l.login, l.login, 'profile'
FROM people_users
CROSS JOIN LATERAL (SELECT lower(left(btrim(name), 1) || substring(btrim(name) FROM '\S{3,}$')) AS login) AS l
WHERE btrim(name) LIKE '_% _%' AND l.login IS NOT NULL
ON CONFLICT DO NOTHING;
