-- How far the clock of the worker's machine is ahead of the database's, in whole minutes; zero within a minute.
ALTER TABLE runs_workers ADD COLUMN clock_ahead interval NOT NULL DEFAULT '0';
GRANT UPDATE (clock_ahead) ON runs_workers TO daybreak_app;
