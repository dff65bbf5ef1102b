-- The oldest program that may run on this database: ADR 0014. Running programs read this row with each heartbeat, older
-- and newer ones alike, so its columns never change.

CREATE TABLE db_compatibility (
    id boolean PRIMARY KEY DEFAULT TRUE,
    oldest_program integer NOT NULL,
    migrated_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT db_compatibility_has_one_row CHECK (id)
);

GRANT SELECT ON db_compatibility TO daybreak_app;
