-- What is done by the clock is done by runs, which say how it went. Everything of an older version has to be stopped
-- before: its schedulers and pages ask for the table that goes.

-- squawk-ignore ban-drop-table
DROP TABLE schedule_upkeep_runs;

-- The latest runs of an owner's about one thing, newest first, as far as the policies let one see them.
CREATE FUNCTION runs_latest(owner uuid, wanted_kind text, wanted_key text, how_many integer) RETURNS TABLE (
    status text, result jsonb, errors jsonb, created_at timestamptz, started_at timestamptz, run_seconds float
)
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT r.status, r.result, r.errors, r.created_at, r.started_at, r.run_seconds
    FROM runs_all AS r
    WHERE r.owner_id = owner AND r.part_of IS NULL AND r.kind = wanted_kind AND r.key = wanted_key
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT how_many
$$;
REVOKE ALL ON FUNCTION runs_latest(uuid, text, text, integer) FROM public;
GRANT EXECUTE ON FUNCTION runs_latest(uuid, text, text, integer) TO daybreak_app;
