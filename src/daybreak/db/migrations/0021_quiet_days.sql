-- Quiet days: a day that was rung turns out to be one that its owner has skipped, as whoever composes says.

GRANT UPDATE (outcome, reason) ON schedule_days TO daybreak_app;
