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
LANGUAGE sql SET search_path = public, pg_temp SET enable_nestloop = off
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
-- Two sources of which at least three titles, and half of those of the smaller one, agree have one list: of tasks without
-- an id their titles and projects are enough then, and their due dates if a source has a title twice. A hidden task whose
-- newest copy is finished, and which is not, has the open copy of that source instead, if there is one.
CREATE OR REPLACE FUNCTION agenda_mark_task_copies(owner uuid, leaving uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp SET enable_nestloop = off
AS $$
    WITH known AS MATERIALIZED (
        SELECT
            t.id, t.source_id, t.superseded_by, t.touched_at, t.absent_on, s.created_at,
            t.status IN ('done', 'cancelled') AS is_finished,
            coalesce(t.due_at, t.due_on::timestamp AT TIME ZONE 'UTC') AS due,
            hashtextextended(lower(t.title || E'\n' || coalesce(p.name, '')), 0) AS title,
            CASE
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
                    THEN lower(t.native_id)
                WHEN t.native_id ~ '^[A-Z][A-Z0-9_]+-[0-9]+$'
                    THEN concat_ws(E'\n', t.native_id, lower(p.name))
            END AS own_id
        FROM agenda_tasks AS t
        INNER JOIN agenda_sources AS s ON t.owner_id = s.owner_id AND t.source_id = s.id
        LEFT JOIN agenda_projects AS p ON t.owner_id = p.owner_id AND t.project_id = p.id
        WHERE t.owner_id = owner AND t.removed_at IS NULL AND t.source_id IS DISTINCT FROM leaving
    ),
    titles AS (
        SELECT k.title, k.source_id, count(*) AS tasks, count(*) OVER (PARTITION BY k.source_id) AS size FROM known AS k
        WHERE k.own_id IS NULL
        GROUP BY k.title, k.source_id
    ),
    pairs AS (
        SELECT a.source_id, b.source_id AS other_id FROM titles AS a
        INNER JOIN titles AS b ON a.title = b.title AND a.source_id <> b.source_id
        GROUP BY a.source_id, b.source_id, a.size, b.size
        HAVING count(*) >= 3 AND 2 * count(*) >= least(a.size, b.size)
    ),
    repeated AS (
        SELECT DISTINCT t.title FROM titles AS t
        WHERE t.tasks > 1
    ),
    lists AS (
        SELECT p.source_id, least(p.source_id::text, min(p.other_id::text)) AS list FROM pairs AS p GROUP BY p.source_id
    ),
    keyed AS (
        SELECT
            k.*,
            CASE
                WHEN k.own_id IS NOT NULL THEN hashtextextended(k.own_id, 1)
                WHEN l.list IS NOT NULL AND (r.title IS NULL OR k.due IS NULL) THEN hashtextextended(l.list, k.title)
                WHEN k.due IS NOT NULL THEN hashtextextended(k.due::text, k.title)
                ELSE uuid_hash_extended(k.id, 2)
            END AS key
        FROM known AS k
        LEFT JOIN lists AS l ON k.source_id = l.source_id
        LEFT JOIN repeated AS r ON k.title = r.title
    ),
    compared AS (
        SELECT
            k.id, k.superseded_by, k.source_id <> first_value(k.source_id) OVER copies AS is_older,
            CASE
                WHEN first_value(k.source_id) OVER alike = first_value(k.source_id) OVER copies
                    THEN first_value(k.id) OVER alike
                ELSE first_value(k.id) OVER copies
            END AS newest
        FROM keyed AS k
        WINDOW
            copies AS (
                PARTITION BY k.key
                ORDER BY
                    (k.absent_on IS NULL) DESC, k.touched_at DESC, (k.superseded_by IS NULL) DESC, k.created_at,
                    k.source_id, k.id
            ),
            alike AS (
                PARTITION BY k.key, k.is_finished
                ORDER BY
                    (k.absent_on IS NULL) DESC, k.touched_at DESC, (k.superseded_by IS NULL) DESC, k.created_at,
                    k.source_id, k.id
            )
    ),
    changed AS (
        SELECT c.id, CASE WHEN c.is_older THEN c.newest END AS shown FROM compared AS c
        WHERE c.superseded_by IS DISTINCT FROM CASE WHEN c.is_older THEN c.newest END
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
LANGUAGE sql SET search_path = public, pg_temp SET enable_nestloop = off
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
-- All occurrences of a series are hidden that a newer version of the series in another source has moved. So are all copies
-- of an event or occurrence of which another source has a cancellation that is at least as new as the newest copy. The
-- version of a series is that of most of its occurrences. An EXDATE hides only copies with a lower SEQUENCE: a participant
-- who deletes an occurrence from a calendar writes one, too. A cancellation without SEQUENCE, which has the highest number,
-- is compared by time stamp.
CREATE OR REPLACE FUNCTION agenda_mark_event_copies(owner uuid, leaving uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp SET enable_nestloop = off
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
    in_source AS (
        SELECT
            k.*,
            count(*) OVER series AS occurrences, min(k.sequence) OVER series AS version,
            min(k.starts_at) OVER series AS first_at, max(k.starts_at) OVER series AS last_at
        FROM known AS k
        WINDOW series AS (PARTITION BY k.uid, k.source_id)
    ),
    compared AS (
        SELECT
            i.*, first_value(i.id) OVER copies AS newest, first_value(i.source_id) OVER copies AS newest_source,
            first_value(i.id) OVER series AS moved, first_value(i.source_id) OVER series AS moved_source,
            first_value(i.version) OVER series AS moved_version, first_value(i.occurrences) OVER series AS moved_count,
            first_value(i.first_at) OVER series AS moved_from, first_value(i.last_at) OVER series AS moved_until
        FROM in_source AS i
        WINDOW
            copies AS (
                PARTITION BY i.uid_key
                ORDER BY
                    (i.absent_on IS NULL) DESC, i.sequence DESC, i.stamped_at DESC NULLS LAST,
                    (i.superseded_by IS NULL) DESC, i.created_at, i.source_id, i.id
            ),
            series AS (
                PARTITION BY i.uid
                ORDER BY
                    (i.absent_on IS NULL) DESC, i.occurrences > 1 DESC, i.version DESC, i.source_id, i.starts_at, i.id
            )
    ),
    ends AS MATERIALIZED (
        SELECT * FROM agenda_cancellations AS c WHERE c.owner_id = owner AND c.source_id IS DISTINCT FROM leaving
    ),
    versions AS (
        SELECT k.uid, k.source_id, mode() WITHIN GROUP (ORDER BY k.sequence) AS version FROM known AS k
        WHERE k.uid IN (SELECT c.uid FROM ends AS c)
        GROUP BY k.uid, k.source_id
    ),
    latest AS (
        SELECT
            k.id, k.uid, first_value(k.source_id) OVER copies AS source_id,
            first_value(k.sequence) OVER copies AS sequence, first_value(k.stamped_at) OVER copies AS stamped_at,
            CASE
                WHEN k.recurrence_id ~ '^\d{4}-\d\d-\d\dT[\d:]+[+-][\d:]+$' THEN k.recurrence_id::timestamptz
                WHEN k.recurrence_id ~ '^\d{4}-\d\d-\d\d(T[\d:]+)?$' THEN k.recurrence_id::timestamp AT TIME ZONE 'UTC'
            END AS occurrence_at,
            k.recurrence_id ~ 'T[\d:]+[+-][\d:]+$' AS is_timed
        FROM known AS k
        WHERE k.uid IN (SELECT c.uid FROM ends AS c)
        WINDOW copies AS (
            PARTITION BY k.uid_key
            ORDER BY
                (k.absent_on IS NULL) DESC, k.sequence DESC, k.stamped_at DESC NULLS LAST,
                (k.superseded_by IS NULL) DESC, k.created_at, k.source_id, k.id
        )
    ),
    -- Most cancelled occurrences are found by an equal start, which a hash join finds at once.
    pairs AS (
        SELECT l.id, c.id AS cancellation FROM latest AS l
        INNER JOIN ends AS c ON l.uid = c.uid AND l.occurrence_at = c.occurrence_at
        UNION
        SELECT l.id, c.id AS cancellation FROM latest AS l
        INNER JOIN ends AS c
            ON
                l.uid = c.uid
                AND (
                    c.occurrence_at IS NULL OR (c.and_future AND l.occurrence_at > c.occurrence_at)
                    OR (l.is_timed AND c.occurrence_day @> l.occurrence_at)
                )
        WHERE c.occurrence_at IS NULL OR c.and_future OR c.occurrence_day IS NOT NULL
    ),
    cancelled AS (
        SELECT DISTINCT ON (l.id) l.id, c.id AS cancellation
        FROM pairs AS p
        INNER JOIN latest AS l ON p.id = l.id
        INNER JOIN versions AS v ON l.uid = v.uid AND l.source_id = v.source_id
        INNER JOIN ends AS c ON p.cancellation = c.id AND l.source_id <> c.source_id
        WHERE
            CASE
                WHEN c.is_exclusion THEN c.sequence > l.sequence
                WHEN c.sequence = 2147483647 AND num_nulls(c.stamped_at, l.stamped_at) = 0
                    THEN c.stamped_at >= l.stamped_at
                ELSE
                    (c.sequence, coalesce(c.stamped_at, '-infinity')) >= (
                        CASE WHEN c.occurrence_at IS NULL THEN v.version ELSE l.sequence END,
                        coalesce(l.stamped_at, '-infinity')
                    )
            END
        ORDER BY l.id, c.sequence DESC, c.stamped_at DESC NULLS LAST, c.id
    ),
    by_uid AS (
        SELECT
            c.*,
            CASE
                WHEN x.cancellation IS NOT NULL THEN x.cancellation
                WHEN c.source_id <> c.newest_source THEN c.newest
                WHEN
                    c.uid IS NOT NULL AND c.recurrence_id IS NOT NULL AND c.source_id <> c.moved_source
                    AND c.moved_count > 1 AND c.sequence < c.moved_version
                    AND c.starts_at BETWEEN c.moved_from AND c.moved_until
                    THEN c.moved
            END AS newer
        FROM compared AS c
        LEFT JOIN cancelled AS x ON c.id = x.id
    ),
    by_title AS MATERIALIZED (
        SELECT
            b.id, b.superseded_by, b.newer,
            CASE
                WHEN b.newer IS NULL AND b.source_id <> first_value(b.source_id) OVER same
                    THEN first_value(b.id) OVER same
            END AS twin
        FROM by_uid AS b
        WINDOW same AS (
            PARTITION BY b.title_key, b.newer IS NULL
            ORDER BY
                (b.absent_on IS NULL) DESC, b.stamped_at DESC NULLS LAST, (b.superseded_by IS NULL) DESC, b.created_at,
                b.source_id, b.id
        )
    ),
    changed AS (
        SELECT b.id, coalesce(n.twin, b.newer, b.twin) AS shown FROM by_title AS b
        LEFT JOIN by_title AS n ON b.newer = n.id
        WHERE b.superseded_by IS DISTINCT FROM coalesce(n.twin, b.newer, b.twin)
    )
    UPDATE agenda_events AS e SET superseded_by = c.shown FROM changed AS c WHERE e.owner_id = owner AND e.id = c.id
$$;
REVOKE ALL ON FUNCTION agenda_mark_event_copies(uuid, uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_mark_event_copies(uuid, uuid) TO daybreak_app;
