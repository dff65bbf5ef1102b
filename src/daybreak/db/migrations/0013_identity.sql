-- The columns for the identity, absence, copies and owners of items.

-- native_id: the task's id in its file format, as written; NULL if it has none. position: the order of the
-- entries in their file. absent_on and absent_since: the owner's date and the time of the first reading that did not
-- find the item, while it is not certain that it is gone; the item stays as it was last read. absence: why.
-- superseded_by: the newer copy of the same item in another source, or the cancellation of an event.
-- completed_seen_at: when a reading first found the task done that had been open; completed_on and completed_at are
-- only what the source states.
ALTER TABLE agenda_tasks
ADD COLUMN native_id text,
ADD COLUMN position integer NOT NULL DEFAULT 0,
ADD COLUMN absence text CONSTRAINT agenda_tasks_absence
CHECK (absence IN ('damaged', 'emptied', 'missing', 'shrunk', 'unconfirmed')),
ADD COLUMN absent_on date,
ADD COLUMN absent_since timestamptz,
ADD COLUMN superseded_by uuid,
ADD COLUMN completed_seen_at timestamptz;

-- 5: medium, between normal (2) and high (3).
ALTER TABLE agenda_tasks
-- squawk-ignore ban-drop-constraint
DROP CONSTRAINT agenda_tasks_priority_check,
ADD CONSTRAINT agenda_tasks_priority CHECK (priority BETWEEN 1 AND 5) NOT VALID;

-- uid, recurrence_id, sequence and stamped_at (LAST-MODIFIED, else DTSTAMP) are those of iCalendar. declined_by and
-- tentative_by: the addresses, in lower case, of participants who declined or have not decided.
ALTER TABLE agenda_events
ADD COLUMN uid text,
ADD COLUMN recurrence_id text,
ADD COLUMN sequence integer NOT NULL DEFAULT 0,
ADD COLUMN stamped_at timestamptz,
ADD COLUMN declined_by text [] NOT NULL DEFAULT '{}',
ADD COLUMN tentative_by text [] NOT NULL DEFAULT '{}',
ADD COLUMN absence text CONSTRAINT agenda_events_absence
CHECK (absence IN ('damaged', 'emptied', 'missing', 'shrunk', 'unconfirmed')),
ADD COLUMN absent_on date,
ADD COLUMN absent_since timestamptz,
ADD COLUMN superseded_by uuid;

ALTER TABLE agenda_notes
ADD COLUMN absence text CONSTRAINT agenda_notes_absence
CHECK (absence IN ('damaged', 'emptied', 'missing', 'shrunk', 'unconfirmed')),
ADD COLUMN absent_on date,
ADD COLUMN absent_since timestamptz;

-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agenda_tasks_superseded ON agenda_tasks (owner_id, superseded_by) WHERE superseded_by IS NOT NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agenda_events_superseded ON agenda_events (owner_id, superseded_by) WHERE superseded_by IS NOT NULL;

-- The cancellations of events, of any source, for the copies of these events in other sources. occurrence_at: the original
-- start of the cancelled occurrence, a date as midnight and a floating time as if in UTC; NULL for the whole event.
-- occurrence_day: the instants of the owner's day if it is a date, which cancels the timed occurrences of that day, too.
-- and_future: whether all later occurrences are cancelled as well. is_exclusion: whether it is an EXDATE.
CREATE TABLE agenda_cancellations (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    id uuid NOT NULL,
    path text NOT NULL,
    fingerprint bytea NOT NULL,
    uid text NOT NULL,
    occurrence_at timestamptz,
    occurrence_day tstzrange,
    and_future boolean NOT NULL DEFAULT FALSE,
    is_exclusion boolean NOT NULL DEFAULT FALSE,
    sequence integer NOT NULL,
    stamped_at timestamptz,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX agenda_cancellations_source ON agenda_cancellations (owner_id, source_id);
ALTER TABLE agenda_cancellations ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_cancellations FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_cancellations TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_cancellations TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_cancellations TO daybreak_app;

-- canonical_id: the project under which the items of this one are shown, because both have one name or were merged;
-- NULL for a canonical project.
ALTER TABLE agenda_projects
ADD COLUMN canonical_id uuid,
ADD CONSTRAINT agenda_projects_canonical FOREIGN KEY (owner_id, canonical_id)
REFERENCES agenda_projects (owner_id, id) ON DELETE SET NULL (canonical_id) NOT VALID;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agenda_projects_canonical ON agenda_projects (owner_id, canonical_id) WHERE canonical_id IS NOT NULL;

CREATE OR REPLACE VIEW agenda_project_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, id, source_id, name, description, source_ref, canonical_id
FROM agenda_projects WHERE removed_at IS NULL;

-- blocked_by has the blockers and, of each that is hidden, the copy that is shown.
CREATE OR REPLACE VIEW agenda_task_facts WITH (security_invoker = TRUE) AS
SELECT
    t.owner_id, t.id, t.source_id, t.project_id, t.phase_id, t.title, t.status, t.priority, t.start_on, t.start_at,
    t.due_on, t.due_at, t.completed_on, t.completed_at, t.estimate_minutes,
    CASE WHEN t.blocked_by = '{}' THEN t.blocked_by ELSE t.blocked_by || ARRAY(
        SELECT b.superseded_by FROM agenda_tasks AS b
        WHERE b.owner_id = t.owner_id AND b.id = ANY (t.blocked_by) AND b.superseded_by IS NOT NULL
    ) END AS blocked_by,
    t.touched_at, t.source_ref, t.path, t.assignee, t.recurrence, t.native_id, t.absent_on, t.superseded_by,
    t.completed_seen_at, 'someday' = ANY (t.tags) AS someday
FROM agenda_tasks AS t WHERE t.removed_at IS NULL;

-- The index of 0002 with completed_seen_at. The views need the new columns in the same transaction, and the table is
-- small enough to be locked for it.
-- squawk-ignore require-concurrent-index-deletion
DROP INDEX agenda_tasks_finished;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agenda_tasks_finished ON agenda_tasks (
    owner_id,
    (coalesce(completed_at, completed_on::timestamp AT TIME ZONE 'UTC', completed_seen_at, touched_at)) DESC,
    id
) WHERE status IN ('done', 'cancelled') AND removed_at IS NULL;

-- The cards of pages, without hidden copies.
CREATE OR REPLACE VIEW agenda_task_cards WITH (security_invoker = TRUE) AS
SELECT
    t.owner_id,
    t.id,
    t.source_id,
    coalesce(p.canonical_id, t.project_id) AS project_id,
    t.phase_id,
    t.title,
    t.details,
    t.status,
    t.priority,
    t.start_on,
    t.start_at,
    t.due_on,
    t.due_at,
    t.completed_on,
    t.completed_at,
    t.estimate_minutes,
    t.assignee,
    t.tags,
    t.recurrence,
    CASE WHEN t.blocked_by = '{}' THEN t.blocked_by ELSE t.blocked_by || ARRAY(
        SELECT b.superseded_by FROM agenda_tasks AS b
        WHERE b.owner_id = t.owner_id AND b.id = ANY (t.blocked_by) AND b.superseded_by IS NOT NULL
    ) END AS blocked_by,
    t.touched_at,
    t.source_ref,
    t.path,
    coalesce(t.due_at, t.due_on::timestamp AT TIME ZONE 'UTC', '9999-12-31 00:00:00+00'::timestamptz) AS due_order,
    coalesce(
        t.completed_at, t.completed_on::timestamp AT TIME ZONE 'UTC', t.completed_seen_at, t.touched_at
    ) AS finished_order,
    s.name AS source,
    coalesce(c.name, p.name) AS project,
    f.name AS phase,
    d.kind AS decision,
    d.return_on,
    d.made_at,
    d.made_by
FROM agenda_tasks AS t
LEFT JOIN agenda_sources AS s ON t.owner_id = s.owner_id AND t.source_id = s.id
LEFT JOIN agenda_projects AS p ON t.owner_id = p.owner_id AND t.project_id = p.id AND p.removed_at IS NULL
LEFT JOIN agenda_projects AS c ON p.owner_id = c.owner_id AND p.canonical_id = c.id
LEFT JOIN agenda_phases AS f ON t.owner_id = f.owner_id AND t.phase_id = f.id AND f.removed_at IS NULL
LEFT JOIN agenda_decisions AS d
    ON t.owner_id = d.owner_id AND t.id = d.task_id AND d.ended_at IS NULL AND t.status = d.task_status_at_decision
WHERE t.removed_at IS NULL AND t.superseded_by IS NULL;

CREATE OR REPLACE VIEW agenda_event_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, source_id, title, location, all_day, floating, starts_at, ends_at, busy, tentative,
    source_ref, path, uid, recurrence_id, organizer, declined_by, tentative_by, absent_on, superseded_by
FROM agenda_events WHERE removed_at IS NULL;

-- unassigned: the holder of the unassigned tasks of the source's team boards; NULL for the reader. retry_at: until when
-- the server of a calendar URL wants no request; NULL if it did not ask. private_addresses: the network addresses in
-- private networks that the owner confirmed for the host and port of a calendar URL.
ALTER TABLE agenda_sources
ADD COLUMN unassigned text CHECK (unassigned IN ('mine', 'team')),
ADD COLUMN retry_at timestamptz,
ADD COLUMN private_addresses text [];

CREATE OR REPLACE VIEW agenda_source_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, kind, name, locator, last_read_at, last_changed_at, failing_since, error, uploaded_at, unassigned,
    retry_at
FROM agenda_sources;

-- The files in which tasks are assigned to at least two different people, of sources whose unassigned tasks are the
-- team's.
CREATE VIEW agenda_team_boards WITH (security_invoker = TRUE) AS
SELECT t.owner_id, t.source_id, t.path
FROM agenda_sources AS s
INNER JOIN agenda_tasks AS t ON s.owner_id = t.owner_id AND s.id = t.source_id
WHERE s.unassigned = 'team' AND t.removed_at IS NULL AND t.assignee IS NOT NULL
GROUP BY t.owner_id, t.source_id, t.path
HAVING count(DISTINCT lower(t.assignee)) >= 2;
GRANT SELECT ON agenda_team_boards TO daybreak_app;
CREATE OR REPLACE VIEW agenda_note_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, id, source_id, project_id, title, body, noted_at, source_ref, path
FROM agenda_notes WHERE removed_at IS NULL;
