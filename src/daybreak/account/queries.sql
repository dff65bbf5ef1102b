-- name: export
-- Return all rows of one owner, table by table, in pages.
SELECT table_name, content FROM account_export($1)
