-- name: read_agendas
-- Returns the data of briefs in one round trip: a row for each owner, each column an array of rows.
-- $1 owners; for each of them events that overlap [$2, $3), tasks finished since $4, notes since $5; $6 sources,
-- NULL for all; $7 ids of tasks that are included even if finished earlier. Of copies
-- in several sources, only the newest of those in $6 is included.
SELECT
    want.owner_id,
    ARRAY(
        SELECT s FROM agenda_source_facts AS s
        WHERE s.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR s.id = ANY ($6))
        ORDER BY s.name, s.id
    ) AS sources,
    ARRAY(
        SELECT w FROM agenda_source_warnings AS w
        WHERE w.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR w.source_id = ANY ($6))
        ORDER BY w.source_id, w.position
    ) AS warnings,
    ARRAY(
        SELECT p FROM agenda_project_facts AS p
        WHERE p.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR p.source_id = ANY ($6))
        ORDER BY p.name, p.id
    ) AS projects,
    ARRAY(
        SELECT f FROM agenda_phase_facts AS f
        WHERE f.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR f.source_id = ANY ($6))
        ORDER BY f.project_id, f.start_on, f.position, f.id
    ) AS phases,
    ARRAY(
        SELECT t FROM agenda_task_facts AS t
        WHERE
            t.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR t.source_id = ANY ($6))
            AND (
                t.status NOT IN ('done', 'cancelled')
                OR t.completed_at >= want.done_since
                OR t.completed_on >= (want.done_since AT TIME ZONE 'UTC')::date - 1
                OR (t.completed_seen_at >= want.done_since AND num_nulls(t.completed_at, t.completed_on) = 2)
                OR t.id = ANY ($7::uuid [])
            )
            AND (
                t.superseded_by IS NULL
                OR (
                    $6 IS NOT NULL AND NOT EXISTS (
                        SELECT FROM agenda_tasks AS shown
                        WHERE
                            shown.owner_id = want.owner_id AND shown.source_id = ANY ($6) AND shown.removed_at IS NULL
                            AND (
                                shown.id = t.superseded_by
                                OR (
                                    shown.superseded_by = t.superseded_by AND shown.source_id < t.source_id
                                )
                            )
                    )
                )
            )
        ORDER BY t.id
    ) AS tasks,
    ARRAY(SELECT d FROM agenda_decision_facts AS d WHERE d.owner_id = want.owner_id) AS decisions,
    ARRAY(
        SELECT e FROM agenda_event_facts AS e
        WHERE
            e.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR e.source_id = ANY ($6))
            AND e.ends_at >= want.events_from AND e.starts_at < want.events_until
            AND (
                e.superseded_by IS NULL
                OR (
                    $6 IS NOT NULL AND NOT EXISTS (
                        SELECT FROM agenda_events AS shown
                        WHERE
                            shown.owner_id = want.owner_id AND shown.source_id = ANY ($6) AND shown.removed_at IS NULL
                            AND (
                                shown.id = e.superseded_by
                                OR (
                                    shown.superseded_by = e.superseded_by AND shown.source_id < e.source_id
                                )
                            )
                    )
                    AND NOT EXISTS (
                        SELECT FROM agenda_cancellations AS c
                        WHERE c.owner_id = want.owner_id AND c.id = e.superseded_by AND c.source_id = ANY ($6)
                    )
                )
            )
        ORDER BY e.starts_at, e.id
    ) AS events,
    ARRAY(
        SELECT n FROM agenda_note_facts AS n
        WHERE
            n.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR n.source_id = ANY ($6))
            AND n.noted_at >= want.notes_since
        ORDER BY n.noted_at DESC, n.id
    ) AS notes,
    ARRAY(SELECT i FROM people_identity_facts AS i WHERE i.owner_id = want.owner_id) AS identities,
    ARRAY(SELECT b FROM agenda_team_boards AS b WHERE b.owner_id = want.owner_id) AS team_boards
FROM unnest($1::uuid [], $2::timestamptz [], $3::timestamptz [], $4::timestamptz [], $5::timestamptz [])
    AS want (owner_id, events_from, events_until, done_since, notes_since)

-- name: read_ownership
-- Returns the identities of a user, and the files whose unassigned tasks are a team's.
SELECT
    ARRAY(SELECT i FROM people_identity_facts AS i WHERE i.owner_id = $1) AS identities,
    ARRAY(SELECT b FROM agenda_team_boards AS b WHERE b.owner_id = $1) AS team_boards

-- name: read_other_tasks
-- Returns what read_ownership does, and the assignees of the tasks of a user, at most 1,000, the most frequent first.
SELECT
    ARRAY(SELECT i FROM people_identity_facts AS i WHERE i.owner_id = $1) AS identities,
    ARRAY(SELECT b FROM agenda_team_boards AS b WHERE b.owner_id = $1) AS team_boards,
    ARRAY(
        SELECT t.assignee FROM agenda_tasks AS t
        WHERE t.owner_id = $1 AND t.removed_at IS NULL AND t.assignee IS NOT NULL
        GROUP BY t.assignee
        ORDER BY count(*) DESC, t.assignee
        LIMIT 1000
    ) AS assignees

-- name: set_unassigned
-- Sets the holder of the unassigned tasks of a source's team boards.
UPDATE agenda_sources SET unassigned = $3 WHERE owner_id = $1 AND id = $2

-- name: list_sources
-- Returns the sources of a user, with the number of items of each.
SELECT
    s.*,
    (
        SELECT count(*) FROM agenda_tasks AS t
        WHERE t.owner_id = s.owner_id AND t.source_id = s.id AND t.removed_at IS NULL
    ) AS tasks,
    (
        SELECT count(*) FROM agenda_events AS e
        WHERE e.owner_id = s.owner_id AND e.source_id = s.id AND e.removed_at IS NULL
    ) AS events,
    (
        SELECT count(*) FROM agenda_notes AS n
        WHERE n.owner_id = s.owner_id AND n.source_id = s.id AND n.removed_at IS NULL
    ) AS notes,
    (
        SELECT count(*) FROM agenda_source_warnings AS w
        WHERE w.owner_id = s.owner_id AND w.source_id = s.id
    ) AS warnings,
    (
        SELECT count(*) FROM agenda_tasks AS t
        WHERE t.owner_id = s.owner_id AND t.source_id = s.id AND t.removed_at IS NULL AND t.absence IS NOT NULL
    ) + (
        SELECT count(*) FROM agenda_events AS e
        WHERE e.owner_id = s.owner_id AND e.source_id = s.id AND e.removed_at IS NULL AND e.absence IS NOT NULL
    ) + (
        SELECT count(*) FROM agenda_notes AS n
        WHERE n.owner_id = s.owner_id AND n.source_id = s.id AND n.removed_at IS NULL AND n.absence IS NOT NULL
    ) AS absent
FROM agenda_source_facts AS s
WHERE s.owner_id = $1
ORDER BY s.name, s.id

-- name: list_warnings
-- Returns the warnings about parts of a source that could not be read.
SELECT source_id, path, line, message FROM agenda_source_warnings
WHERE owner_id = $1 AND source_id = $2
ORDER BY position

-- name: insert_source
-- Inserts a source unless it exists: the same locator is the same source. The id is derived from the locator, so two
-- concurrent inserts may conflict on either key.
INSERT INTO agenda_sources (owner_id, id, kind, name, locator, locator_sha256, secret)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING

-- name: insert_folder
-- Inserts a folder of the web as a source and returns its id; no row if it exists.
INSERT INTO agenda_sources (owner_id, id, kind, name, locator, locator_sha256, is_confined)
VALUES ($1, $2, 'folder', $3, $4, $5, TRUE)
ON CONFLICT DO NOTHING
RETURNING id

-- name: list_folder_sources
-- Returns the folder sources of all owners; needs no owner. $1 whether to find absent items, $2 the most sources.
SELECT
    owner_id, id, locator, is_confined, files_digest, last_read_at, failing_since, watching, watched_until, has_absent
FROM agenda_folder_sources($1, $2)

-- name: save_files_digest
-- Records the state of a folder's files when they were read.
UPDATE agenda_sources SET files_digest = $3 WHERE owner_id = $1 AND id = $2

-- name: mark_watched
-- Records how the changes of folders ($2) are noticed ($3) until $4.
UPDATE agenda_sources AS s SET watching = w.watching, watched_until = $4
FROM unnest($2::uuid [], $3::text []) AS w (id, watching)
WHERE s.owner_id = ANY ($1::uuid []) AND s.id = w.id

-- name: mark_uploaded
-- Records that files of the source were uploaded at $3.
UPDATE agenda_sources SET uploaded_at = $3 WHERE owner_id = $1 AND id = $2

-- name: lock_source
-- Locks a source until the transaction ends, so that two imports of it run one after the other. wait_seconds: for how
-- long its server wants no request, by the clock of the database; NULL if it did not ask.
SELECT *, extract(EPOCH FROM retry_at - clock_timestamp())::double precision AS wait_seconds
FROM agenda_sources WHERE owner_id = $1 AND id = $2 FOR UPDATE

-- name: lock_source_and_copies
-- Locks a source likewise, and until then the copies of its entries in other sources, which all sources of the owner
-- mark. The select list is evaluated first: the order of the two locks is the same for all.
SELECT *, pg_advisory_xact_lock(hashtextextended('agenda_copies ' || $1::uuid::text, 0))::text AS copies_lock
FROM agenda_sources WHERE owner_id = $1 AND id = $2 FOR UPDATE

-- name: mark_copies
-- Hides older copies of tasks and events among the sources of an owner; $2 is a source that is about to be deleted,
-- else NULL; $3 the time.
SELECT agenda_mark_copies($1, $2, $3)

-- name: delete_source
-- Deletes a source and all its items.
DELETE FROM agenda_sources WHERE owner_id = $1 AND id = $2

-- name: delete_never_read
-- Deletes a source that has never been read successfully.
DELETE FROM agenda_sources WHERE owner_id = $1 AND id = $2 AND last_read_at IS NULL

-- name: list_stored_rows
-- Returns the stored rows of a source for comparison with the parsed ones, and whether each is to be removed if it was
-- not parsed. Of the events only those with a parsed external id ($7), with a start of $8 or an id of $9, and those of the
-- range that was covered: all-day and floating ones of [$3, $4), timed ones of [$5, $6). is_listed and entry: see StoredItem.
SELECT
    'projects' AS kind, id, fingerprint, path, removed_at IS NULL AS is_current,
    FALSE AS is_listed, NULL AS entry, NULL AS absence, NULL::date AS absent_on, NULL::timestamptz AS absent_since
FROM agenda_projects WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT 'phases', id, fingerprint, path, removed_at IS NULL, FALSE, NULL, NULL, NULL, NULL
FROM agenda_phases WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT
    'tasks', id, fingerprint, path, removed_at IS NULL, status NOT IN ('done', 'cancelled'), NULL,
    absence, absent_on, absent_since
FROM agenda_tasks WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT 'notes', id, fingerprint, path, removed_at IS NULL, TRUE, NULL, absence, absent_on, absent_since
FROM agenda_notes WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT 'cancellations', id, fingerprint, path, TRUE, FALSE, uid, NULL, NULL, NULL
FROM agenda_cancellations WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT
    'events', e.id, e.fingerprint, e.path, e.removed_at IS NULL AND covered.whether, TRUE, e.uid,
    e.absence, e.absent_on, e.absent_since
FROM agenda_events AS e
CROSS JOIN LATERAL (
    SELECT
        tstzrange(e.starts_at, greatest(e.ends_at, e.starts_at + interval '1 microsecond'))
        && CASE WHEN e.all_day OR e.floating THEN tstzrange($3, $4) ELSE tstzrange($5, $6) END AS whether
) AS covered
WHERE
    e.owner_id = $1 AND e.source_id = $2
    AND (
        covered.whether OR e.external_id = ANY ($7::text []) OR e.starts_at = ANY ($8::timestamptz [])
        OR e.id = ANY ($9::uuid [])
    )

-- name: list_row_details
-- Returns what identifies the stored rows $3 of a source, and those of its removed rows that parsed rows may be: with an
-- external id of $4, a native id of $5 or a title of $6.
SELECT
    'tasks' AS kind, t.id, t.external_id, t.removed_at IS NULL AS is_current, t.path, t.title, p.name AS project,
    f.name AS section, md5(nullif(t.details, '')) AS content, t.native_id, t.recurrence, t.status, t.priority, t.due_on, t.due_at,
    t.start_on, t.start_at, t.completed_on, t.completed_at, t.tags, t.position, t.project_id, t.phase_id
FROM agenda_tasks AS t
LEFT JOIN agenda_projects AS p ON p.owner_id = $1 AND t.project_id = p.id
LEFT JOIN agenda_phases AS f ON f.owner_id = $1 AND t.phase_id = f.id
WHERE
    t.owner_id = $1 AND t.source_id = $2
    AND (
        t.id = ANY ($3::uuid [])
        OR (
            t.removed_at IS NOT NULL
            AND (
                t.external_id = ANY ($4::text []) OR t.native_id = ANY ($5::text []) OR t.title = ANY ($6::text [])
            )
        )
    )
UNION ALL
SELECT
    'notes', n.id, n.external_id, n.removed_at IS NULL, n.path, n.title, NULL, NULL, md5(n.body), NULL, NULL, NULL, NULL,
    NULL, n.noted_at, NULL, NULL, NULL, NULL, NULL, NULL, n.project_id, NULL
FROM agenda_notes AS n
WHERE
    n.owner_id = $1 AND n.source_id = $2
    AND (n.id = ANY ($3::uuid []) OR (n.removed_at IS NOT NULL AND n.external_id = ANY ($4::text [])))
UNION ALL
SELECT
    'events', e.id, e.external_id, e.removed_at IS NULL, e.path, e.title, NULL, NULL, e.location, e.uid, e.recurrence_id,
    NULL, NULL, NULL, e.starts_at, NULL, e.ends_at, NULL, NULL, NULL, NULL, NULL, NULL
FROM agenda_events AS e
WHERE
    e.owner_id = $1 AND e.source_id = $2
    AND (e.id = ANY ($3::uuid []) OR (e.removed_at IS NOT NULL AND e.external_id = ANY ($4::text [])))
UNION ALL
SELECT
    'projects', p.id, p.external_id, p.removed_at IS NULL, p.path, p.name, NULL, NULL, '', NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM agenda_projects AS p
WHERE
    p.owner_id = $1 AND p.source_id = $2
    AND (p.id = ANY ($3::uuid []) OR (p.removed_at IS NOT NULL AND p.external_id = ANY ($4::text [])))
UNION ALL
SELECT
    'phases', f.id, f.external_id, f.removed_at IS NULL, f.path, f.name, p.name, NULL, '', NULL, NULL, NULL, NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, f.position, f.project_id, NULL
FROM agenda_phases AS f
INNER JOIN agenda_projects AS p ON p.owner_id = $1 AND f.project_id = p.id
WHERE
    f.owner_id = $1 AND f.source_id = $2
    AND (f.id = ANY ($3::uuid []) OR (f.removed_at IS NOT NULL AND f.external_id = ANY ($4::text [])))

-- name: write_projects
INSERT INTO agenda_projects AS stored
(owner_id, source_id, id, external_id, fingerprint, path, name, description, source_ref)
SELECT $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.name, r.description, r.source_ref
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, name text, description text, source_ref text
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    external_id = excluded.external_id,
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    name = excluded.name,
    description = excluded.description,
    source_ref = excluded.source_ref

-- name: write_phases
INSERT INTO agenda_phases AS stored (
    owner_id, source_id, id, external_id, fingerprint, path, project_id, name, description, start_on, end_on, position,
    source_ref
)
SELECT
    $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.project_id, r.name, r.description, r.start_on, r.end_on,
    r.position, r.source_ref
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, project_id uuid, name text, description text,
    start_on date, end_on date, position integer, source_ref text
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    external_id = excluded.external_id,
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    project_id = excluded.project_id,
    name = excluded.name,
    description = excluded.description,
    start_on = excluded.start_on,
    end_on = excluded.end_on,
    position = excluded.position,
    source_ref = excluded.source_ref

-- name: write_tasks
-- Inserts or updates tasks. Of a task that was open and is now done, completed_seen_at is the time of the import, $4, or
-- of the decision by which its owner completed it; a time that its source stated before stays known. Its touched_at is that of its source; without one it is the
-- modification time of its file, unless only its source_ref changed.
INSERT INTO agenda_tasks AS stored (
    owner_id, source_id, id, external_id, fingerprint, path, project_id, phase_id, title, details, status, priority,
    start_on, start_at, due_on, due_at, completed_on, completed_at, estimate_minutes, assignee, tags,
    recurrence, blocked_by, touched_at, source_ref, native_id, position
)
SELECT
    $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.project_id, r.phase_id, r.title, r.details, r.status,
    r.priority, r.start_on, r.start_at, r.due_on, r.due_at, r.completed_on, r.completed_at,
    r.estimate_minutes, r.assignee, r.tags, r.recurrence, r.blocked_by,
    CASE
        WHEN r.source_touched_at IS NOT NULL THEN r.source_touched_at
        WHEN
            (
                was.project_id, was.phase_id, was.title, was.details, was.status, was.priority, was.start_on,
                was.start_at, was.due_on, was.due_at, was.estimate_minutes, was.assignee, was.tags, was.recurrence,
                was.blocked_by
            ) IS NOT DISTINCT FROM (
                r.project_id, r.phase_id, r.title, r.details, r.status, r.priority, r.start_on,
                r.start_at, r.due_on, r.due_at, r.estimate_minutes, r.assignee, r.tags, r.recurrence,
                r.blocked_by
            ) THEN was.touched_at
        ELSE r.file_changed_at
    END,
    r.source_ref, r.native_id, r.position
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, project_id uuid, phase_id uuid, title text, details text,
    status text, priority smallint, start_on date, start_at timestamptz, due_on date, due_at timestamptz,
    completed_on date, completed_at timestamptz, estimate_minutes integer, assignee text, tags text [],
    recurrence text, blocked_by uuid [], source_touched_at timestamptz, file_changed_at timestamptz, source_ref text,
    native_id text, position integer
)
LEFT JOIN agenda_tasks AS was ON was.owner_id = $1 AND was.id = r.id
ON CONFLICT (owner_id, id) DO UPDATE SET
    external_id = excluded.external_id,
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    project_id = excluded.project_id,
    phase_id = excluded.phase_id,
    title = excluded.title,
    details = excluded.details,
    status = excluded.status,
    priority = excluded.priority,
    start_on = excluded.start_on,
    start_at = excluded.start_at,
    due_on = excluded.due_on,
    due_at = excluded.due_at,
    completed_on = excluded.completed_on,
    completed_at = excluded.completed_at,
    completed_seen_at = CASE
        WHEN excluded.status <> 'done' THEN NULL
        WHEN stored.status = 'done' THEN coalesce(stored.completed_seen_at, stored.completed_at)
        ELSE coalesce(
            (
                SELECT d.made_at FROM agenda_decisions AS d
                WHERE d.owner_id = $1 AND d.task_id = stored.id AND d.ended_at IS NULL AND d.kind = 'done'
            ),
            $4::timestamptz
        )
    END,
    estimate_minutes = excluded.estimate_minutes,
    assignee = excluded.assignee,
    tags = excluded.tags,
    recurrence = excluded.recurrence,
    blocked_by = excluded.blocked_by,
    touched_at = excluded.touched_at,
    source_ref = excluded.source_ref,
    native_id = excluded.native_id,
    position = excluded.position,
    absence = NULL,
    absent_on = NULL,
    absent_since = NULL

-- name: move_tasks
-- Updates the places of tasks of which nothing else has changed.
UPDATE agenda_tasks AS t SET fingerprint = m.fingerprint, source_ref = m.source_ref, position = m.position
FROM unnest($2::uuid [], $3::bytea [], $4::text [], $5::integer []) AS m (id, fingerprint, source_ref, position)
WHERE t.owner_id = $1 AND t.id = m.id

-- name: write_events
INSERT INTO agenda_events AS stored (
    owner_id, source_id, id, external_id, fingerprint, path, title, location, all_day, floating, starts_at, ends_at,
    busy, tentative, organizer, source_ref, uid, recurrence_id, sequence, stamped_at, declined_by, tentative_by
)
SELECT
    $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.title, r.location, r.all_day, r.floating, r.starts_at,
    r.ends_at, r.busy, r.tentative, r.organizer, r.source_ref, r.uid, r.recurrence_id, r.sequence, r.stamped_at,
    r.declined_by, r.tentative_by
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, title text, location text, all_day boolean,
    floating boolean, starts_at timestamptz, ends_at timestamptz, busy boolean, tentative boolean,
    organizer text, source_ref text, uid text, recurrence_id text, sequence integer, stamped_at timestamptz,
    declined_by text [], tentative_by text []
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    external_id = excluded.external_id,
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    title = excluded.title,
    location = excluded.location,
    all_day = excluded.all_day,
    floating = excluded.floating,
    starts_at = excluded.starts_at,
    ends_at = excluded.ends_at,
    busy = excluded.busy,
    tentative = excluded.tentative,
    organizer = excluded.organizer,
    source_ref = excluded.source_ref,
    uid = excluded.uid,
    recurrence_id = excluded.recurrence_id,
    sequence = excluded.sequence,
    stamped_at = excluded.stamped_at,
    declined_by = excluded.declined_by,
    tentative_by = excluded.tentative_by,
    absence = NULL,
    absent_on = NULL,
    absent_since = NULL

-- name: write_cancellations
-- Inserts or updates the cancellations of a source.
INSERT INTO agenda_cancellations (
    owner_id, source_id, id, path, fingerprint, uid, occurrence_at, occurrence_day, and_future, is_exclusion, sequence,
    stamped_at
)
SELECT
    $1, $2, r.id, r.path, r.fingerprint, r.uid, r.occurrence_at, r.occurrence_day, r.and_future, r.is_exclusion,
    r.sequence, r.stamped_at
FROM json_to_recordset($3::json) AS r (
    id uuid, path text, fingerprint bytea, uid text, occurrence_at timestamptz, occurrence_day tstzrange,
    and_future boolean, is_exclusion boolean, sequence integer, stamped_at timestamptz
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    path = excluded.path,
    fingerprint = excluded.fingerprint,
    occurrence_day = excluded.occurrence_day,
    and_future = excluded.and_future,
    sequence = excluded.sequence,
    stamped_at = excluded.stamped_at

-- name: delete_cancellations
-- Deletes cancellations that their source no longer has.
DELETE FROM agenda_cancellations WHERE owner_id = $1 AND id = ANY ($2::uuid [])

-- name: write_notes
INSERT INTO agenda_notes AS stored
(owner_id, source_id, id, external_id, fingerprint, path, project_id, title, body, noted_at, source_ref)
SELECT $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.project_id, r.title, r.body, r.noted_at, r.source_ref
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, project_id uuid, title text, body text,
    noted_at timestamptz, source_ref text
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    external_id = excluded.external_id,
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    project_id = excluded.project_id,
    title = excluded.title,
    body = excluded.body,
    noted_at = excluded.noted_at,
    source_ref = excluded.source_ref,
    absence = NULL,
    absent_on = NULL,
    absent_since = NULL

-- name: remove_projects
-- Marks projects as removed, except those that still have items, such as those of an unreadable file.
UPDATE agenda_projects AS p SET removed_at = $3, fingerprint = NULL
WHERE
    p.owner_id = $1 AND p.id = ANY ($2::uuid [])
    AND NOT EXISTS (
        SELECT FROM agenda_tasks AS t WHERE t.owner_id = $1 AND t.project_id = p.id AND t.removed_at IS NULL
    )
    AND NOT EXISTS (
        SELECT FROM agenda_notes AS n WHERE n.owner_id = $1 AND n.project_id = p.id AND n.removed_at IS NULL
    )
    AND NOT EXISTS (
        SELECT FROM agenda_phases AS f WHERE f.owner_id = $1 AND f.project_id = p.id AND f.removed_at IS NULL
    )

-- name: remove_phases
-- Marks phases as removed, except those that still have tasks, such as those of an unreadable file.
UPDATE agenda_phases AS f SET removed_at = $3, fingerprint = NULL
WHERE
    f.owner_id = $1 AND f.id = ANY ($2::uuid [])
    AND NOT EXISTS (
        SELECT FROM agenda_tasks AS t WHERE t.owner_id = $1 AND t.phase_id = f.id AND t.removed_at IS NULL
    )

-- name: remove_tasks
UPDATE agenda_tasks SET removed_at = $3, fingerprint = NULL WHERE owner_id = $1 AND id = ANY ($2::uuid [])

-- name: remove_events
UPDATE agenda_events SET removed_at = $3, fingerprint = NULL WHERE owner_id = $1 AND id = ANY ($2::uuid [])

-- name: remove_notes
UPDATE agenda_notes SET removed_at = $3, fingerprint = NULL WHERE owner_id = $1 AND id = ANY ($2::uuid [])

-- name: mark_absent
-- Marks tasks, events and notes as absent, and clears the marks of those that were found again ($3 is NULL). $2 ids,
-- $3 why they are absent, $4 the owner's date and $5 the time of the first reading that did not find them.
WITH marks AS (
    SELECT m.* FROM unnest($2::uuid [], $3::text [], $4::date [], $5::timestamptz [])
        AS m (id, absence, absent_on, absent_since)
),

marked_tasks AS (
    UPDATE agenda_tasks AS t
    SET absence = m.absence, absent_on = m.absent_on, absent_since = m.absent_since
    FROM marks AS m WHERE t.owner_id = $1 AND t.id = m.id
),

marked_events AS (
    UPDATE agenda_events AS e
    SET absence = m.absence, absent_on = m.absent_on, absent_since = m.absent_since
    FROM marks AS m WHERE e.owner_id = $1 AND e.id = m.id
)

UPDATE agenda_notes AS n
SET absence = m.absence, absent_on = m.absent_on, absent_since = m.absent_since
FROM marks AS m WHERE n.owner_id = $1 AND n.id = m.id

-- name: list_absent
-- Returns the ids and paths of the absent items of a source.
SELECT 'tasks' AS kind, id, path FROM agenda_tasks
WHERE owner_id = $1 AND source_id = $2 AND removed_at IS NULL AND absence IS NOT NULL
UNION ALL
SELECT 'events', id, path FROM agenda_events
WHERE owner_id = $1 AND source_id = $2 AND removed_at IS NULL AND absence IS NOT NULL
UNION ALL
SELECT 'notes', id, path FROM agenda_notes
WHERE owner_id = $1 AND source_id = $2 AND removed_at IS NULL AND absence IS NOT NULL

-- name: list_containers
-- Returns the projects and phases of a source whose files are among $3.
SELECT 'phases' AS kind, id FROM agenda_phases
WHERE owner_id = $1 AND source_id = $2 AND removed_at IS NULL AND path = ANY ($3::text [])
UNION ALL
SELECT 'projects', id FROM agenda_projects
WHERE owner_id = $1 AND source_id = $2 AND removed_at IS NULL AND path = ANY ($3::text [])

-- name: delete_warnings_of
-- Deletes the warnings about these files or folders ($3) of a source.
DELETE FROM agenda_source_warnings WHERE owner_id = $1 AND source_id = $2 AND path = ANY ($3::text [])

-- name: forget_copy
-- Deletes the last good copy of a calendar URL and its validators, so that its next response is accepted as it is.
UPDATE agenda_sources SET last_good_copy = NULL, etag = NULL, http_last_modified = NULL
WHERE owner_id = $1 AND id = $2 AND error IS NOT NULL

-- name: delete_warnings
DELETE FROM agenda_source_warnings WHERE owner_id = $1 AND source_id = $2

-- name: insert_warnings
INSERT INTO agenda_source_warnings (owner_id, source_id, position, path, line, message)
SELECT $1, $2, w.position, w.path, w.line, w.message
FROM unnest($3::text [], $4::integer [], $5::text []) WITH ORDINALITY AS w (path, line, message, position)

-- name: mark_read
-- Records that the source was read at $3, and whether any row changed ($4).
UPDATE agenda_sources
SET
    last_read_at = $3,
    last_changed_at = CASE WHEN $4::boolean THEN $3 ELSE last_changed_at END,
    failing_since = NULL,
    error = NULL,
    retry_at = NULL
WHERE owner_id = $1 AND id = $2

-- name: mark_failing
-- Records that the source could not be read; its rows stay. $5: for how many seconds its server wants no other request;
-- NULL if it did not ask.
UPDATE agenda_sources
SET
    failing_since = coalesce(failing_since, $3),
    error = $4,
    last_tried_at = $3,
    retry_at = clock_timestamp() + make_interval(secs => $5::double precision)
WHERE owner_id = $1 AND id = $2

-- name: save_copy
-- Stores the last good copy of a calendar URL, and the validators of its next request.
UPDATE agenda_sources SET last_good_copy = $3, etag = $4, http_last_modified = $5
WHERE owner_id = $1 AND id = $2

-- name: update_access
-- Stores the encrypted address of a calendar URL with its password ($3), and the private addresses that its owner
-- confirmed ($4); NULL for the earlier ones. It may then be requested at once.
UPDATE agenda_sources
SET secret = coalesce($3, secret), private_addresses = coalesce($4::text [], private_addresses), retry_at = NULL
WHERE owner_id = $1 AND id = $2

-- name: list_due_refreshes
-- Returns owners whose calendar URLs are due for a refresh; needs no owner. $1 not requested since, $2 the most owners.
SELECT agenda_due_refreshes($1, $2) AS owner_id

-- name: enqueue_refreshes
-- Enqueues a refresh for each of these owners, unless one is open; returns how many were new. $1 owners, $2 kind,
-- $3 key, $4 maximum of attempts.
SELECT runs_enqueue_many(
    $1::uuid [], $2, 'bulk', array_fill($3::text, ARRAY[cardinality($1::uuid [])]),
    array_fill('{}'::jsonb, ARRAY[cardinality($1::uuid [])]), $4
)

-- name: count_stale_sources
-- Returns how many sources have failed since before $1, and the number of their owners; needs no owner.
SELECT sources, owners FROM agenda_count_stale_sources($1)

-- name: end_overtaken_decisions
-- Ends the decisions about tasks whose status in the source has changed since: the source overrides them.
UPDATE agenda_decisions AS d SET ended_at = $3, ended_as = 'overtaken'
FROM agenda_tasks AS t
WHERE
    d.owner_id = $1 AND d.ended_at IS NULL AND t.owner_id = $1 AND t.id = d.task_id AND t.source_id = $2
    AND t.status <> d.task_status_at_decision

-- name: lock_tasks
-- Locks tasks until the transaction ends and returns them with their current decisions; instead of a hidden copy the
-- one that is shown.
SELECT t.id, t.status, t.source_id, d.kind, d.return_on
FROM agenda_tasks AS t
LEFT JOIN agenda_decisions AS d ON t.owner_id = d.owner_id AND t.id = d.task_id AND d.ended_at IS NULL
WHERE
    t.owner_id = $1 AND t.removed_at IS NULL
    AND t.id IN (
        SELECT coalesce(c.superseded_by, c.id) FROM agenda_tasks AS c WHERE c.owner_id = $1 AND c.id = ANY ($2::uuid [])
    )
ORDER BY t.id
FOR UPDATE OF t

-- name: replace_decisions
-- Ends the current decisions about these tasks as replaced. $4 are the ids of the decisions that replace them.
UPDATE agenda_decisions AS d SET ended_at = $2, ended_as = 'replaced', replaced_by = n.id
FROM unnest($3::uuid [], $4::uuid []) AS n (task_id, id)
WHERE d.owner_id = $1 AND d.task_id = n.task_id AND d.ended_at IS NULL

-- name: insert_decisions
-- Inserts decisions about tasks. $2 the kind, $3 the return date, $4 when, $5 by whom; $6 the tasks, $7 the ids of the
-- decisions.
INSERT INTO agenda_decisions (owner_id, id, task_id, kind, return_on, task_status_at_decision, made_at, made_by)
SELECT $1, n.id, n.task_id, $2, $3, t.status, $4, $5
FROM unnest($6::uuid [], $7::uuid []) AS n (task_id, id)
INNER JOIN agenda_tasks AS t ON t.owner_id = $1 AND t.id = n.task_id

-- name: complete_entries
-- Sets manual entries to done: they have no source with a status of its own.
UPDATE agenda_tasks SET status = 'done', completed_at = $3, completed_on = NULL, touched_at = $3
WHERE owner_id = $1 AND id = ANY ($2::uuid []) AND source_id IS NULL

-- name: undo_decisions
-- Ends the current decisions about these tasks as undone.
UPDATE agenda_decisions SET ended_at = $3, ended_as = 'undone'
WHERE owner_id = $1 AND task_id = ANY ($2::uuid []) AND ended_at IS NULL
RETURNING id, task_id

-- name: restore_decisions
-- Restores the decisions that undone decisions had replaced.
UPDATE agenda_decisions SET ended_at = NULL, ended_as = NULL, replaced_by = NULL
WHERE owner_id = $1 AND replaced_by = ANY ($2::uuid []) AND ended_as = 'replaced'

-- name: reopen_entries
-- Restores the status that manual entries had before these decisions.
UPDATE agenda_tasks AS t
SET status = d.task_status_at_decision, completed_at = NULL, completed_on = NULL, touched_at = $3
FROM agenda_decisions AS d
WHERE
    d.owner_id = $1 AND d.id = ANY ($2::uuid []) AND d.kind = 'done'
    AND t.owner_id = $1 AND t.id = d.task_id AND t.source_id IS NULL AND t.status = 'done'

-- name: list_decisions
-- Returns the decisions about a task, the latest first.
SELECT kind, return_on, made_at, made_by, ended_at, ended_as FROM agenda_decisions
WHERE owner_id = $1 AND task_id = $2
ORDER BY made_at DESC, id
LIMIT 50

-- name: list_open_tasks
-- Returns open tasks that are neither snoozed nor ignored, by due date. $2 the owner's date; $3 a project, or NULL for
-- all; $4 a part of the title, or empty; after ($5, $6), at most $7. Without the assignees $8 and
-- without the unassigned tasks of the files $9, each as “source:path”.
SELECT c.* FROM agenda_task_cards AS c
WHERE
    c.owner_id = $1 AND c.status NOT IN ('done', 'cancelled')
    AND (c.decision IS NULL OR c.return_on <= $2)
    AND ($3::uuid IS NULL OR c.project_id = $3)
    AND ($4 = '' OR position(lower($4) IN lower(c.title)) > 0)
    AND CASE
        WHEN c.assignee IS NULL THEN concat(c.source_id, ':', c.path) NOT IN (SELECT unnest($9::text []))
        ELSE c.assignee NOT IN (SELECT unnest($8::text []))
    END
    AND (c.due_order, c.id) > ($5::timestamptz, $6::uuid)
ORDER BY c.due_order, c.id
LIMIT $7

-- name: list_decided_tasks
-- Returns tasks with a decision of kind $2 and $3 in the title, after ($4, $5), at most $6. $7 the owner's date.
SELECT c.* FROM agenda_task_cards AS c
WHERE
    c.owner_id = $1 AND c.decision = $2 AND (c.return_on IS NULL OR c.return_on > $7)
    AND ($3 = '' OR position(lower($3) IN lower(c.title)) > 0)
    AND (c.due_order, c.id) > ($4::timestamptz, $5::uuid)
ORDER BY c.due_order, c.id
LIMIT $6

-- name: list_finished_tasks
-- Returns tasks that are done or cancelled, by source or decision, the latest first. $2 a project, or NULL for all;
-- $3 a part of the title, or empty; after ($4, $5), at most $6. $7 and $8 are $8 and $9 of
-- list_open_tasks.
SELECT u.* FROM (
    (
        SELECT c.*, c.finished_order AS finished_at FROM agenda_task_cards AS c
        WHERE
            c.owner_id = $1 AND c.status IN ('done', 'cancelled')
            AND ($2::uuid IS NULL OR c.project_id = $2)
            AND CASE
                WHEN c.assignee IS NULL THEN concat(c.source_id, ':', c.path) NOT IN (SELECT unnest($8::text []))
                ELSE c.assignee NOT IN (SELECT unnest($7::text []))
            END
            AND ($3 = '' OR position(lower($3) IN lower(c.title)) > 0)
            AND (c.finished_order < $4::timestamptz OR (c.finished_order = $4 AND c.id > $5::uuid))
        ORDER BY c.finished_order DESC, c.id
        LIMIT $6
    )
    UNION ALL
    (
        SELECT c.*, c.made_at AS finished_at FROM agenda_task_cards AS c
        WHERE
            c.owner_id = $1 AND c.decision = 'done' AND c.status NOT IN ('done', 'cancelled')
            AND ($2::uuid IS NULL OR c.project_id = $2)
            AND CASE
                WHEN c.assignee IS NULL THEN concat(c.source_id, ':', c.path) NOT IN (SELECT unnest($8::text []))
                ELSE c.assignee NOT IN (SELECT unnest($7::text []))
            END
            AND ($3 = '' OR position(lower($3) IN lower(c.title)) > 0)
            AND (c.made_at < $4::timestamptz OR (c.made_at = $4 AND c.id > $5::uuid))
        ORDER BY c.made_at DESC, c.id
        LIMIT $6
    )
) AS u
ORDER BY u.finished_at DESC, u.id
LIMIT $6

-- name: get_board
-- Returns for each open status the tasks that are due first, at most $4. $2 the owner's date; $3 a project, or NULL.
-- $5 and $6 are $8 and $9 of list_open_tasks.
SELECT one.* FROM unnest(ARRAY['open', 'in_progress', 'blocked']) AS state (name)
CROSS JOIN LATERAL (
    SELECT c.* FROM agenda_task_cards AS c
    WHERE
        c.owner_id = $1 AND c.status NOT IN ('done', 'cancelled') AND c.status = state.name
        AND (c.decision IS NULL OR c.return_on <= $2)
        AND ($3::uuid IS NULL OR c.project_id = $3)
        AND CASE
            WHEN c.assignee IS NULL THEN concat(c.source_id, ':', c.path) NOT IN (SELECT unnest($6::text []))
            ELSE c.assignee NOT IN (SELECT unnest($5::text []))
        END
    ORDER BY c.due_order, c.id
    LIMIT $4
) AS one

-- name: list_tasks_due
-- Returns open tasks due on the dates [$2, $3), for a calendar; $4 and $5 are the instants where these begin and end.
-- $6 the owner's date, at most $7.
SELECT c.* FROM agenda_task_cards AS c
WHERE
    c.owner_id = $1 AND c.status NOT IN ('done', 'cancelled')
    AND (c.decision IS NULL OR c.return_on <= $6)
    AND c.due_order >= least(($2::date)::timestamp AT TIME ZONE 'UTC', $4::timestamptz)
    AND c.due_order < greatest(($3::date)::timestamp AT TIME ZONE 'UTC', $5::timestamptz)
    AND ((c.due_on >= $2 AND c.due_on < $3) OR (c.due_at >= $4 AND c.due_at < $5))
ORDER BY c.due_order, c.id
LIMIT $7

-- name: get_task
-- Returns a task as pages show it; instead of a hidden copy the one that is shown.
SELECT c.*, a.absent_on FROM agenda_task_cards AS c
INNER JOIN agenda_tasks AS a ON c.owner_id = a.owner_id AND c.id = a.id
WHERE
    c.owner_id = $1
    AND c.id = coalesce((SELECT t.superseded_by FROM agenda_tasks AS t WHERE t.owner_id = $1 AND t.id = $2), $2)

-- name: get_tasks
-- Returns tasks as pages show them, such as those that block another.
SELECT c.* FROM agenda_task_cards AS c WHERE c.owner_id = $1 AND c.id = ANY ($2::uuid []) ORDER BY c.due_order, c.id

-- name: list_projects
-- Returns projects by name after ($2, $3), at most $4, with the numbers of their open and of their overdue tasks on $5,
-- the owner's date, which begins at $6; then the number of other people's open tasks. $7 and $8 are $8 and
-- $9 of list_open_tasks.
SELECT
    p.id, p.source_id, p.name, p.description, p.source_ref, p.canonical_id, s.name AS source,
    n.open, n.overdue, n.others
FROM agenda_projects AS p
LEFT JOIN agenda_sources AS s ON p.owner_id = s.owner_id AND p.source_id = s.id
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE h.is_mine) AS open,
        count(*) FILTER (WHERE h.is_mine AND (t.due_on < $5::date OR t.due_at < $6::timestamptz)) AS overdue,
        count(*) FILTER (WHERE NOT h.is_mine) AS others
    FROM agenda_tasks AS t
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN t.assignee IS NULL THEN concat(t.source_id, ':', t.path) NOT IN (SELECT unnest($8::text []))
                ELSE t.assignee NOT IN (SELECT unnest($7::text []))
            END AS is_mine
    ) AS h
    WHERE
        t.owner_id = $1 AND t.removed_at IS NULL AND t.superseded_by IS NULL
        AND t.status NOT IN ('done', 'cancelled')
        AND t.project_id = ANY (
            ARRAY(
                SELECT m.id FROM agenda_projects AS m
                WHERE m.owner_id = $1 AND (m.id = p.id OR m.canonical_id = p.id)
            )
        )
        AND NOT EXISTS (
            SELECT FROM agenda_decisions AS d
            WHERE
                d.owner_id = $1 AND d.task_id = t.id AND d.ended_at IS NULL AND d.task_status_at_decision = t.status
                AND (d.return_on IS NULL OR d.return_on > $5)
        )
) AS n
WHERE
    p.owner_id = $1 AND p.removed_at IS NULL AND p.canonical_id IS NULL
    AND (lower(p.name), p.id) > ($2::text, $3::uuid)
ORDER BY lower(p.name), p.id
LIMIT $4

-- name: list_project_names
-- Returns the projects for a select field, by name.
SELECT id, name FROM agenda_projects
WHERE owner_id = $1 AND removed_at IS NULL AND canonical_id IS NULL
ORDER BY lower(name), id
LIMIT 500

-- name: get_project
-- Returns a project, then the projects that are shown under it.
SELECT p.id, p.source_id, p.name, p.description, p.source_ref, p.canonical_id, s.name AS source
FROM agenda_projects AS p
LEFT JOIN agenda_sources AS s ON p.owner_id = s.owner_id AND p.source_id = s.id
WHERE p.owner_id = $1 AND (p.id = $2 OR p.canonical_id = $2) AND p.removed_at IS NULL
ORDER BY p.id <> $2, lower(p.name), p.id

-- name: list_merged_projects
-- Returns the projects that are shown under the projects $2.
SELECT p.id, p.source_id, p.name, p.description, p.source_ref, p.canonical_id, s.name AS source
FROM agenda_projects AS p
LEFT JOIN agenda_sources AS s ON p.owner_id = s.owner_id AND p.source_id = s.id
WHERE p.owner_id = $1 AND p.canonical_id = ANY ($2::uuid []) AND p.removed_at IS NULL
ORDER BY lower(p.name), p.id

-- name: list_named_projects
-- Returns all projects of a user with their canonical projects.
SELECT
    p.id, p.name, p.source_id, s.name AS source, p.source_ref, p.description <> '' AS is_described, p.canonical_id
FROM agenda_projects AS p
LEFT JOIN agenda_sources AS s ON p.owner_id = s.owner_id AND p.source_id = s.id
WHERE p.owner_id = $1 AND p.removed_at IS NULL
ORDER BY lower(p.name), p.id

-- name: list_project_aliases
-- Returns the merged names of a user.
SELECT alias_key, canonical_key FROM agenda_project_aliases WHERE owner_id = $1

-- name: insert_project_alias
-- Merges the name $3 with key $2 into the key $4.
INSERT INTO agenda_project_aliases (owner_id, alias_key, alias, canonical_key) VALUES ($1, $2, $3, $4)

-- name: move_project_aliases
-- Moves the names that were merged into key $2 to key $3.
UPDATE agenda_project_aliases SET canonical_key = $3 WHERE owner_id = $1 AND canonical_key = $2

-- name: delete_project_alias
-- Separates a merged name again; no row if it is not merged.
DELETE FROM agenda_project_aliases WHERE owner_id = $1 AND alias_key = $2 RETURNING alias

-- name: lock_projects
-- Locks the projects of a user until the transaction ends, with the lock of lock_source_and_copies: imports wait.
SELECT pg_advisory_xact_lock(hashtextextended('agenda_copies ' || $1::uuid::text, 0))

-- name: set_canonical_projects
-- Sets the canonical projects $3 of projects $2.
UPDATE agenda_projects AS p SET canonical_id = n.canonical_id
FROM unnest($2::uuid [], $3::uuid []) AS n (id, canonical_id)
WHERE p.owner_id = $1 AND p.id = n.id

-- name: list_phases
-- Returns the phases of a project in their order.
SELECT f.* FROM agenda_phase_facts AS f
INNER JOIN agenda_projects AS p ON f.owner_id = p.owner_id AND f.project_id = p.id
WHERE f.owner_id = $1 AND (p.id = $2 OR p.canonical_id = $2)
ORDER BY f.start_on, f.position, f.id

-- name: list_notes
-- Returns notes, the newest first. $2 a project, or NULL for all; $3 a part of title or text, or empty; after ($4, $5),
-- at most $6.
SELECT
    n.id, n.source_id, n.title, n.body, n.noted_at, n.source_ref, n.path, s.name AS source,
    coalesce(p.canonical_id, n.project_id) AS project_id, coalesce(c.name, p.name) AS project
FROM agenda_note_facts AS n
LEFT JOIN agenda_sources AS s ON n.owner_id = s.owner_id AND n.source_id = s.id
LEFT JOIN agenda_project_facts AS p ON n.owner_id = p.owner_id AND n.project_id = p.id
LEFT JOIN agenda_project_facts AS c ON p.owner_id = c.owner_id AND p.canonical_id = c.id
WHERE
    n.owner_id = $1 AND ($2::uuid IS NULL OR $2 IN (n.project_id, p.canonical_id))
    AND ($3 = '' OR position(lower($3) IN lower(n.title || ' ' || n.body)) > 0)
    AND (n.noted_at < $4::timestamptz OR (n.noted_at = $4 AND n.id > $5::uuid))
ORDER BY n.noted_at DESC, n.id
LIMIT $6

-- name: get_note
-- Returns a note.
SELECT
    n.id, n.source_id, n.title, n.body, n.noted_at, n.source_ref, n.path, s.name AS source,
    coalesce(p.canonical_id, n.project_id) AS project_id, coalesce(c.name, p.name) AS project
FROM agenda_note_facts AS n
LEFT JOIN agenda_sources AS s ON n.owner_id = s.owner_id AND n.source_id = s.id
LEFT JOIN agenda_project_facts AS p ON n.owner_id = p.owner_id AND n.project_id = p.id
LEFT JOIN agenda_project_facts AS c ON p.owner_id = c.owner_id AND p.canonical_id = c.id
WHERE n.owner_id = $1 AND n.id = $2

-- name: list_events
-- Returns events that overlap [$2, $3), at most $4.
SELECT e.*, s.name AS source
FROM agenda_event_facts AS e
LEFT JOIN agenda_sources AS s ON e.owner_id = s.owner_id AND e.source_id = s.id
WHERE e.owner_id = $1 AND e.superseded_by IS NULL AND e.ends_at >= $2 AND e.starts_at < $3
ORDER BY e.starts_at, e.id
LIMIT $4

-- name: get_event
-- Returns an event; instead of a hidden copy the one that is shown; no row if another source cancels it.
SELECT e.*, s.name AS source
FROM agenda_event_facts AS e
LEFT JOIN agenda_sources AS s ON e.owner_id = s.owner_id AND e.source_id = s.id
WHERE
    e.owner_id = $1
    AND e.id = coalesce((SELECT c.superseded_by FROM agenda_events AS c WHERE c.owner_id = $1 AND c.id = $2), $2)

-- name: is_empty
-- Returns whether a user has neither a source nor a manual entry.
SELECT
    NOT EXISTS (SELECT FROM agenda_sources WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_projects WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_tasks WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_events WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_notes WHERE owner_id = $1)

-- name: save_task
-- Inserts or updates a manually entered task.
INSERT INTO agenda_tasks AS stored (
    owner_id, id, external_id, path, source_ref, project_id, title, details, status, priority, start_on, start_at,
    due_on, due_at, completed_at, estimate_minutes, touched_at
) VALUES (
    $1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, $6, $7, $8, $9, $10, $11,
    CASE WHEN $6 = 'done' THEN $13::timestamptz END, $12, $13
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    project_id = excluded.project_id,
    phase_id = CASE WHEN stored.project_id IS NOT DISTINCT FROM excluded.project_id THEN stored.phase_id END,
    title = excluded.title,
    details = excluded.details,
    status = excluded.status,
    priority = excluded.priority,
    start_on = excluded.start_on,
    start_at = excluded.start_at,
    due_on = excluded.due_on,
    due_at = excluded.due_at,
    completed_on = NULL,
    completed_at = CASE
        WHEN excluded.status <> 'done' THEN NULL
        WHEN stored.status = 'done' THEN stored.completed_at
        ELSE excluded.completed_at
    END,
    estimate_minutes = excluded.estimate_minutes,
    touched_at = excluded.touched_at

-- name: end_decisions_on_entry
-- Ends the decision about a manually entered task after a change of its status.
UPDATE agenda_decisions AS d SET ended_at = $3, ended_as = 'overtaken'
FROM agenda_tasks AS t
WHERE
    d.owner_id = $1 AND d.task_id = $2 AND d.ended_at IS NULL AND t.owner_id = $1 AND t.id = $2
    AND t.status <> d.task_status_at_decision AND NOT (d.kind = 'done' AND t.status = 'done')

-- name: find_entry
-- Returns whether an item was entered manually; no row if it does not exist.
SELECT source_id IS NULL AS is_own FROM agenda_tasks
WHERE $2 = 'task' AND owner_id = $1 AND id = $3 AND removed_at IS NULL
UNION ALL
SELECT source_id IS NULL FROM agenda_notes WHERE $2 = 'note' AND owner_id = $1 AND id = $3 AND removed_at IS NULL
UNION ALL
SELECT source_id IS NULL FROM agenda_events WHERE $2 = 'event' AND owner_id = $1 AND id = $3 AND removed_at IS NULL
UNION ALL
SELECT source_id IS NULL FROM agenda_projects WHERE $2 = 'project' AND owner_id = $1 AND id = $3 AND removed_at IS NULL

-- name: save_project
-- Inserts or updates a manually entered project.
INSERT INTO agenda_projects (owner_id, id, external_id, path, source_ref, name, description)
VALUES ($1, $2, $2::uuid::text, '', 'Daybreak', $3, $4)
ON CONFLICT (owner_id, id) DO UPDATE SET name = excluded.name, description = excluded.description

-- name: add_phase
-- Appends a phase to a manually entered project.
INSERT INTO agenda_phases (owner_id, id, external_id, path, source_ref, project_id, name, start_on, end_on, position)
SELECT $1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, $6, count(*) FROM agenda_phases
WHERE owner_id = $1 AND project_id = $3

-- name: save_note
-- Inserts or updates a manually entered note.
INSERT INTO agenda_notes (owner_id, id, external_id, path, source_ref, project_id, title, body, noted_at)
VALUES ($1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, $6)
ON CONFLICT (owner_id, id) DO UPDATE SET
    project_id = excluded.project_id, title = excluded.title, body = excluded.body, noted_at = excluded.noted_at

-- name: save_event
-- Inserts or updates a manually entered event.
INSERT INTO agenda_events (
    owner_id, id, external_id, path, source_ref, title, location, all_day, floating, starts_at, ends_at, busy, tentative
) VALUES ($1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, FALSE, $6, $7, TRUE, FALSE)
ON CONFLICT (owner_id, id) DO UPDATE SET
    title = excluded.title,
    location = excluded.location,
    all_day = excluded.all_day,
    starts_at = excluded.starts_at,
    ends_at = excluded.ends_at

-- name: remove_task_entry
-- Removes a manually entered task, or restores it if $3 is NULL.
UPDATE agenda_tasks SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: remove_note_entry
-- Removes or restores a manually entered note likewise.
UPDATE agenda_notes SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: remove_event_entry
-- Removes or restores a manually entered event likewise.
UPDATE agenda_events SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: remove_project_entry
-- Removes or restores a manually entered project likewise; its tasks stay, without a project while it is removed.
UPDATE agenda_projects SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: get_source
-- Returns a source, with the number of its items.
SELECT
    s.*,
    (
        SELECT count(*) FROM agenda_tasks AS t
        WHERE t.owner_id = s.owner_id AND t.source_id = s.id AND t.removed_at IS NULL
    ) AS tasks,
    (
        SELECT count(*) FROM agenda_events AS e
        WHERE e.owner_id = s.owner_id AND e.source_id = s.id AND e.removed_at IS NULL
    ) AS events,
    (
        SELECT count(*) FROM agenda_notes AS n
        WHERE n.owner_id = s.owner_id AND n.source_id = s.id AND n.removed_at IS NULL
    ) AS notes,
    (
        SELECT count(*) FROM agenda_source_warnings AS w
        WHERE w.owner_id = s.owner_id AND w.source_id = s.id
    ) AS warnings,
    (
        SELECT count(*) FROM agenda_tasks AS t
        WHERE t.owner_id = s.owner_id AND t.source_id = s.id AND t.removed_at IS NULL AND t.absence IS NOT NULL
    ) + (
        SELECT count(*) FROM agenda_events AS e
        WHERE e.owner_id = s.owner_id AND e.source_id = s.id AND e.removed_at IS NULL AND e.absence IS NOT NULL
    ) + (
        SELECT count(*) FROM agenda_notes AS n
        WHERE n.owner_id = s.owner_id AND n.source_id = s.id AND n.removed_at IS NULL AND n.absence IS NOT NULL
    ) AS absent
FROM agenda_source_facts AS s
WHERE s.owner_id = $1 AND s.id = $2

-- name: list_files
-- Returns the files of an upload.
SELECT path, content, modified_at FROM agenda_upload_files WHERE owner_id = $1 AND source_id = $2 ORDER BY path

-- name: delete_files
-- Deletes the files of an upload, which others then replace.
DELETE FROM agenda_upload_files WHERE owner_id = $1 AND source_id = $2

-- name: insert_files
-- Inserts the files of an upload.
INSERT INTO agenda_upload_files (owner_id, source_id, path, content, size, modified_at)
SELECT $1, $2, f.path, f.content, f.size, f.modified_at
FROM unnest($3::text [], $4::bytea [], $5::integer [], $6::timestamptz []) AS f (path, content, size, modified_at)

-- name: lock_entry
-- Locks an id until the transaction ends; other transactions that change the item wait.
SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))
