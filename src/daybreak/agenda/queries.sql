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
-- A source, new or as it was: the same place is one source. Its id follows from the place, so two who add it at once may
-- meet in either key.
INSERT INTO agenda_sources (owner_id, id, kind, name, locator, locator_sha256, secret)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING

-- name: note_upload
-- Files of that source came at $3.
UPDATE agenda_sources SET uploaded_at = $3 WHERE owner_id = $1 AND id = $2

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
SET failing_since = coalesce(failing_since, $3), error = $4, last_tried_at = $3
WHERE owner_id = $1 AND id = $2

-- name: keep_copy
-- The last good copy of an address, and what to ask with next time.
UPDATE agenda_sources SET last_good_copy = $3, etag = $4, http_last_modified = $5
WHERE owner_id = $1 AND id = $2

-- name: list_due_refreshes
-- Whose calendar addresses should be asked again; needs no owner. $1 not asked since, $2 how many owners.
SELECT agenda_due_refreshes($1, $2) AS owner_id

-- name: start_refreshes
-- Start a refresh for each of these owners, unless one is open; gives how many were new. $1 owners, $2 kind, $3 key,
-- $4 most attempts.
SELECT runs_start_many(
    $1::uuid [], $2, 'bulk', array_fill($3::text, ARRAY[cardinality($1::uuid [])]),
    array_fill('{}'::jsonb, ARRAY[cardinality($1::uuid [])]), $4
)

-- name: count_stale
-- How many sources could not be read since then, and of how many owners; needs no owner.
SELECT sources, owners FROM agenda_count_stale($1)

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

-- name: list_open_tasks
-- Open tasks that nobody has put off, by when they are due. $2 the owner's date; $3 a project, or NULL for all; $4 what is
-- in the title, or empty; after ($5, $6), at most $7.
SELECT c.* FROM agenda_task_cards AS c
WHERE
    c.owner_id = $1 AND c.status NOT IN ('done', 'cancelled')
    AND (c.decision IS NULL OR c.return_on <= $2)
    AND ($3::uuid IS NULL OR c.project_id = $3)
    AND ($4 = '' OR position(lower($4) IN lower(c.title)) > 0)
    AND (c.due_order, c.id) > ($5::timestamptz, $6::uuid)
ORDER BY c.due_order, c.id
LIMIT $7

-- name: list_decided_tasks
-- Tasks about which this was decided ($2), of which $3 is in the title, after ($4, $5), at most $6. $7 the owner's date.
SELECT c.* FROM agenda_task_cards AS c
WHERE
    c.owner_id = $1 AND c.decision = $2 AND (c.return_on IS NULL OR c.return_on > $7)
    AND ($3 = '' OR position(lower($3) IN lower(c.title)) > 0)
    AND (c.due_order, c.id) > ($4::timestamptz, $5::uuid)
ORDER BY c.due_order, c.id
LIMIT $6

-- name: list_finished_tasks
-- Tasks that are over, by their source or by decision, the latest first. $2 a project, or NULL for all; $3 what is in the
-- title, or empty; after ($4, $5), at most $6.
SELECT u.* FROM (
    (
        SELECT c.*, c.finished_order AS finished_at FROM agenda_task_cards AS c
        WHERE
            c.owner_id = $1 AND c.status IN ('done', 'cancelled')
            AND ($2::uuid IS NULL OR c.project_id = $2)
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
            AND ($3 = '' OR position(lower($3) IN lower(c.title)) > 0)
            AND (c.made_at < $4::timestamptz OR (c.made_at = $4 AND c.id > $5::uuid))
        ORDER BY c.made_at DESC, c.id
        LIMIT $6
    )
) AS u
ORDER BY u.finished_at DESC, u.id
LIMIT $6

-- name: list_board
-- For each of the open states the tasks that are due first, at most $4. $2 the owner's date; $3 a project, or NULL.
SELECT one.* FROM unnest(ARRAY['open', 'in_progress', 'blocked']) AS state (name)
CROSS JOIN LATERAL (
    SELECT c.* FROM agenda_task_cards AS c
    WHERE
        c.owner_id = $1 AND c.status NOT IN ('done', 'cancelled') AND c.status = state.name
        AND (c.decision IS NULL OR c.return_on <= $2)
        AND ($3::uuid IS NULL OR c.project_id = $3)
    ORDER BY c.due_order, c.id
    LIMIT $4
) AS one

-- name: list_tasks_due
-- Open tasks of these dates [$2, $3), for a calendar; $4 and $5 are the instants where they begin and end. $6 the
-- owner's date, at most $7.
SELECT c.* FROM agenda_task_cards AS c
WHERE
    c.owner_id = $1 AND c.status NOT IN ('done', 'cancelled')
    AND (c.decision IS NULL OR c.return_on <= $6)
    AND c.due_order >= least(($2::date)::timestamp AT TIME ZONE 'UTC', $4::timestamptz)
    AND c.due_order < greatest(($3::date)::timestamp AT TIME ZONE 'UTC', $5::timestamptz)
    AND ((c.due_on >= $2 AND c.due_on < $3) OR (c.due_at >= $4 AND c.due_at < $5))
ORDER BY c.due_order, c.id
LIMIT $7

-- name: read_card
-- One task as pages show it.
SELECT c.* FROM agenda_task_cards AS c WHERE c.owner_id = $1 AND c.id = $2

-- name: read_cards
-- Tasks as pages show them, such as those that block another.
SELECT c.* FROM agenda_task_cards AS c WHERE c.owner_id = $1 AND c.id = ANY ($2::uuid []) ORDER BY c.due_order, c.id

-- name: list_projects
-- Projects by name after ($2, $3), at most $4, with how many tasks of each are open and how many of those are late by
-- $5, the owner's date, which begins at $6.
SELECT p.id, p.source_id, p.name, p.description, p.place, s.name AS source, n.open, n.late
FROM agenda_projects AS p
LEFT JOIN agenda_sources AS s ON p.owner_id = s.owner_id AND p.source_id = s.id
CROSS JOIN LATERAL (
    SELECT
        count(*) AS open,
        count(*) FILTER (WHERE t.due_on < $5::date OR t.due_at < $6::timestamptz) AS late
    FROM agenda_tasks AS t
    WHERE
        t.owner_id = $1 AND t.project_id = p.id AND t.removed_at IS NULL AND t.status NOT IN ('done', 'cancelled')
        AND NOT EXISTS (
            SELECT FROM agenda_decisions AS d
            WHERE
                d.owner_id = $1 AND d.task_id = t.id AND d.ended_at IS NULL AND d.status_then = t.status
                AND (d.return_on IS NULL OR d.return_on > $5)
        )
) AS n
WHERE p.owner_id = $1 AND p.removed_at IS NULL AND (lower(p.name), p.id) > ($2::text, $3::uuid)
ORDER BY lower(p.name), p.id
LIMIT $4

-- name: name_projects
-- The projects to choose from, by name.
SELECT id, name FROM agenda_projects WHERE owner_id = $1 AND removed_at IS NULL ORDER BY lower(name), id LIMIT 500

-- name: read_project
-- One project.
SELECT p.id, p.source_id, p.name, p.description, p.place, s.name AS source
FROM agenda_projects AS p
LEFT JOIN agenda_sources AS s ON p.owner_id = s.owner_id AND p.source_id = s.id
WHERE p.owner_id = $1 AND p.id = $2 AND p.removed_at IS NULL

-- name: list_phases
-- The phases of a project in their order.
SELECT f.* FROM agenda_phase_facts AS f
WHERE f.owner_id = $1 AND f.project_id = $2
ORDER BY f.start_on, f.position, f.id

-- name: list_notes
-- Notes, the newest first. $2 a project, or NULL for all; $3 what is in title or text, or empty; after ($4, $5), at most $6.
SELECT n.*, s.name AS source, p.name AS project
FROM agenda_note_facts AS n
LEFT JOIN agenda_sources AS s ON n.owner_id = s.owner_id AND n.source_id = s.id
LEFT JOIN agenda_project_facts AS p ON n.owner_id = p.owner_id AND n.project_id = p.id
WHERE
    n.owner_id = $1 AND ($2::uuid IS NULL OR n.project_id = $2)
    AND ($3 = '' OR position(lower($3) IN lower(n.title || ' ' || n.body)) > 0)
    AND (n.noted_at < $4::timestamptz OR (n.noted_at = $4 AND n.id > $5::uuid))
ORDER BY n.noted_at DESC, n.id
LIMIT $6

-- name: read_note
-- One note.
SELECT n.*, s.name AS source, p.name AS project
FROM agenda_note_facts AS n
LEFT JOIN agenda_sources AS s ON n.owner_id = s.owner_id AND n.source_id = s.id
LEFT JOIN agenda_project_facts AS p ON n.owner_id = p.owner_id AND n.project_id = p.id
WHERE n.owner_id = $1 AND n.id = $2

-- name: list_events
-- Events that overlap [$2, $3), with a day to spare for floating ones, at most $4.
SELECT e.*, s.name AS source
FROM agenda_event_facts AS e
LEFT JOIN agenda_sources AS s ON e.owner_id = s.owner_id AND e.source_id = s.id
WHERE e.owner_id = $1 AND e.ends_at >= $2 AND e.starts_at < $3
ORDER BY e.starts_at, e.id
LIMIT $4

-- name: read_event
-- One event.
SELECT e.*, s.name AS source
FROM agenda_event_facts AS e
LEFT JOIN agenda_sources AS s ON e.owner_id = s.owner_id AND e.source_id = s.id
WHERE e.owner_id = $1 AND e.id = $2

-- name: is_empty
-- Whether somebody has neither a source nor anything of their own.
SELECT
    NOT EXISTS (SELECT FROM agenda_sources WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_projects WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_tasks WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_events WHERE owner_id = $1)
    AND NOT EXISTS (SELECT FROM agenda_notes WHERE owner_id = $1)

-- name: write_own_task
-- A task that was entered in Daybreak, new or changed. A change of its status overtakes what was decided.
INSERT INTO agenda_tasks AS kept (
    owner_id, id, external_id, path, place, project_id, title, details, status, priority, start_on, start_at, due_on,
    due_at, completed_at, estimate_minutes, touched_at
) VALUES (
    $1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, $6, $7, $8, $9, $10, $11,
    CASE WHEN $6 = 'done' THEN $13::timestamptz END, $12, $13
)
ON CONFLICT (owner_id, id) DO UPDATE SET
    project_id = excluded.project_id,
    phase_id = CASE WHEN kept.project_id IS NOT DISTINCT FROM excluded.project_id THEN kept.phase_id END,
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
        WHEN excluded.status <> 'done' THEN NULL WHEN kept.status = 'done' THEN kept.completed_at ELSE excluded.completed_at
    END,
    estimate_minutes = excluded.estimate_minutes,
    touched_at = excluded.touched_at

-- name: end_decisions_on_own_task
-- Its owner now says something else of the task itself.
UPDATE agenda_decisions AS d SET ended_at = $3, ended_as = 'overtaken'
FROM agenda_tasks AS t
WHERE
    d.owner_id = $1 AND d.task_id = $2 AND d.ended_at IS NULL AND t.owner_id = $1 AND t.id = $2
    AND t.status <> d.status_then AND NOT (d.kind = 'done' AND t.status = 'done')

-- name: lock_own
-- Whether a thing was entered in Daybreak; no row when there is no such thing.
SELECT source_id IS NULL AS is_own FROM agenda_tasks WHERE $2 = 'task' AND owner_id = $1 AND id = $3 AND removed_at IS NULL
UNION ALL
SELECT source_id IS NULL FROM agenda_notes WHERE $2 = 'note' AND owner_id = $1 AND id = $3 AND removed_at IS NULL
UNION ALL
SELECT source_id IS NULL FROM agenda_events WHERE $2 = 'event' AND owner_id = $1 AND id = $3 AND removed_at IS NULL
UNION ALL
SELECT source_id IS NULL FROM agenda_projects WHERE $2 = 'project' AND owner_id = $1 AND id = $3 AND removed_at IS NULL

-- name: write_own_project
-- A project that was entered in Daybreak, new or changed.
INSERT INTO agenda_projects (owner_id, id, external_id, path, place, name, description)
VALUES ($1, $2, $2::uuid::text, '', 'Daybreak', $3, $4)
ON CONFLICT (owner_id, id) DO UPDATE SET name = excluded.name, description = excluded.description

-- name: write_own_phase
-- A phase of a project that was entered in Daybreak; it comes after those that are there.
INSERT INTO agenda_phases (owner_id, id, external_id, path, place, project_id, name, start_on, end_on, position)
SELECT $1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, $6, count(*) FROM agenda_phases WHERE owner_id = $1 AND project_id = $3

-- name: write_own_note
-- A note that was entered in Daybreak, new or changed.
INSERT INTO agenda_notes (owner_id, id, external_id, path, place, project_id, title, body, noted_at)
VALUES ($1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, $6)
ON CONFLICT (owner_id, id) DO UPDATE SET
    project_id = excluded.project_id, title = excluded.title, body = excluded.body, noted_at = excluded.noted_at

-- name: write_own_event
-- An event that was entered in Daybreak, new or changed.
INSERT INTO agenda_events (
    owner_id, id, external_id, path, place, title, location, all_day, floating, starts_at, ends_at, busy, tentative
) VALUES ($1, $2, $2::uuid::text, '', 'Daybreak', $3, $4, $5, FALSE, $6, $7, TRUE, FALSE)
ON CONFLICT (owner_id, id) DO UPDATE SET
    title = excluded.title,
    location = excluded.location,
    all_day = excluded.all_day,
    starts_at = excluded.starts_at,
    ends_at = excluded.ends_at

-- name: remove_own_task
-- Remove a task that was entered in Daybreak, or bring it back: $3 NULL.
UPDATE agenda_tasks SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: remove_own_note
-- Likewise a note.
UPDATE agenda_notes SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: remove_own_event
-- Likewise an event.
UPDATE agenda_events SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: remove_own_project
-- Likewise a project; its tasks stay, without a project while it is gone.
UPDATE agenda_projects SET removed_at = $3 WHERE owner_id = $1 AND id = $2 AND source_id IS NULL RETURNING id

-- name: read_source
-- One source, with how many things it gave.
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
WHERE s.owner_id = $1 AND s.id = $2

-- name: list_files
-- The files of an upload.
SELECT path, content, modified_at FROM agenda_files WHERE owner_id = $1 AND source_id = $2 ORDER BY path

-- name: clear_files
-- Forget the files of an upload, to be replaced by others.
DELETE FROM agenda_files WHERE owner_id = $1 AND source_id = $2

-- name: write_files
-- The files of an upload.
INSERT INTO agenda_files (owner_id, source_id, path, content, size, modified_at)
SELECT $1, $2, f.path, f.content, f.size, f.modified_at
FROM unnest($3::text [], $4::bytea [], $5::integer [], $6::timestamptz []) AS f (path, content, size, modified_at)

-- name: hold_thing
-- Whoever else changes the thing of that id waits until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 0))
