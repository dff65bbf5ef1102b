-- revision: 1

-- Returns all rows of one owner, for every table that has an owner, also future ones. Row-level security applies.
-- Columns that are useless to the user are removed: hashes of secrets, encrypted secrets, and checksums that imports
-- compare.
-- The rows of a table come in pages, each a JSON array: a page ends with the row that takes it over 256 KiB, so that
-- a caller who reads page by page needs little memory, and few round trips.
CREATE OR REPLACE FUNCTION account_export(owner uuid) RETURNS TABLE (table_name text, content jsonb)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
DECLARE
    one record;
    found jsonb;
    page jsonb[];
    page_size bigint;
BEGIN
    FOR one IN
        SELECT c.relname, a.attname FROM pg_class AS c
        INNER JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
            AND a.attname = CASE c.relname WHEN 'people_users' THEN 'id' ELSE 'owner_id' END
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        ORDER BY c.relname
    LOOP
        table_name := one.relname;
        page := '{}';
        page_size := 0;
        FOR found IN EXECUTE format(
            'SELECT to_jsonb(x) - %L::text[] FROM %I AS x WHERE %I = $1',
            '{password_hash,token_sha256,locator_sha256,secret,fingerprint}', one.relname, one.attname
        ) USING owner LOOP
            page := array_append(page, found);
            page_size := page_size + pg_column_size(found);
            IF page_size > 256 * 1024 THEN
                content := to_jsonb(page);
                RETURN NEXT;
                page := '{}';
                page_size := 0;
            END IF;
        END LOOP;
        IF page_size > 0 THEN
            content := to_jsonb(page);
            RETURN NEXT;
        END IF;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION account_export(uuid) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION account_export(uuid) TO daybreak_app;
