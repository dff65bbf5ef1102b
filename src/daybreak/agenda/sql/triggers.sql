-- revision: 1

-- Notifies the watchers that a folder source was added or removed.
CREATE OR REPLACE FUNCTION agenda_notify_folders() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('daybreak_folders', '');
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION agenda_notify_folders() FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION agenda_notify_folders() TO daybreak_app;

CREATE OR REPLACE TRIGGER agenda_folder_added AFTER INSERT ON agenda_sources
FOR EACH ROW WHEN (new.kind = 'folder') EXECUTE FUNCTION agenda_notify_folders();
CREATE OR REPLACE TRIGGER agenda_folder_removed AFTER DELETE ON agenda_sources
FOR EACH ROW WHEN (old.kind = 'folder') EXECUTE FUNCTION agenda_notify_folders();
