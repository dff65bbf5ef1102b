-- revision: 1

-- Writes a row, and a temporary file: an updated row needs no space, so it is written on a full disk, too. Raises an error
-- if the disk is full, or if the server is read-only.
CREATE OR REPLACE FUNCTION db_check_writable() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET work_mem = '64kB' SET temp_tablespaces = '' SET lock_timeout = '2s'
AS $$
BEGIN
    -- These numbers exceed work_mem; the file has about one megabyte.
    PERFORM count(*) FROM generate_series(1, 50000);
    UPDATE db_readiness SET written_at = now();
END $$;
REVOKE ALL ON FUNCTION db_check_writable() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION db_check_writable() TO daybreak_app;
