-- The columns for the identity, absence, copies and owners of items.

-- native_id: the task's id in its file format, as written; NULL if it has none. position: the order of the
-- entries in their file. absent_on and absent_since: the owner's date and the time of the first reading that did not
-- find the item, while it is not certain that it is gone; the item stays as it was last read. absence: why.
-- superseded_by: the newer copy of the same item in another source.
ALTER TABLE agenda_tasks
ADD COLUMN native_id text,
ADD COLUMN position integer NOT NULL DEFAULT 0,
ADD COLUMN absence text CONSTRAINT agenda_tasks_absence
CHECK (absence IN ('damaged', 'emptied', 'missing', 'shrunk', 'unconfirmed')),
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
