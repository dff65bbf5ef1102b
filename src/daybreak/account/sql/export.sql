-- revision: 1

-- Returns all rows of one owner, for every table that has an owner, also future ones. Row-level security applies.
-- Columns that are useless to the user are removed: hashes of secrets, and checksums that imports compare.
CREATE OR REPLACE FUNCTION account_export(owner uuid) RETURNS TABLE (table_name text, content jsonb)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT c.relname, a.attname FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            AND a.attname = CASE c.relname WHEN 'people_users' THEN 'id' ELSE 'owner_id' END
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        ORDER BY c.relname
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT %L::text, to_jsonb(x) - %L::text[] FROM %I AS x WHERE %I = $1',
            one.relname, '{password_hash,token_sha256,locator_sha256,fingerprint}', one.relname, one.attname
        ) USING owner;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION account_export(uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION account_export(uuid) TO daybreak_app;
