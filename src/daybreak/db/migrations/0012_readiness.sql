-- The row that a readiness check writes; shared by all web processes.
CREATE TABLE db_readiness (
    is_single boolean PRIMARY KEY DEFAULT TRUE CHECK (is_single),
    written_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO db_readiness DEFAULT VALUES;
