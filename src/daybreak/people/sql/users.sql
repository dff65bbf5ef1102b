-- revision: 1

-- Returns the id of the user with an address, and nothing else: at sign-in the owner is not known yet.
CREATE OR REPLACE FUNCTION people_id_by_email(address text) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT id FROM people_users WHERE email = lower(address) $$;
REVOKE ALL ON FUNCTION people_id_by_email(text) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_id_by_email(text) TO daybreak_app;

-- Returns the ids of all users, for operators. The rows are then read as those owners.
CREATE OR REPLACE FUNCTION people_all_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT id FROM people_users ORDER BY created_at, id $$;
REVOKE ALL ON FUNCTION people_all_ids() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION people_all_ids() TO daybreak_app;
