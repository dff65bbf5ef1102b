-- name: send_echo
-- Notifies the channel $1, and returns the oldest program that may run.
SELECT pg_notify($1, $2), c.oldest_program, c.migrated_by FROM (SELECT) AS this LEFT JOIN db_compatibility AS c ON TRUE
