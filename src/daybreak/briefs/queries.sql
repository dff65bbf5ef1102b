-- name: read_previous
-- The data of earlier briefs that composing needs, in one round trip: for each owner the stored document of this
-- edition, and the snapshot of the last received brief of an earlier date. $1 owners, $2 their dates, $3 edition.
SELECT
    d.owner_id,
    e.document,
    s.brief_date AS received_date,
    s.facts AS received_facts
FROM unnest($1::uuid [], $2::date []) AS d (owner_id, brief_date)
LEFT JOIN briefs_editions AS e
    ON d.owner_id = e.owner_id AND d.brief_date = e.brief_date AND e.edition = $3
LEFT JOIN LATERAL (
    SELECT r.brief_date, r.facts FROM briefs_snapshots AS r
    WHERE r.owner_id = d.owner_id AND r.received_at IS NOT NULL AND r.brief_date < d.brief_date
    ORDER BY r.brief_date DESC, r.received_at DESC
    LIMIT 1
) AS s ON TRUE

-- name: read_week_snapshots
-- The snapshots of the seven days before each owner's date, one for each day, oldest first; if there is none, the
-- last one of the month before. $1 owners, $2 their dates.
SELECT d.owner_id, s.brief_date, s.facts
FROM unnest($1::uuid [], $2::date []) AS d (owner_id, brief_date)
CROSS JOIN LATERAL (
    SELECT coalesce(
        min(b.brief_date) FILTER (WHERE b.brief_date >= d.brief_date - 7), max(b.brief_date)
    ) AS first_date
    FROM briefs_editions AS b
    WHERE
        b.owner_id = d.owner_id
        AND b.brief_date >= d.brief_date - 31 AND b.brief_date < d.brief_date
) AS w
CROSS JOIN LATERAL (
    SELECT DISTINCT ON (e.brief_date) e.brief_date, k.facts
    FROM briefs_editions AS e
    INNER JOIN briefs_snapshots AS k ON e.owner_id = k.owner_id AND e.id = k.edition_id
    WHERE
        e.owner_id = d.owner_id
        AND e.brief_date >= w.first_date AND e.brief_date < d.brief_date
    ORDER BY e.brief_date, k.taken_at DESC
) AS s
ORDER BY s.brief_date

-- name: write_briefs
-- Inserts or updates the editions of these dates, with their snapshots. A snapshot that was not received yet has the id
-- of its edition: there is exactly one, even if several runs compose at once.
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

-- name: list_folder_snapshots
-- Returns the snapshots of a folder of dates before $3, newest first; $4 the maximum number.
SELECT brief_date, facts FROM briefs_folder_snapshots
WHERE owner_id = $1 AND source_id = $2 AND brief_date < $3
ORDER BY brief_date DESC
LIMIT $4

-- name: write_folder_snapshot
-- Inserts or updates the snapshot of a folder ($2) and a date ($3); $4 now, $5 the snapshot. A folder that was removed
-- meanwhile is skipped; else its row is locked, so that writers of snapshots of one folder do not wait for each other's
-- rows in different orders.
INSERT INTO briefs_folder_snapshots (owner_id, source_id, brief_date, taken_at, facts)
SELECT s.owner_id, s.id, $3::date, $4::timestamptz, $5::bytea
FROM agenda_sources AS s
WHERE s.owner_id = $1 AND s.id = $2
FOR NO KEY UPDATE
ON CONFLICT (owner_id, source_id, brief_date) DO UPDATE SET taken_at = excluded.taken_at, facts = excluded.facts

-- name: prune_folder_snapshots
-- Deletes all snapshots of a folder except the newest; $3 how many stay.
DELETE FROM briefs_folder_snapshots AS k
USING (
    SELECT owner_id, source_id, brief_date FROM briefs_folder_snapshots
    WHERE owner_id = $1 AND source_id = $2
    ORDER BY brief_date DESC
    OFFSET $3
) AS old
WHERE k.owner_id = old.owner_id AND k.source_id = old.source_id AND k.brief_date = old.brief_date

-- name: read_document
-- A stored brief.
SELECT id, composed_at, document FROM briefs_editions
WHERE owner_id = $1 AND brief_date = $2 AND edition = $3

-- name: mark_received
-- Marks an edition as received: its pending snapshot gets an id of its own and is what later briefs compare with; it
-- replaces the snapshot of the version that was received before. $1 owner, $2 edition, $3 now.
WITH received AS (
    UPDATE briefs_snapshots SET id = gen_random_uuid(), received_at = $3
    WHERE owner_id = $1 AND id = $2
    RETURNING edition_id
)

DELETE FROM briefs_snapshots AS s USING received
WHERE s.owner_id = $1 AND s.edition_id = received.edition_id AND s.received_at IS NOT NULL

-- name: find_edition
-- A brief with the data that its page needs: whether this version is unread, and the dates of the briefs before and
-- after it. $1 owner, $2 date, $3 edition.
SELECT
    e.id, e.composed_at, e.document,
    EXISTS(SELECT FROM briefs_snapshots AS s WHERE s.owner_id = e.owner_id AND s.id = e.id) AS is_unread,
    (SELECT max(b.brief_date) FROM briefs_editions AS b
    WHERE b.owner_id = e.owner_id AND b.edition = e.edition AND b.brief_date < e.brief_date) AS earlier,
    (SELECT min(b.brief_date) FROM briefs_editions AS b
    WHERE b.owner_id = e.owner_id AND b.edition = e.edition AND b.brief_date > e.brief_date) AS later
FROM briefs_editions AS e
WHERE e.owner_id = $1 AND e.brief_date = $2 AND e.edition = $3

-- name: list_editions
-- The editions of a date.
SELECT edition FROM briefs_editions WHERE owner_id = $1 AND brief_date = $2 ORDER BY edition

-- name: list_archive
-- An owner's briefs, newest first. $2 and $3 the cursor to continue from, $4 the maximum number.
SELECT id, brief_date, edition, composed_at, document FROM briefs_editions
WHERE owner_id = $1 AND ($2::date IS NULL OR (brief_date, edition) < ($2, $3::text))
ORDER BY brief_date DESC, edition DESC
LIMIT $4

-- name: search_editions
-- An owner's briefs that match a search, newest first. $2 query, $3 and $4 the cursor to continue from, $5 the maximum
-- number.
SELECT id, brief_date, edition, composed_at, document FROM briefs_search($1, $2, $3, $4, $5)

-- name: list_unindexed
-- The newest briefs of an owner that are not indexed, or were indexed before they were composed again. $2 the maximum
-- number.
SELECT e.id, e.composed_at, e.document
FROM briefs_editions AS e
LEFT JOIN briefs_search_index AS i ON e.owner_id = i.owner_id AND e.id = i.edition_id
WHERE e.owner_id = $1 AND i.composed_at IS DISTINCT FROM e.composed_at
ORDER BY e.brief_date DESC
LIMIT $2

-- name: write_search_index
-- Indexes briefs for search. $1 owner; for each brief $2 id, $3 when it was composed, $4 its text. A deleted brief is
-- skipped.
INSERT INTO briefs_search_index (owner_id, edition_id, composed_at, search_vector)
SELECT $1, t.id, t.composed_at, to_tsvector('english', t.content)
FROM unnest($2::uuid [], $3::timestamptz [], $4::text []) AS t (id, composed_at, content)
INNER JOIN briefs_editions AS e ON t.id = e.id
WHERE e.owner_id = $1
ON CONFLICT (owner_id, edition_id) DO UPDATE SET
    composed_at = excluded.composed_at,
    search_vector = excluded.search_vector

-- name: find_matching_sentences
-- The sentences of each brief that match a search best, at most three: their positions from 1, best first, and their
-- text with the matches between U+E000 and U+E001. $1 query; for each sentence $2 its brief, $3 its text.
WITH search AS (
    SELECT replace(websearch_to_tsquery('english', $1)::text, '&', '|')::tsquery AS query
),

found AS (
    SELECT
        s.brief, s.position::integer AS position, s.sentence, q.query,
        row_number() OVER (
            PARTITION BY s.brief ORDER BY ts_rank(to_tsvector('english', s.sentence), q.query) DESC, s.position
        ) AS rank
    FROM unnest($2::uuid [], $3::text []) WITH ORDINALITY AS s (brief, sentence, position)
    CROSS JOIN search AS q
    WHERE to_tsvector('english', s.sentence) @@ q.query
)

SELECT
    brief, position,
    ts_headline('english', sentence, query, U&'StartSel="\E000", StopSel="\E001", HighlightAll=true') AS marked
FROM found
WHERE rank <= 3
ORDER BY brief, rank

-- name: list_feedback
-- The feedback of the reader of a brief.
SELECT claim, sentence, facts, opinion FROM briefs_feedback WHERE owner_id = $1 AND edition_id = $2
ORDER BY given_at, claim

-- name: record_feedback
-- Records an opinion of a sentence. $1 owner, $2 edition, $3 claim, $4 sentence, $5 facts, $6 opinion, $7 now.
INSERT INTO briefs_feedback (owner_id, edition_id, claim, sentence, facts, opinion, given_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (owner_id, edition_id, claim) DO UPDATE SET opinion = excluded.opinion, given_at = excluded.given_at

-- name: delete_feedback
-- Deletes the opinion of a sentence. $1 owner, $2 edition, $3 claim.
DELETE FROM briefs_feedback WHERE owner_id = $1 AND edition_id = $2 AND claim = $3
