-- Standard briefs, set by set: bench.users people with 5 projects × 40 tasks and 12 events of which 4 recur,
-- as they stand on the eve of bench.day. Run as a superuser; foreign keys hold by construction.

SET session_replication_role = replica;

CREATE TEMP TABLE days AS SELECT current_setting('bench.day')::date AS today;

INSERT INTO people_users (id, email, name, timezone, country)
SELECT
    md5('user ' || u)::uuid, 'user' || u || '@example.org', 'User ' || u,
    (ARRAY['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Europe/London'])[u % 4 + 1],
    (ARRAY['DE', 'US', 'IN', 'GB'])[u % 4 + 1]
FROM generate_series(1, current_setting('bench.users')::integer) AS u;

INSERT INTO people_preferences (owner_id) SELECT id FROM people_users;

INSERT INTO agenda_sources (owner_id, id, kind, name, locator, locator_sha256, last_read_at)
SELECT id, md5('source ' || id)::uuid, 'folder', 'plans', '/home/plans', sha256('/home/plans'), d.today + time '04:00'
FROM people_users, days AS d;

INSERT INTO agenda_projects (owner_id, id, source_id, external_id, path, name, description, source_ref)
SELECT
    s.owner_id, md5(format('project %s %s', s.owner_id, p))::uuid, s.id, 'project ' || p, 'plans.md',
    'Project ' || p || ' of the year', 'What it is for, who asked for it, and when it has to be done by.', 'plans.md:' || p
FROM agenda_sources AS s, generate_series(1, 5) AS p;

INSERT INTO agenda_phases
(owner_id, id, source_id, external_id, path, project_id, name, description, start_on, end_on, position, source_ref)
SELECT
    p.owner_id, md5(format('phase %s %s', p.id, f))::uuid, p.source_id, p.external_id || ' phase ' || f, 'plans.md', p.id,
    'Phase ' || f, 'What has to be there when it ends.', d.today - 50 + 30 * f, d.today - 21 + 30 * f, f, 'plans.md:' || f
FROM agenda_projects AS p, generate_series(1, 3) AS f, days AS d;

INSERT INTO agenda_tasks (
    owner_id, id, source_id, external_id, path, project_id, phase_id, title, details, status, priority, start_on,
    due_on, due_at, completed_at, estimate_minutes, blocked_by, touched_at, source_ref, removed_at
)
SELECT
    p.owner_id, md5(format('task %s %s', p.id, n))::uuid, p.source_id, format('%s task %s', p.external_id, n), 'plans.md',
    p.id, md5(format('phase %s 2', p.id))::uuid, format('Write the chapter %s of %s', n, p.name),
    'A sentence or two of detail, as people put them under a task: whom to ask, and where the draft is.',
    CASE
        WHEN n BETWEEN 7 AND 10 OR n BETWEEN 33 AND 34 THEN 'in_progress'
        WHEN n = 11 THEN 'blocked' WHEN n BETWEEN 36 AND 39 THEN 'done' ELSE 'open'
    END,
    1 + n % 4,
    CASE WHEN n = 6 THEN d.today END,
    CASE
        WHEN n BETWEEN 1 AND 3 THEN d.today - 2 * n WHEN n = 4 THEN d.today WHEN n = 6 THEN d.today + 9
        WHEN n BETWEEN 7 AND 11 THEN d.today + 12 WHEN n BETWEEN 13 AND 20 THEN d.today + 1 + n % 7
        WHEN n BETWEEN 21 AND 28 THEN d.today + 2 * n - 30 WHEN n BETWEEN 33 AND 35 THEN d.today
    END,
    CASE WHEN n = 5 THEN d.today + time '15:00' END,
    CASE WHEN n BETWEEN 36 AND 39 THEN d.today - n * interval '1 day' END,
    CASE WHEN n % 3 = 0 THEN 30 + n END,
    CASE WHEN n = 12 THEN ARRAY[md5(format('task %s 13', p.id))::uuid] ELSE '{}' END,
    d.today - CASE WHEN n = 10 THEN 12 ELSE 2 END * interval '1 day',
    'plans.md:' || n, CASE WHEN n = 40 THEN d.today - interval '1 day' END
FROM agenda_projects AS p, generate_series(1, 40) AS n, days AS d;

INSERT INTO agenda_notes (owner_id, id, source_id, external_id, path, project_id, title, body, noted_at, source_ref)
SELECT
    p.owner_id, md5(format('note %s %s', p.id, n))::uuid, p.source_id, format('%s note %s', p.external_id, n), 'notes.md',
    p.id, 'Call of day ' || n, repeat('What was said, and by whom. ', 12), d.today - n * interval '2 days', 'notes.md:' || n
FROM agenda_projects AS p, generate_series(1, 5) AS n, days AS d;

-- Eight single events, then four series as an import expands them: one on working days, three weekly.
INSERT INTO agenda_events (
    owner_id, id, source_id, external_id, path, title, location, all_day, floating, starts_at, ends_at, busy, tentative,
    organizer, source_ref
)
SELECT
    s.owner_id, md5(format('event %s %s', s.id, e.uid))::uuid, s.id, e.uid, 'work.ics', 'Meeting ' || e.uid, 'Room 4',
    e.all_day, FALSE,
    CASE WHEN e.all_day THEN e.day AT TIME ZONE 'UTC' ELSE (e.day + e.at) AT TIME ZONE u.timezone END,
    CASE WHEN e.all_day THEN (e.day + 1)::timestamp AT TIME ZONE 'UTC' ELSE (e.day + e.at + e.takes) AT TIME ZONE u.timezone END,
    TRUE, FALSE, 'anna@example.org', e.uid
FROM agenda_sources AS s
INNER JOIN people_users AS u ON s.owner_id = u.id
CROSS JOIN LATERAL (
    SELECT
        'single-' || n AS uid, n = 4 AS all_day, d.today + (ARRAY[0, 0, 0, 0, 1, 2, 3, 5])[n] AS day,
        time '10:00' + n * interval '50 minutes' AS at, interval '1 hour' AS takes
    FROM generate_series(1, 8) AS n, days AS d
    UNION ALL
    SELECT 'daily-' || n, FALSE, d.today + n, time '09:15', interval '15 minutes'
    FROM generate_series(-14, 61) AS n, days AS d
    WHERE extract(ISODOW FROM d.today + n) < 6
    UNION ALL
    SELECT format('weekly-%s-%s', k, n), FALSE, d.today + k + 7 * n, time '14:00', interval '45 minutes'
    FROM generate_series(0, 2) AS k, generate_series(-2, 8) AS n, days AS d
) AS e;

SET session_replication_role = origin;
ANALYZE;
