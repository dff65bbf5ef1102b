-- name: read_agendas
-- All that briefs look at, in one round trip: a row for each owner, each column an array of rows.
-- $1 owners; for each of them events that overlap [$2, $3), tasks finished since $4, notes since $5; $6 sources,
-- NULL for all; $7 ids of tasks that are given even if finished earlier.
SELECT
    want.owner_id,
    ARRAY(
        SELECT s FROM agenda_source_facts AS s
        WHERE s.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR s.id = ANY ($6))
        ORDER BY s.name, s.id
    ) AS sources,
    ARRAY(
        SELECT w FROM agenda_warnings AS w
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
                OR t.id = ANY ($7::uuid [])
            )
        ORDER BY t.id
    ) AS tasks,
    ARRAY(SELECT d FROM agenda_decision_facts AS d WHERE d.owner_id = want.owner_id) AS decisions,
    ARRAY(
        SELECT e FROM agenda_event_facts AS e
        WHERE
            e.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR e.source_id = ANY ($6))
            AND e.ends_at >= want.events_from AND e.starts_at < want.events_until
        ORDER BY e.starts_at, e.id
    ) AS events,
    ARRAY(
        SELECT n FROM agenda_note_facts AS n
        WHERE
            n.owner_id = want.owner_id AND ($6::uuid [] IS NULL OR n.source_id = ANY ($6))
            AND n.noted_at >= want.notes_since
        ORDER BY n.noted_at DESC, n.id
    ) AS notes
FROM unnest($1::uuid [], $2::timestamptz [], $3::timestamptz [], $4::timestamptz [], $5::timestamptz [])
    AS want (owner_id, events_from, events_until, done_since, notes_since)

-- name: list_sources
-- The sources of one user, with how many things each gave.
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
        SELECT count(*) FROM agenda_warnings AS w
        WHERE w.owner_id = s.owner_id AND w.source_id = s.id
    ) AS warnings
FROM agenda_source_facts AS s
WHERE s.owner_id = $1
ORDER BY s.name, s.id

-- name: list_warnings
-- What could not be read of a source.
SELECT source_id, path, line, message FROM agenda_warnings
WHERE owner_id = $1 AND source_id = $2
ORDER BY position

-- name: add_source
-- A source, new or as it was: the same place is one source.
INSERT INTO agenda_sources (owner_id, id, kind, name, locator, locator_sha256, secret)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (owner_id, kind, locator_sha256) DO NOTHING

-- name: lock_source
-- One source for reading into, held until the transaction ends: two imports of it take turns.
SELECT * FROM agenda_sources WHERE owner_id = $1 AND id = $2 FOR UPDATE

-- name: remove_source
-- Forget a source and all that it gave.
DELETE FROM agenda_sources WHERE owner_id = $1 AND id = $2

-- name: remove_never_read
-- Forget a source that could not be read and never was.
DELETE FROM agenda_sources WHERE owner_id = $1 AND id = $2 AND last_read_at IS NULL

-- name: known_rows
-- What is stored of a source, to be compared with what was read, and whether it is missed if that lacks it.
-- Of the events only those that were read ($7) and those of the stretch that was covered: whole-day and
-- floating ones of [$3, $4), timed ones of [$5, $6).
SELECT 'projects' AS kind, id, fingerprint, path, removed_at IS NULL AS is_current
FROM agenda_projects WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT 'phases', id, fingerprint, path, removed_at IS NULL
FROM agenda_phases WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT 'tasks', id, fingerprint, path, removed_at IS NULL
FROM agenda_tasks WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT 'notes', id, fingerprint, path, removed_at IS NULL
FROM agenda_notes WHERE owner_id = $1 AND source_id = $2
UNION ALL
SELECT 'events', e.id, e.fingerprint, e.path, e.removed_at IS NULL AND covered.whether
FROM agenda_events AS e
CROSS JOIN LATERAL (
    SELECT
        tstzrange(e.starts_at, greatest(e.ends_at, e.starts_at + interval '1 microsecond'))
        && CASE WHEN e.all_day OR e.floating THEN tstzrange($3, $4) ELSE tstzrange($5, $6) END AS whether
) AS covered
WHERE e.owner_id = $1 AND e.source_id = $2 AND (covered.whether OR e.id = ANY ($7::uuid []))

-- name: write_projects
INSERT INTO agenda_projects AS kept
(owner_id, source_id, id, external_id, fingerprint, path, name, description, place)
SELECT $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.name, r.description, r.place
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, name text, description text, place text
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    name = excluded.name,
    description = excluded.description,
    place = excluded.place

-- name: write_phases
INSERT INTO agenda_phases AS kept
(owner_id, source_id, id, external_id, fingerprint, path, project_id, name, description, start_on, end_on, position, place)
SELECT
    $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.project_id, r.name, r.description, r.start_on, r.end_on,
    r.position, r.place
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, project_id uuid, name text, description text,
    start_on date, end_on date, position integer, place text
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    project_id = excluded.project_id,
    name = excluded.name,
    description = excluded.description,
    start_on = excluded.start_on,
    end_on = excluded.end_on,
    position = excluded.position,
    place = excluded.place

-- name: write_tasks
-- A task that was open and is now done without saying since when was finished when that was noticed: $4. It was
-- touched when its source says so; else when its file was changed, unless it only stands in another place.
INSERT INTO agenda_tasks AS kept (
    owner_id, source_id, id, external_id, fingerprint, path, project_id, phase_id, title, details, status, priority,
    start_on, start_at, due_on, due_at, completed_on, completed_at, estimate_minutes, assignee, tags,
    recurrence, blocked_by, touched_at, place
)
SELECT
    $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.project_id, r.phase_id, r.title, r.details, r.status,
    r.priority, r.start_on, r.start_at, r.due_on, r.due_at, r.completed_on, r.completed_at,
    r.estimate_minutes, r.assignee, r.tags, r.recurrence, r.blocked_by,
    CASE
        WHEN r.said_touched_at IS NOT NULL THEN r.said_touched_at
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
    r.place
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, project_id uuid, phase_id uuid, title text, details text,
    status text, priority smallint, start_on date, start_at timestamptz, due_on date, due_at timestamptz,
    completed_on date, completed_at timestamptz, estimate_minutes integer, assignee text, tags text [],
    recurrence text, blocked_by uuid [], said_touched_at timestamptz, file_changed_at timestamptz, place text
)
LEFT JOIN agenda_tasks AS was ON was.owner_id = $1 AND was.id = r.id
ON CONFLICT (owner_id, id) DO UPDATE SET
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
    completed_at = CASE
        WHEN excluded.status <> 'done' OR excluded.completed_on IS NOT NULL THEN NULL
        WHEN excluded.completed_at IS NOT NULL THEN excluded.completed_at
        WHEN kept.status = 'done' THEN kept.completed_at
        ELSE $4::timestamptz
    END,
    estimate_minutes = excluded.estimate_minutes,
    assignee = excluded.assignee,
    tags = excluded.tags,
    recurrence = excluded.recurrence,
    blocked_by = excluded.blocked_by,
    touched_at = excluded.touched_at,
    place = excluded.place

-- name: write_events
INSERT INTO agenda_events AS kept (
    owner_id, source_id, id, external_id, fingerprint, path, title, location, all_day, floating, starts_at, ends_at,
    busy, tentative, organizer, place
)
SELECT
    $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.title, r.location, r.all_day, r.floating, r.starts_at,
    r.ends_at, r.busy, r.tentative, r.organizer, r.place
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, title text, location text, all_day boolean,
    floating boolean, starts_at timestamptz, ends_at timestamptz, busy boolean, tentative boolean,
    organizer text, place text
)
ON CONFLICT (owner_id, id) DO UPDATE SET
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
    place = excluded.place

-- name: write_notes
INSERT INTO agenda_notes AS kept
(owner_id, source_id, id, external_id, fingerprint, path, project_id, title, body, noted_at, place)
SELECT $1, $2, r.id, r.external_id, r.fingerprint, r.path, r.project_id, r.title, r.body, r.noted_at, r.place
FROM json_to_recordset($3::json) AS r (
    id uuid, external_id text, fingerprint bytea, path text, project_id uuid, title text, body text,
    noted_at timestamptz, place text
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    removed_at = NULL,
    fingerprint = excluded.fingerprint,
    path = excluded.path,
    project_id = excluded.project_id,
    title = excluded.title,
    body = excluded.body,
    noted_at = excluded.noted_at,
    place = excluded.place

-- name: remove_projects
-- Projects that nothing of an unread file is in.
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
-- Phases that nothing of an unread file is in.
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

-- name: clear_warnings
DELETE FROM agenda_warnings WHERE owner_id = $1 AND source_id = $2

-- name: write_warnings
INSERT INTO agenda_warnings (owner_id, source_id, position, path, line, message)
SELECT $1, $2, w.position, w.path, w.line, w.message
FROM unnest($3::text [], $4::integer [], $5::text []) WITH ORDINALITY AS w (path, line, message, position)

-- name: mark_read
-- The source was read: when, and whether anything had changed.
UPDATE agenda_sources
SET
    last_read_at = $3,
    last_changed_at = CASE WHEN $4::boolean THEN $3 ELSE last_changed_at END,
    failing_since = NULL,
    error = NULL
WHERE owner_id = $1 AND id = $2

-- name: mark_failing
-- The source could not be read; what it gave before stays.
UPDATE agenda_sources
SET failing_since = coalesce(failing_since, $3), error = $4
WHERE owner_id = $1 AND id = $2

-- name: keep_copy
-- The last good copy of an address, and what to ask with next time.
UPDATE agenda_sources SET last_good_copy = $3, etag = $4, http_last_modified = $5
WHERE owner_id = $1 AND id = $2

-- name: end_overtaken_decisions
-- A source now says something else of these tasks than when somebody decided about them: what it says counts.
UPDATE agenda_decisions AS d SET ended_at = $3, ended_as = 'overtaken'
FROM agenda_tasks AS t
WHERE
    d.owner_id = $1 AND d.ended_at IS NULL AND t.owner_id = $1 AND t.id = d.task_id AND t.source_id = $2
    AND t.status <> d.status_then

-- name: lock_tasks
-- Tasks to decide about, held until the transaction ends, with the decision that stands about each.
SELECT t.id, t.status, t.source_id, d.kind, d.return_on
FROM agenda_tasks AS t
LEFT JOIN agenda_decisions AS d ON t.owner_id = d.owner_id AND t.id = d.task_id AND d.ended_at IS NULL
WHERE t.owner_id = $1 AND t.id = ANY ($2::uuid []) AND t.removed_at IS NULL
ORDER BY t.id
FOR UPDATE OF t

-- name: replace_decisions
-- End what stands about these tasks because something else was decided. $4 are the ids of what replaces it.
UPDATE agenda_decisions AS d SET ended_at = $2, ended_as = 'replaced', replaced_by = n.id
FROM unnest($3::uuid [], $4::uuid []) AS n (task_id, id)
WHERE d.owner_id = $1 AND d.task_id = n.task_id AND d.ended_at IS NULL

-- name: write_decisions
-- Decide about tasks. $2 what, $3 until which day, $4 when, $5 who; for each task $6 it, $7 the decision's id.
INSERT INTO agenda_decisions (owner_id, id, task_id, kind, return_on, status_then, made_at, made_by)
SELECT $1, n.id, n.task_id, $2, $3, t.status, $4, $5
FROM unnest($6::uuid [], $7::uuid []) AS n (task_id, id)
INNER JOIN agenda_tasks AS t ON t.owner_id = $1 AND t.id = n.task_id

-- name: finish_own_tasks
-- Tasks that were entered in Daybreak have no source that could say otherwise: they are done.
UPDATE agenda_tasks SET status = 'done', completed_at = $3, completed_on = NULL, touched_at = $3
WHERE owner_id = $1 AND id = ANY ($2::uuid []) AND source_id IS NULL

-- name: undo_decisions
-- End what stands about these tasks as if it had not been.
UPDATE agenda_decisions SET ended_at = $3, ended_as = 'undone'
WHERE owner_id = $1 AND task_id = ANY ($2::uuid []) AND ended_at IS NULL
RETURNING id, task_id

-- name: restore_decisions
-- What had been replaced by decisions that were undone stands again.
UPDATE agenda_decisions SET ended_at = NULL, ended_as = NULL, replaced_by = NULL
WHERE owner_id = $1 AND replaced_by = ANY ($2::uuid []) AND ended_as = 'replaced'

-- name: reopen_own_tasks
-- Tasks that were entered in Daybreak are as they were before these decisions.
UPDATE agenda_tasks AS t
SET status = d.status_then, completed_at = NULL, completed_on = NULL, touched_at = $3
FROM agenda_decisions AS d
WHERE
    d.owner_id = $1 AND d.id = ANY ($2::uuid []) AND d.kind = 'done'
    AND t.owner_id = $1 AND t.id = d.task_id AND t.source_id IS NULL AND t.status = 'done'

-- name: list_decisions
-- All that was decided about a task, the latest first.
SELECT kind, return_on, made_at, made_by, ended_at, ended_as FROM agenda_decisions
WHERE owner_id = $1 AND task_id = $2
ORDER BY made_at DESC, id
LIMIT 50
