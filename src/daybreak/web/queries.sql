-- name: send_echo
-- Notify the channel $1; return the time and the oldest program that may run. $2 payload.
SELECT pg_notify($1, $2), now() AS now, c.oldest_program, c.migrated_by
FROM (SELECT) AS this LEFT JOIN db_compatibility AS c ON TRUE
