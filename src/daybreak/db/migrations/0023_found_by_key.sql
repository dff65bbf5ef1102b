-- Who asks for runs by their ids finds them by their ids. The planner took the index of leases instead, which held all
-- that were running, whenever its statistics said that few were: then every commit read every lease, and, while an old
-- snapshot was held somewhere, every lease that had ever been renewed since.

-- Each statement runs in the one transaction of this file, before anybody works with the new version.
-- squawk-ignore-file require-concurrent-index-creation, require-concurrent-index-deletion

-- Only who speaks of leases may use it.
DROP INDEX runs_open_leases;
CREATE INDEX runs_open_leases ON runs_open (lease_until) WHERE lease_until IS NOT NULL;

CREATE OR REPLACE FUNCTION runs_doing() RETURNS TABLE (worker_id uuid, kind text, runs bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT r.worker_id, r.kind, count(*), min(r.claimed_at)
    FROM runs_open AS r WHERE r.lease_until IS NOT NULL AND r.status = 'running' AND r.worker_id IS NOT NULL
    GROUP BY r.worker_id, r.kind
$$;

-- Lock, in the order given, those of these runs that are still ours; whether each is to be cancelled. The backend of a
-- worker that has died must not wait for ever.
CREATE OR REPLACE FUNCTION runs_hold(
    owner_ids uuid [], run_ids uuid [], fences bigint []
) RETURNS TABLE (run_id uuid, cancelled boolean)
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
BEGIN
    PERFORM set_config('lock_timeout', '10s', TRUE);
    RETURN QUERY
    SELECT
        h.id,
        -- Few runs are items, and asking for the run of one costs more than the rest.
        CASE WHEN h.part_of IS NULL THEN h.cancel ELSE h.cancel OR runs_is_cancelled(h.owner_id, h.part_of) END
    FROM unnest(owner_ids, run_ids, fences) AS w (owner_id, id, fence)
    CROSS JOIN LATERAL (
        SELECT o.owner_id, o.id, o.part_of, o.cancel FROM runs_open AS o
        WHERE o.owner_id = w.owner_id AND o.id = w.id AND o.fence = w.fence AND o.status = 'running'
            -- Who waits for its items is nobody's: a commit whose answer was lost must not be done again.
            AND o.step <> 'items'
        FOR UPDATE
    ) AS h;
END $$;
