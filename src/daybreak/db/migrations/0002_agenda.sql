-- Projects, tasks, notes and events, and the sources that fill them. All keys begin with owner_id, foreign keys too: a
-- foreign key check ignores row-level security, so it must not be able to cross owners.

CREATE TABLE agenda_sources (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT agenda_sources_kind CHECK (kind IN ('folder', 'address', 'upload')),
    name text NOT NULL,
    -- The displayed form: a path, or an address without its secret parts.
    locator text NOT NULL,
    locator_sha256 bytea NOT NULL,
    -- The whole address, encrypted; calendar addresses often contain a token.
    secret text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_read_at timestamptz,
    last_changed_at timestamptz,
    failing_since timestamptz,
    error text,
    etag text,
    http_last_modified text,
    -- The last good copy of an address, compressed. It is expanded again as the horizon moves.
    last_good_copy bytea,
    -- The last request, successful or not.
    last_tried_at timestamptz,
    -- When files were last uploaded; NULL for sources that can be read again.
    uploaded_at timestamptz,
    PRIMARY KEY (owner_id, id),
    UNIQUE (owner_id, kind, locator_sha256)
);

ALTER TABLE agenda_sources ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_sources FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_sources TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_sources TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_sources TO daybreak_app;

CREATE TABLE agenda_source_warnings (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    position integer NOT NULL,
    path text NOT NULL,
    line integer,
    message text NOT NULL,
    PRIMARY KEY (owner_id, source_id, position),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE
);

ALTER TABLE agenda_source_warnings ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_source_warnings FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_source_warnings TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_source_warnings TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_source_warnings TO daybreak_app;

-- Uploaded files: the content of a source of kind upload.
CREATE TABLE agenda_upload_files (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    path text NOT NULL,
    -- Compressed with zlib; `size` is the uncompressed size.
    content bytea NOT NULL,
    size integer NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, source_id, path),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE
);
ALTER TABLE agenda_upload_files ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE agenda_upload_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_upload_files FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_upload_files TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_upload_files TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_upload_files TO daybreak_app;

-- Columns of the tables below: external_id identifies a row within its source, and id follows from both. fingerprint is
-- the hash of the row's content in the source. removed_at is set when the source no longer has the row. path is the
-- file in the source; rows of a file stay while the file cannot be read.

CREATE TABLE agenda_projects (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamptz,
    path text NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    source_ref text NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX agenda_projects_source ON agenda_projects (owner_id, source_id);

ALTER TABLE agenda_projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_projects FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_projects TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_projects TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_projects TO daybreak_app;

CREATE TABLE agenda_phases (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamptz,
    path text NOT NULL,
    project_id uuid NOT NULL,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    start_on date,
    end_on date,
    position integer NOT NULL DEFAULT 0,
    source_ref text NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, project_id) REFERENCES agenda_projects (owner_id, id) ON DELETE CASCADE
);
CREATE INDEX agenda_phases_source ON agenda_phases (owner_id, source_id);

ALTER TABLE agenda_phases ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_phases FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_phases TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_phases TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_phases TO daybreak_app;

-- A start, due date or completion is a whole day (…_on) or an instant (…_at) or missing, never both.
CREATE TABLE agenda_tasks (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamptz,
    path text NOT NULL,
    project_id uuid,
    phase_id uuid,
    title text NOT NULL,
    details text NOT NULL DEFAULT '',
    status text NOT NULL CHECK (status IN ('open', 'in_progress', 'blocked', 'done', 'cancelled')),
    priority smallint NOT NULL CHECK (priority BETWEEN 1 AND 4),
    start_on date,
    start_at timestamptz,
    due_on date,
    due_at timestamptz,
    completed_on date,
    completed_at timestamptz,
    estimate_minutes integer CHECK (estimate_minutes > 0),
    assignee text,
    tags text [] NOT NULL DEFAULT '{}',
    recurrence text,
    -- Ids of tasks of the same source; the id of a removed task blocks nothing.
    blocked_by uuid [] NOT NULL DEFAULT '{}',
    touched_at timestamptz NOT NULL,
    source_ref text NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, project_id) REFERENCES agenda_projects (owner_id, id) ON DELETE SET NULL (project_id),
    FOREIGN KEY (owner_id, phase_id) REFERENCES agenda_phases (owner_id, id) ON DELETE SET NULL (phase_id),
    CONSTRAINT agenda_tasks_one_start CHECK (num_nonnulls(start_on, start_at) <= 1),
    CONSTRAINT agenda_tasks_one_due CHECK (num_nonnulls(due_on, due_at) <= 1),
    CONSTRAINT agenda_tasks_one_completion CHECK (num_nonnulls(completed_on, completed_at) <= 1)
);
CREATE INDEX agenda_tasks_source ON agenda_tasks (owner_id, source_id);
CREATE INDEX agenda_tasks_open ON agenda_tasks (owner_id)
WHERE status NOT IN ('done', 'cancelled') AND removed_at IS NULL;
CREATE INDEX agenda_tasks_completed ON agenda_tasks (owner_id, completed_at) WHERE status = 'done';
-- Task lists are sorted by due date, tasks without one last, and are paginated by key.
CREATE INDEX agenda_tasks_due ON agenda_tasks (
    owner_id, (coalesce(due_at, due_on::timestamp AT TIME ZONE 'UTC', '9999-12-31 00:00:00+00'::timestamptz)), id
) WHERE status NOT IN ('done', 'cancelled') AND removed_at IS NULL;
CREATE INDEX agenda_tasks_finished ON agenda_tasks (
    owner_id,
    (coalesce(completed_at, completed_on::timestamp AT TIME ZONE 'UTC', touched_at)) DESC,
    id
) WHERE status IN ('done', 'cancelled') AND removed_at IS NULL;
CREATE INDEX agenda_tasks_project ON agenda_tasks (owner_id, project_id) WHERE removed_at IS NULL;

ALTER TABLE agenda_tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_tasks TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_tasks TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_tasks TO daybreak_app;

-- A timed event has instants. An all-day or floating event has wall-clock times, stored as if they were UTC.
CREATE TABLE agenda_events (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamptz,
    path text NOT NULL,
    title text NOT NULL,
    location text NOT NULL DEFAULT '',
    all_day boolean NOT NULL,
    floating boolean NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    busy boolean NOT NULL,
    tentative boolean NOT NULL,
    organizer text,
    source_ref text NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE,
    CONSTRAINT agenda_events_end_after_start CHECK (starts_at <= ends_at)
);
CREATE INDEX agenda_events_source ON agenda_events (owner_id, source_id);
CREATE INDEX agenda_events_ends ON agenda_events (owner_id, ends_at) WHERE removed_at IS NULL;

ALTER TABLE agenda_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_events FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_events TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_events TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_events TO daybreak_app;

CREATE TABLE agenda_notes (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    id uuid NOT NULL,
    source_id uuid,
    external_id text NOT NULL,
    fingerprint bytea,
    removed_at timestamptz,
    path text NOT NULL,
    project_id uuid,
    title text NOT NULL,
    body text NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL,
    source_ref text NOT NULL,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, project_id) REFERENCES agenda_projects (owner_id, id) ON DELETE SET NULL (project_id)
);
CREATE INDEX agenda_notes_source ON agenda_notes (owner_id, source_id);
CREATE INDEX agenda_notes_recent ON agenda_notes (owner_id, noted_at) WHERE removed_at IS NULL;

ALTER TABLE agenda_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_notes TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_notes TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_notes TO daybreak_app;

-- A user's decisions about tasks: done, snoozed until a day, or ignored. A task has at most one current decision. It
-- applies while the task's source reports the status that the task had at the decision. Ended decisions are the task's
-- history. For a task that was entered in Daybreak, “done” becomes its own status.
CREATE TABLE agenda_decisions (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    kind text NOT NULL,
    return_on date,
    task_status_at_decision text NOT NULL,
    made_at timestamptz NOT NULL,
    made_by uuid NOT NULL,
    ended_at timestamptz,
    ended_as text,
    replaced_by uuid,
    PRIMARY KEY (owner_id, id),
    FOREIGN KEY (owner_id, task_id) REFERENCES agenda_tasks (owner_id, id) ON DELETE CASCADE,
    CONSTRAINT agenda_decisions_kind CHECK (kind IN ('done', 'snoozed', 'ignored')),
    CONSTRAINT agenda_decisions_snooze_returns CHECK ((kind = 'snoozed') = (return_on IS NOT NULL)),
    CONSTRAINT agenda_decisions_end CHECK (
        (ended_at IS NULL) = (ended_as IS NULL) AND ended_as IN ('undone', 'replaced', 'overtaken')
    )
);
CREATE UNIQUE INDEX agenda_decisions_current ON agenda_decisions (owner_id, task_id) WHERE ended_at IS NULL;
CREATE INDEX agenda_decisions_task ON agenda_decisions (owner_id, task_id);

ALTER TABLE agenda_decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_decisions FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_decisions TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON agenda_decisions TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_decisions TO daybreak_app;

-- The columns that other slices may read. The views run with the rights of the caller, so row-level security applies.
CREATE VIEW agenda_source_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, id, kind, name, locator, last_read_at, last_changed_at, failing_since, error, uploaded_at
FROM agenda_sources;

CREATE VIEW agenda_project_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, id, source_id, name, description, source_ref
FROM agenda_projects WHERE removed_at IS NULL;

CREATE VIEW agenda_phase_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, id, source_id, project_id, name, description, start_on, end_on, position, source_ref
FROM agenda_phases WHERE removed_at IS NULL;

CREATE VIEW agenda_task_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, source_id, project_id, phase_id, title, status, priority, start_on, start_at,
    due_on, due_at, completed_on, completed_at, estimate_minutes, blocked_by, touched_at, source_ref, path
FROM agenda_tasks WHERE removed_at IS NULL;

CREATE VIEW agenda_event_facts WITH (security_invoker = TRUE) AS
SELECT
    owner_id, id, source_id, title, location, all_day, floating, starts_at, ends_at, busy, tentative,
    source_ref, path
FROM agenda_events WHERE removed_at IS NULL;

CREATE VIEW agenda_note_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, id, source_id, project_id, title, body, noted_at, source_ref
FROM agenda_notes WHERE removed_at IS NULL;

CREATE VIEW agenda_decision_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, task_id, kind, return_on, task_status_at_decision, made_at, made_by
FROM agenda_decisions WHERE ended_at IS NULL;

GRANT SELECT ON
agenda_source_facts, agenda_project_facts, agenda_phase_facts, agenda_task_facts, agenda_event_facts,
agenda_note_facts, agenda_decision_facts
TO daybreak_app;

-- A task with the names of its source, project and phase and its current decision, as pages show it.
CREATE VIEW agenda_task_cards WITH (security_invoker = TRUE) AS
SELECT
    t.owner_id,
    t.id,
    t.source_id,
    t.project_id,
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
    t.blocked_by,
    t.touched_at,
    t.source_ref,
    t.path,
    coalesce(t.due_at, t.due_on::timestamp AT TIME ZONE 'UTC', '9999-12-31 00:00:00+00'::timestamptz) AS due_order,
    coalesce(t.completed_at, t.completed_on::timestamp AT TIME ZONE 'UTC', t.touched_at) AS finished_order,
    s.name AS source,
    p.name AS project,
    f.name AS phase,
    d.kind AS decision,
    d.return_on,
    d.made_at,
    d.made_by
FROM agenda_tasks AS t
LEFT JOIN agenda_sources AS s ON t.owner_id = s.owner_id AND t.source_id = s.id
LEFT JOIN agenda_projects AS p ON t.owner_id = p.owner_id AND t.project_id = p.id AND p.removed_at IS NULL
LEFT JOIN agenda_phases AS f ON t.owner_id = f.owner_id AND t.phase_id = f.id AND f.removed_at IS NULL
LEFT JOIN agenda_decisions AS d
    ON t.owner_id = d.owner_id AND t.id = d.task_id AND d.ended_at IS NULL AND t.status = d.task_status_at_decision
WHERE t.removed_at IS NULL;
GRANT SELECT ON agenda_task_cards TO daybreak_app;
