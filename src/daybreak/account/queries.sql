-- name: export
-- Return all rows of one owner, table by table.
SELECT table_name, content FROM account_export($1)
