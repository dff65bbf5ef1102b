-- Quiet days: a day that was rung turns out to be one that its owner has skipped, as whoever composes says.

-- The indexes are of few pages.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

GRANT UPDATE (outcome, reason) ON schedule_days TO daybreak_app;

-- Quiet days are no trouble of anybody's, and there are many of them.
CREATE INDEX schedule_days_trouble ON schedule_days (decided_at) WHERE outcome <> 'rung' AND reason <> 'quiet';
DROP INDEX schedule_days_not_rung;

CREATE OR REPLACE FUNCTION schedule_troubles(
    since timestamptz, most integer
) RETURNS TABLE (owner_id uuid, at timestamptz, local_date date, edition text, outcome text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    (SELECT d.owner_id, d.due_at, d.local_date, NULL, 'aside', d.aside FROM schedule_dues AS d
    WHERE d.aside IS NOT NULL ORDER BY d.owner_id LIMIT most)
    UNION ALL
    (SELECT s.owner_id, s.decided_at, s.local_date, s.edition, s.outcome, s.reason FROM schedule_days AS s
    WHERE s.outcome <> 'rung' AND s.reason <> 'quiet' AND s.decided_at >= since
    ORDER BY s.decided_at DESC LIMIT most)
$$;
