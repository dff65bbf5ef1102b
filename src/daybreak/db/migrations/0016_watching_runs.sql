-- For whoever watches all runs of theirs: what happened in them by time, and a topic for each owner.

-- squawk-ignore-file require-concurrent-index-creation

CREATE INDEX runs_events_of_owner ON runs_events (owner_id, at);

-- Wake whoever follows these runs, or all runs of their owners: one notification for a hundred of them, since a payload
-- ends at 8,000 bytes.
CREATE OR REPLACE FUNCTION runs_tell(told jsonb) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp
AS $$
    SELECT pg_notify('daybreak_runs', concat_ws(
        ',', string_agg(t.run ->> 'id', ',' ORDER BY t.place), string_agg(DISTINCT t.run ->> 'owner_id', ',')
    ))
    FROM jsonb_array_elements(told) WITH ORDINALITY AS t (run, place)
    GROUP BY (t.place - 1) / 100
$$;
