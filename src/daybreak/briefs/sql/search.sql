-- revision: 1

-- Returns an owner's briefs that match a search, newest first. Below a policy the full-text index cannot be used,
-- because `@@` is not leakproof. So the function compares the owner itself, and requires that the transaction acts for
-- that owner.
CREATE OR REPLACE FUNCTION briefs_search(
    owner uuid, query text, before_date date, before_edition text, max_rows integer
) RETURNS TABLE (id uuid, brief_date date, edition text, composed_at timestamptz, document bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT e.id, e.brief_date, e.edition, e.composed_at, e.document
    FROM briefs_search_index AS i
    INNER JOIN briefs_editions AS e ON i.owner_id = e.owner_id AND i.edition_id = e.id
    WHERE
        i.owner_id = owner AND owner = ANY (current_setting('daybreak.owner_ids')::uuid [])
        AND i.search_vector @@ websearch_to_tsquery('english', query)
        AND (before_date IS NULL OR (e.brief_date, e.edition) < (before_date, before_edition))
    ORDER BY e.brief_date DESC, e.edition DESC
    LIMIT max_rows
$$;
REVOKE ALL ON FUNCTION briefs_search(uuid, text, date, text, integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION briefs_search(uuid, text, date, text, integer) TO daybreak_app;
