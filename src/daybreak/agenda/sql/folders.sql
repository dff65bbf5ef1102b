-- revision: 1

-- Returns the folder sources of all owners, the longest unread first. has_absent: whether its last reading did not find
-- some of its items; FALSE unless with_absent.
CREATE OR REPLACE FUNCTION agenda_folder_sources(with_absent boolean, max_rows integer) RETURNS TABLE (
    owner_id uuid, id uuid, locator text, is_confined boolean, files_digest bytea, last_read_at timestamptz,
    failing_since timestamptz, watching text, watched_until timestamptz, has_absent boolean
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT
        s.owner_id, s.id, s.locator, s.is_confined, s.files_digest, s.last_read_at, s.failing_since, s.watching,
        s.watched_until,
        CASE
            WHEN NOT with_absent THEN FALSE
            ELSE EXISTS (
                SELECT FROM agenda_tasks AS t
                WHERE
                    t.owner_id = s.owner_id AND t.source_id = s.id AND t.removed_at IS NULL AND t.absence IS NOT NULL
            ) OR EXISTS (
                SELECT FROM agenda_events AS e
                WHERE
                    e.owner_id = s.owner_id AND e.source_id = s.id AND e.removed_at IS NULL AND e.absence IS NOT NULL
            ) OR EXISTS (
                SELECT FROM agenda_notes AS n
                WHERE
                    n.owner_id = s.owner_id AND n.source_id = s.id AND n.removed_at IS NULL AND n.absence IS NOT NULL
            )
        END
    FROM agenda_sources AS s
    WHERE s.kind = 'folder'
    ORDER BY s.last_read_at NULLS FIRST, s.owner_id, s.id
    LIMIT max_rows
$$;
REVOKE ALL ON FUNCTION agenda_folder_sources(boolean, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_folder_sources(boolean, integer) TO daybreak_app;
