-- name: read_before
-- What composing needs of earlier briefs, in one round trip: for each owner this edition as it stands, and what
-- the last received brief of an earlier date knew. $1 owners, $2 their dates, $3 edition.
SELECT
    want.owner_id,
    e.document,
    s.brief_date AS received_date,
    s.facts AS received_facts
FROM unnest($1::uuid [], $2::date []) AS want (owner_id, brief_date)
LEFT JOIN briefs_editions AS e
    ON want.owner_id = e.owner_id AND want.brief_date = e.brief_date AND e.edition = $3
LEFT JOIN LATERAL (
    SELECT r.brief_date, r.facts FROM briefs_snapshots AS r
    WHERE r.owner_id = want.owner_id AND r.received_at IS NOT NULL AND r.brief_date < want.brief_date
    ORDER BY r.brief_date DESC, r.received_at DESC
    LIMIT 1
) AS s ON TRUE

-- name: write_briefs
-- The editions of these dates, new or freshened, with the snapshots of what they knew. The snapshot that nobody
-- has received yet bears the id of its edition: there is one of it, however many compose at once.
-- $1 edition, $2 now; for each brief $3 owner, $4 new edition id, $5 date, $6 document, $7 snapshot.
WITH written AS (
    SELECT * FROM unnest($3::uuid [], $4::uuid [], $5::date [], $6::bytea [], $7::bytea [])
        AS w (owner_id, id, brief_date, document, facts)
),

editions AS (
    INSERT INTO briefs_editions AS kept (owner_id, id, brief_date, edition, composed_at, document)
    SELECT w.owner_id, w.id, w.brief_date, $1, $2, w.document FROM written AS w ORDER BY w.owner_id
    ON CONFLICT (owner_id, brief_date, edition) DO UPDATE SET
        composed_at = excluded.composed_at,
        document = excluded.document
    RETURNING kept.owner_id, kept.id, kept.brief_date
)

INSERT INTO briefs_snapshots AS pending (owner_id, id, edition_id, brief_date, taken_at, facts)
SELECT e.owner_id, e.id, e.id, e.brief_date, $2, w.facts
FROM editions AS e
INNER JOIN written AS w ON e.owner_id = w.owner_id AND e.brief_date = w.brief_date
ON CONFLICT (owner_id, id) DO UPDATE SET
    taken_at = excluded.taken_at,
    facts = excluded.facts
RETURNING pending.owner_id, pending.edition_id

-- name: read_document
-- A stored brief.
SELECT id, composed_at, document FROM briefs_editions
WHERE owner_id = $1 AND brief_date = $2 AND edition = $3

-- name: mark_received
-- The reader has it: the pending snapshot of the edition gets an id of its own and is what later briefs compare
-- with, instead of the one that the reader had of this edition before. $1 owner, $2 edition, $3 now.
WITH received AS (
    UPDATE briefs_snapshots SET id = gen_random_uuid(), received_at = $3
    WHERE owner_id = $1 AND id = $2
    RETURNING edition_id
)

DELETE FROM briefs_snapshots AS s USING received
WHERE s.owner_id = $1 AND s.edition_id = received.edition_id AND s.received_at IS NOT NULL
