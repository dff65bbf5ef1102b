-- name: read_before
-- What composing needs of earlier briefs, in one round trip: this edition as it stands, and what the last
-- received brief of an earlier date knew. $1 owner, $2 date, $3 edition.
SELECT
    (
        SELECT e.document FROM briefs_editions AS e
        WHERE e.owner_id = $1 AND e.brief_date = $2 AND e.edition = $3
    ) AS document,
    s.brief_date AS received_date,
    s.facts AS received_facts
FROM (SELECT 1) AS always
LEFT JOIN LATERAL (
    SELECT r.brief_date, r.facts FROM briefs_snapshots AS r
    WHERE r.owner_id = $1 AND r.received_at IS NOT NULL AND r.brief_date < $2
    ORDER BY r.brief_date DESC, r.received_at DESC
    LIMIT 1
) AS s ON TRUE

-- name: write_brief
-- The edition of that date, new or freshened, with the snapshot of what it knew. The snapshot that nobody has
-- received yet bears the id of its edition: there is one of it, however many compose at once.
-- $1 owner, $2 new edition id, $3 date, $4 edition, $5 now, $6 document, $7 snapshot.
WITH edition AS (
    INSERT INTO briefs_editions AS kept (owner_id, id, brief_date, edition, composed_at, document)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (owner_id, brief_date, edition) DO UPDATE SET
        composed_at = excluded.composed_at,
        document = excluded.document
    RETURNING kept.id
)

INSERT INTO briefs_snapshots AS pending (owner_id, id, edition_id, brief_date, taken_at, facts)
SELECT $1, edition.id, edition.id, $3, $5, $7 FROM edition
ON CONFLICT (owner_id, id) DO UPDATE SET
    taken_at = excluded.taken_at,
    facts = excluded.facts
RETURNING pending.edition_id

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
