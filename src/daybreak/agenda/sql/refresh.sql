-- revision: 1

-- Returns the ids of owners whose calendar addresses were last requested before that time, the longest ago first.
CREATE OR REPLACE FUNCTION agenda_due_refreshes(before timestamptz, max_rows integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT s.owner_id FROM agenda_sources AS s
    WHERE s.kind = 'address' AND coalesce(greatest(s.last_read_at, s.last_tried_at), '-infinity') < before
    GROUP BY s.owner_id
    ORDER BY min(coalesce(greatest(s.last_read_at, s.last_tried_at), '-infinity')), s.owner_id
    LIMIT max_rows
$$;
REVOKE ALL ON FUNCTION agenda_due_refreshes(timestamptz, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_due_refreshes(timestamptz, integer) TO daybreak_app;

-- Returns the number of sources that have failed since before that time, and the number of their owners.
CREATE OR REPLACE FUNCTION agenda_count_stale_sources(since timestamptz) RETURNS TABLE (sources bigint, owners bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT count(*), count(DISTINCT s.owner_id) FROM agenda_sources AS s WHERE s.failing_since < since
$$;
REVOKE ALL ON FUNCTION agenda_count_stale_sources(timestamptz) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_count_stale_sources(timestamptz) TO daybreak_app;
