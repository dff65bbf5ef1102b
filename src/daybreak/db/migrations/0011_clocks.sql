-- How far the clock of the worker's machine is ahead of the database's, in whole minutes; zero within a minute.
ALTER TABLE runs_workers ADD COLUMN clock_ahead interval NOT NULL DEFAULT '0';
GRANT UPDATE (clock_ahead) ON runs_workers TO daybreak_app;

-- Scheduled briefs that failed because their workers died. Each is tried once more after an hour, if that is within the
-- catch-up window of its day.
CREATE TABLE schedule_second_tries (
    owner_id uuid NOT NULL REFERENCES people_users (id) ON DELETE CASCADE,
    local_date date NOT NULL,
    edition text NOT NULL,
    run_id uuid NOT NULL,
    -- The epoch of the run in which its workers died.
    epoch integer NOT NULL,
    failed_at timestamptz NOT NULL,
    retry_at timestamptz NOT NULL,
    -- The end of the catch-up window.
    retry_until timestamptz NOT NULL,
    -- superseded: the brief was started again before, by a user.
    state text NOT NULL CHECK (state IN ('pending', 'retried', 'superseded', 'too_late')),
    -- The key allows one second try per user, date and edition.
    PRIMARY KEY (owner_id, local_date, edition)
);
CREATE INDEX schedule_second_tries_pending ON schedule_second_tries (retry_at) WHERE state = 'pending';
CREATE INDEX schedule_second_tries_failed ON schedule_second_tries (failed_at);

ALTER TABLE schedule_second_tries ENABLE ROW LEVEL SECURITY;
ALTER TABLE schedule_second_tries FORCE ROW LEVEL SECURITY;
CREATE POLICY owners ON schedule_second_tries TO daybreak_app
USING (owner_id = ANY ((SELECT current_setting('daybreak.owner_ids')::uuid [])::uuid []));
CREATE POLICY maintenance ON schedule_second_tries TO daybreak_owner USING (TRUE);
GRANT SELECT, INSERT, UPDATE, DELETE ON schedule_second_tries TO daybreak_app;
