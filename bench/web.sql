-- A million runs that have ended, set by set: an even share for each of the bench.users people of standard.sql, and a
-- hundred thousand more of the first one's; with what was counted of them, and the events of those that are opened.
-- Run as a superuser; it does what the engine's triggers would do one by one.

SET session_replication_role = replica;

CREATE TEMP TABLE shares AS
SELECT
    id AS owner_id,
    CASE row_number() OVER (ORDER BY id) WHEN 1 THEN current_setting('bench.heavy')::integer ELSE 0 END
    + current_setting('bench.each')::integer AS runs
FROM people_users;

INSERT INTO runs_finished (
    owner_id, id, kind, queue, key, parameters, status, epoch, attempts, max_attempts, fence, last_event_number, phase, total,
    done, failed, skipped, result, errors, created_at, started_at, finished_at, wait_seconds, run_seconds
)
SELECT
    s.owner_id, md5(format('run %s %s', s.owner_id, n))::uuid,
    (ARRAY['briefs.compose', 'briefs.compose', 'agenda.refresh', 'plans.read'])[n % 4 + 1], 'scheduled',
    format('%s/standard', current_date - n), '{"date": "2026-03-29", "edition": "standard"}',
    CASE n % 50 WHEN 7 THEN 'failed' WHEN 8 THEN 'partial' ELSE 'succeeded' END,
    1, 1, 3, 1, 4, 'sections', 5, 5, 0, 0, '{"sections": 5, "facts": 212}',
    CASE n % 50 WHEN 7 THEN '[{"epoch": 1, "attempt": 1, "at": "2026-03-29T05:00:00+00:00", "class": "Unavailable",
        "message": "The calendar did not answer.", "retryable": true}]'::jsonb ELSE '[]' END,
    now() - n * interval '8 minutes', now() - n * interval '8 minutes', now() - n * interval '8 minutes', 0.02, 1.5
FROM shares AS s CROSS JOIN LATERAL generate_series(1, s.runs) AS n;

INSERT INTO runs_events (owner_id, run_id, number, at, name, data)
SELECT f.owner_id, f.id, n, f.finished_at, (ARRAY['running', 'facts', 'section', 'succeeded'])[n],
    '{"epoch": 1, "attempt": 1, "worker": "atlas"}'
FROM runs_finished AS f, generate_series(1, 4) AS n
WHERE f.created_at > now() - interval '2 hours';

INSERT INTO runs_counters (kind, status, change) SELECT kind, status, count(*) FROM runs_finished GROUP BY kind, status;

INSERT INTO runs_durations (kind, day, wait_bucket, run_bucket, runs, wait_seconds, run_seconds)
SELECT
    kind, finished_at::date, runs_duration_bucket(wait_seconds), runs_duration_bucket(run_seconds), count(*), sum(wait_seconds),
    sum(run_seconds)
FROM runs_finished GROUP BY 1, 2, 3, 4;

SET session_replication_role = DEFAULT;

ANALYZE
