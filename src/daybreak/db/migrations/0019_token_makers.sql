-- A token that a program made with its own goes with that one: who revokes a token that was stolen shuts out all that
-- was made with it. Nothing is in the new column yet, so that there is nothing to check while others wait.

-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation

ALTER TABLE people_tokens ADD COLUMN made_by uuid;
ALTER TABLE people_tokens ADD CONSTRAINT people_tokens_made_by_fkey
FOREIGN KEY (owner_id, made_by) REFERENCES people_tokens (owner_id, id) ON DELETE CASCADE;
CREATE INDEX people_tokens_made_by ON people_tokens (owner_id, made_by) WHERE made_by IS NOT NULL;
