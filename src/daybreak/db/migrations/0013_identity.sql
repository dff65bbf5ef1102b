-- The columns for the identity, absence, copies and owners of items.

-- native_id: the task's id in its file format, as written; NULL if it has none. position: the order of the
-- entries in their file. absent_on and absent_since: the owner's date and the time of the first reading that did not
-- find the item, while it is not certain that it is gone; the item stays as it was last read.
-- superseded_by: the newer copy of the same item in another source.
ALTER TABLE agenda_tasks
ADD COLUMN native_id text,
ADD COLUMN position integer NOT NULL DEFAULT 0,
ADD COLUMN absent_on date,
ADD COLUMN absent_since timestamptz,
ADD COLUMN superseded_by uuid;

-- uid, recurrence_id, sequence and stamped_at (LAST-MODIFIED, else DTSTAMP) are those of iCalendar. declined_by and
-- tentative_by: the addresses, in lower case, of participants who declined or have not decided.
ALTER TABLE agenda_events
ADD COLUMN uid text,
ADD COLUMN recurrence_id text,
ADD COLUMN sequence integer NOT NULL DEFAULT 0,
ADD COLUMN stamped_at timestamptz,
ADD COLUMN declined_by text [] NOT NULL DEFAULT '{}',
ADD COLUMN tentative_by text [] NOT NULL DEFAULT '{}',
ADD COLUMN absent_on date,
ADD COLUMN absent_since timestamptz,
ADD COLUMN superseded_by uuid;

ALTER TABLE agenda_notes
ADD COLUMN absent_on date,
ADD COLUMN absent_since timestamptz;

CREATE OR REPLACE VIEW agenda_task_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, source_id, project_id, phase_id, title, status, priority, start_on, start_at,
    due_on, due_at, completed_on, completed_at, estimate_minutes, blocked_by, touched_at, source_ref, path,
    assignee, recurrence, native_id, absent_on, superseded_by
FROM agenda_tasks WHERE removed_at IS NULL;

CREATE OR REPLACE VIEW agenda_event_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, source_id, title, location, all_day, floating, starts_at, ends_at, busy, tentative,
    source_ref, path, uid, recurrence_id, organizer, declined_by, tentative_by, absent_on, superseded_by
FROM agenda_events WHERE removed_at IS NULL;

-- unassigned: the holder of the unassigned tasks of the source's team boards; NULL for the reader.
ALTER TABLE agenda_sources ADD COLUMN unassigned text CHECK (unassigned IN ('mine', 'team'));

CREATE OR REPLACE VIEW agenda_source_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, kind, name, locator, last_read_at, last_changed_at, failing_since, error, uploaded_at, unassigned
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
