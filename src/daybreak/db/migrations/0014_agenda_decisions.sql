-- What people do in Daybreak itself: decide about tasks, enter things of their own, upload files.

-- What somebody decided about a task: that it is done, snoozed until a day, or ignored. One decision stands at a
-- time; it holds while the task's source says the same as when it was made (status_then). Those that ended stay
-- as the task's history. A task that was entered in Daybreak takes “done” over as its own status.
CREATE TABLE agenda_decisions (
    owner_id uuid NOT NULL,
    id uuid NOT NULL,
    task_id uuid NOT NULL,
    kind text NOT NULL,
    return_on date,
    status_then text NOT NULL,
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
CREATE UNIQUE INDEX agenda_decisions_standing ON agenda_decisions (owner_id, task_id) WHERE ended_at IS NULL;
CREATE INDEX agenda_decisions_task ON agenda_decisions (owner_id, task_id);

ALTER TABLE agenda_decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_decisions FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_decisions TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON agenda_decisions TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_decisions TO daybreak_app;

CREATE VIEW agenda_decision_facts WITH (security_invoker = TRUE) AS
SELECT owner_id, task_id, kind, return_on, status_then, made_at, made_by
FROM agenda_decisions WHERE ended_at IS NULL;
GRANT SELECT ON agenda_decision_facts TO daybreak_app;

-- Files that were uploaded are a source too, read from what is kept here. All rows there are have a kind that the
-- wider constraint allows, so nothing has to be looked through.
-- squawk-ignore ban-drop-constraint
ALTER TABLE agenda_sources DROP CONSTRAINT agenda_sources_kind_check;
ALTER TABLE agenda_sources
ADD CONSTRAINT agenda_sources_kind CHECK (kind IN ('folder', 'address', 'upload')) NOT VALID;

CREATE TABLE agenda_files (
    owner_id uuid NOT NULL,
    source_id uuid NOT NULL,
    path text NOT NULL,
    -- Compressed with zlib; `size` is without.
    content bytea NOT NULL,
    size integer NOT NULL,
    modified_at timestamptz NOT NULL,
    PRIMARY KEY (owner_id, source_id, path),
    FOREIGN KEY (owner_id, source_id) REFERENCES agenda_sources (owner_id, id) ON DELETE CASCADE
);
ALTER TABLE agenda_files ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE agenda_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE agenda_files FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON agenda_files TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY upkeep ON agenda_files TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON agenda_files TO daybreak_app;

-- Pages list tasks by when they are due, those without a date last, and go on from where one was. A migration
-- is one transaction, so the indexes cannot be made concurrently.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agenda_tasks_due ON agenda_tasks (
    owner_id, (coalesce(due_at, due_on::timestamp AT TIME ZONE 'UTC', '9999-12-31 00:00:00+00'::timestamptz)), id
) WHERE status NOT IN ('done', 'cancelled') AND removed_at IS NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agenda_tasks_finished ON agenda_tasks (
    owner_id,
    (coalesce(completed_at, completed_on::timestamp AT TIME ZONE 'UTC', touched_at)) DESC,
    id
) WHERE status IN ('done', 'cancelled') AND removed_at IS NULL;
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX agenda_tasks_project ON agenda_tasks (owner_id, project_id) WHERE removed_at IS NULL;

-- A task with the names around it and the decision that stands, as pages show it.
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
    t.place,
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
    ON t.owner_id = d.owner_id AND t.id = d.task_id AND d.ended_at IS NULL AND t.status = d.status_then
WHERE t.removed_at IS NULL;
GRANT SELECT ON agenda_task_cards TO daybreak_app;
