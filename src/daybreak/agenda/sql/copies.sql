-- revision: 1

-- Shows the newest copy of each task and event that several sources of an owner have, and hides the others: their
-- superseded_by is the id of the shown one. Copies are two entries with an id that no program uses again; tasks
-- without an id with the same title, project and due date; events with the same title and times. Entries of one source
-- are never copies of each other. Of equally new copies the one that is shown already stays. The current decision about
-- a hidden task moves to the shown one. The caller must hold the lock of lock_source_and_copies; `leaving` is a source
-- that is about to be deleted.
CREATE OR REPLACE FUNCTION agenda_mark_copies(owner uuid, leaving uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    IF (SELECT count(*) FROM agenda_sources AS s WHERE s.owner_id = owner) < 2 THEN
        RETURN;
    END IF;
    PERFORM agenda_keep_decisions(owner, leaving);
    PERFORM agenda_mark_task_copies(owner, leaving);
    PERFORM agenda_move_decisions(owner, at);
    PERFORM agenda_mark_event_copies(owner, leaving);
END
$$;
REVOKE ALL ON FUNCTION agenda_mark_copies(uuid, uuid, timestamptz) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_mark_copies(uuid, uuid, timestamptz) TO daybreak_app;

-- Moves the current decisions about shown tasks that are gone, or whose source is leaving, to a hidden copy.
CREATE OR REPLACE FUNCTION agenda_keep_decisions(owner uuid, leaving uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    UPDATE agenda_decisions AS d SET task_id = m.copy
    FROM (
        SELECT DISTINCT ON (gone.id) gone.id, copy.id AS copy
        FROM agenda_tasks AS copy
        INNER JOIN agenda_tasks AS gone ON copy.owner_id = gone.owner_id AND copy.superseded_by = gone.id
        INNER JOIN agenda_decisions AS made
            ON
                gone.owner_id = made.owner_id AND gone.id = made.task_id AND made.ended_at IS NULL
                AND copy.status = made.task_status_at_decision
        WHERE
            copy.owner_id = owner AND copy.superseded_by IS NOT NULL AND copy.removed_at IS NULL
            AND copy.source_id IS DISTINCT FROM leaving
            AND (gone.removed_at IS NOT NULL OR gone.source_id = leaving)
            AND NOT EXISTS (
                SELECT FROM agenda_decisions AS own
                WHERE own.owner_id = owner AND own.task_id = copy.id AND own.ended_at IS NULL
            )
        ORDER BY gone.id, copy.touched_at DESC, copy.id
    ) AS m
    WHERE d.owner_id = owner AND d.task_id = m.id
$$;
REVOKE ALL ON FUNCTION agenda_keep_decisions(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_keep_decisions(uuid, uuid) TO daybreak_app;

-- Ids that are never used again are UUIDs, UIDs of calendars and long numbers; a key such as WEB-1 is one of a project.
CREATE OR REPLACE FUNCTION agenda_mark_task_copies(owner uuid, leaving uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    WITH known AS MATERIALIZED (
        SELECT
            t.id, t.source_id, t.superseded_by, t.touched_at, t.absent_on, s.created_at,
            (CASE
                WHEN
                    NOT starts_with(t.native_id, t.path || '#')
                    AND (
                        t.native_id ~* '^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}' OR t.native_id ~ '^[0-9]{10,}$'
                        OR t.native_id LIKE '%_@_%'
                        OR (
                            length(t.source_ref) >= 8
                            AND (t.native_id = t.source_ref OR starts_with(t.native_id, t.source_ref || '/'))
                        )
                    )
                    THEN 'id ' || lower(t.native_id)
                WHEN t.native_id ~ '^[A-Z][A-Z0-9_]+-[0-9]+$'
                    THEN concat_ws(E'\n', 'key', t.native_id, lower(coalesce(p.name, t.title)))
                WHEN t.due_on IS NOT NULL OR t.due_at IS NOT NULL
                    THEN concat_ws(E'\n', 'task', lower(t.title), lower(p.name), t.due_on, t.due_at)
            END) COLLATE "C" AS key
        FROM agenda_tasks AS t
        INNER JOIN agenda_sources AS s ON t.owner_id = s.owner_id AND t.source_id = s.id
        LEFT JOIN agenda_projects AS p ON t.owner_id = p.owner_id AND t.project_id = p.id
        WHERE t.owner_id = owner AND t.removed_at IS NULL AND t.source_id IS DISTINCT FROM leaving
    ),
    newest AS (
        SELECT DISTINCT ON (k.key) k.key, k.id, k.source_id FROM known AS k
        WHERE k.key IS NOT NULL
        ORDER BY
            k.key, (k.absent_on IS NULL) DESC, k.touched_at DESC, (k.superseded_by IS NULL) DESC, k.created_at,
            k.source_id, k.id
    ),
    changed AS (
        SELECT k.id, n.id AS shown FROM known AS k
        LEFT JOIN newest AS n ON k.key = n.key AND k.source_id <> n.source_id
        WHERE k.superseded_by IS DISTINCT FROM n.id
    ),
    -- In the order in which decisions lock tasks.
    locked AS (
        SELECT t.id, c.shown FROM agenda_tasks AS t
        INNER JOIN changed AS c ON t.id = c.id
        WHERE t.owner_id = owner
        ORDER BY t.id
        FOR UPDATE OF t
    )
    UPDATE agenda_tasks AS t SET superseded_by = l.shown FROM locked AS l WHERE t.owner_id = owner AND t.id = l.id
$$;
REVOKE ALL ON FUNCTION agenda_mark_task_copies(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_mark_task_copies(uuid, uuid) TO daybreak_app;

-- Moves the current decisions about hidden tasks to the shown copies. A decision about a task whose shown copy has one
-- ends.
CREATE OR REPLACE FUNCTION agenda_move_decisions(owner uuid, at timestamptz) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    UPDATE agenda_decisions AS d SET task_id = m.shown
    FROM (
        SELECT DISTINCT ON (shown.id) shown.id AS shown, hidden.id AS hidden
        FROM agenda_tasks AS hidden
        INNER JOIN agenda_tasks AS shown ON hidden.owner_id = shown.owner_id AND hidden.superseded_by = shown.id
        INNER JOIN agenda_decisions AS made
            ON
                hidden.owner_id = made.owner_id AND hidden.id = made.task_id AND made.ended_at IS NULL
                AND shown.status = made.task_status_at_decision
        WHERE
            hidden.owner_id = owner AND hidden.superseded_by IS NOT NULL AND hidden.removed_at IS NULL
            AND NOT EXISTS (
                SELECT FROM agenda_decisions AS own
                WHERE own.owner_id = owner AND own.task_id = shown.id AND own.ended_at IS NULL
            )
        ORDER BY shown.id, made.made_at DESC, hidden.id
    ) AS m
    WHERE d.owner_id = owner AND d.task_id = m.hidden;

    UPDATE agenda_decisions AS d SET ended_at = at, ended_as = 'replaced'
    FROM agenda_tasks AS hidden
    INNER JOIN agenda_decisions AS own
        ON hidden.owner_id = own.owner_id AND hidden.superseded_by = own.task_id AND own.ended_at IS NULL
    WHERE
        d.owner_id = owner AND d.ended_at IS NULL AND hidden.owner_id = owner AND hidden.id = d.task_id
        AND hidden.superseded_by IS NOT NULL AND hidden.removed_at IS NULL
$$;
REVOKE ALL ON FUNCTION agenda_move_decisions(uuid, timestamptz) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_move_decisions(uuid, timestamptz) TO daybreak_app;

-- Copies of an event have the same UID and occurrence, the newest by SEQUENCE and time stamp; or the same title and times.
-- All occurrences of a series are hidden that a newer version of the series in another source has moved.
CREATE OR REPLACE FUNCTION agenda_mark_event_copies(owner uuid, leaving uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    WITH known AS MATERIALIZED (
        SELECT
            e.id, e.source_id, e.superseded_by, e.uid, e.recurrence_id, e.starts_at, e.sequence, e.stamped_at,
            e.absent_on, s.created_at,
            coalesce(e.uid || E'\n' || coalesce(e.recurrence_id, ''), e.external_id) COLLATE "C" AS uid_key,
            concat_ws(E'\n', lower(e.title), e.starts_at, e.ends_at, e.all_day, e.floating) COLLATE "C" AS title_key
        FROM agenda_events AS e
        INNER JOIN agenda_sources AS s ON e.owner_id = s.owner_id AND e.source_id = s.id
        WHERE e.owner_id = owner AND e.removed_at IS NULL AND e.source_id IS DISTINCT FROM leaving
    ),
    newest AS (
        SELECT DISTINCT ON (k.uid_key) k.uid_key, k.id, k.source_id FROM known AS k
        ORDER BY
            k.uid_key, (k.absent_on IS NULL) DESC, k.sequence DESC, k.stamped_at DESC NULLS LAST,
            (k.superseded_by IS NULL) DESC, k.created_at, k.source_id, k.id
    ),
    series AS (
        SELECT DISTINCT ON (one.uid) one.* FROM (
            SELECT
                k.uid, k.source_id, min(k.sequence) AS sequence, min(k.starts_at) AS first_at, max(k.starts_at) AS last_at,
                (array_agg(k.id ORDER BY k.starts_at, k.id))[1] AS id
            FROM known AS k
            WHERE k.recurrence_id IS NOT NULL AND k.absent_on IS NULL
            GROUP BY k.uid, k.source_id
            HAVING count(*) > 1
        ) AS one
        ORDER BY one.uid, one.sequence DESC, one.source_id
    ),
    by_uid AS MATERIALIZED (
        SELECT k.*, coalesce(n.id, moved.id) AS newer FROM known AS k
        LEFT JOIN newest AS n ON k.uid_key = n.uid_key AND k.source_id <> n.source_id
        LEFT JOIN series AS moved
            ON
                k.uid = moved.uid AND k.source_id <> moved.source_id AND k.recurrence_id IS NOT NULL
                AND k.sequence < moved.sequence AND k.starts_at BETWEEN moved.first_at AND moved.last_at
    ),
    same AS (
        SELECT DISTINCT ON (b.title_key) b.title_key, b.id, b.source_id FROM by_uid AS b
        WHERE b.newer IS NULL
        ORDER BY
            b.title_key, (b.absent_on IS NULL) DESC, b.stamped_at DESC NULLS LAST, (b.superseded_by IS NULL) DESC,
            b.created_at, b.source_id, b.id
    ),
    by_title AS (
        SELECT b.id, one.id AS shown FROM by_uid AS b
        INNER JOIN same AS one ON b.title_key = one.title_key AND b.source_id <> one.source_id
        WHERE b.newer IS NULL
    ),
    changed AS (
        SELECT b.id, coalesce(t.shown, b.newer) AS shown FROM by_uid AS b
        LEFT JOIN by_title AS t ON t.id = coalesce(b.newer, b.id)
        WHERE b.superseded_by IS DISTINCT FROM coalesce(t.shown, b.newer)
    )
    UPDATE agenda_events AS e SET superseded_by = c.shown FROM changed AS c WHERE e.owner_id = owner AND e.id = c.id
$$;
REVOKE ALL ON FUNCTION agenda_mark_event_copies(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_mark_event_copies(uuid, uuid) TO daybreak_app;
