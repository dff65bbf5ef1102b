-- name: notify_echo
-- Send a notification that the sender itself receives; returns the time. $1 channel, $2 payload.
SELECT now() FROM pg_notify($1, $2)
