-- Whether a task waits for another person: importers add the tag “waiting” by its list, its context or its title.
CREATE OR REPLACE VIEW agenda_task_facts WITH (security_invoker = TRUE) AS
SELECT
    t.owner_id, t.id, t.source_id, t.project_id, t.phase_id, t.title, t.status, t.priority, t.start_on, t.start_at,
    t.due_on, t.due_at, t.completed_on, t.completed_at, t.estimate_minutes,
    CASE WHEN t.blocked_by = '{}' THEN t.blocked_by ELSE t.blocked_by || ARRAY(
        SELECT b.superseded_by FROM agenda_tasks AS b
        WHERE b.owner_id = t.owner_id AND b.id = ANY (t.blocked_by) AND b.superseded_by IS NOT NULL
    ) END AS blocked_by,
    t.touched_at, t.source_ref, t.path, t.assignee, t.recurrence, t.native_id, t.absent_on, t.superseded_by,
    t.completed_seen_at, 'someday' = ANY (t.tags) AS someday, 'waiting' = ANY (t.tags) AS waiting
FROM agenda_tasks AS t WHERE t.removed_at IS NULL;
