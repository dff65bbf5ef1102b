-- revision: 1

-- Enqueues a run and dispatches it, unless it is due later or its owner has no capacity left. Returns the id of the
-- open run for (owner, kind, key), which may be an earlier one.
CREATE OR REPLACE FUNCTION runs_enqueue(
    owner uuid, new_id uuid, new_kind text, new_queue text, new_key text, new_parameters jsonb,
    new_max_attempts integer, delay interval, max_dispatched integer
) RETURNS uuid
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    open_id uuid;
BEGIN
    LOOP
        INSERT INTO runs_open (owner_id, id, kind, queue, key, parameters, status, max_attempts, scheduled_at, dispatched_at)
        VALUES (
            owner, new_id, new_kind, new_queue, new_key, new_parameters, 'queued', new_max_attempts,
            now() + delay, CASE WHEN delay > interval '0' THEN now() + delay END
        )
        ON CONFLICT (owner_id, kind, key) WHERE parent_id IS NULL DO NOTHING RETURNING id INTO open_id;
        EXIT WHEN open_id IS NOT NULL;
        -- It may end, and disappear, between the two statements.
        SELECT id INTO open_id FROM runs_open
        WHERE owner_id = owner AND kind = new_kind AND key = new_key AND parent_id IS NULL;
        IF open_id IS NOT NULL THEN
            -- A user now waits for a run that was enqueued for later.
            IF new_queue = 'interactive' THEN
                UPDATE runs_open AS r SET queue = new_queue
                FROM (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = owner AND o.id = open_id AND o.status = 'queued' AND o.stage = 'begin'
                        AND o.queue <> new_queue AND o.scheduled_at <= now()
                    FOR UPDATE SKIP LOCKED
                ) AS f
                WHERE r.owner_id = owner AND r.id = f.id;
                IF FOUND THEN
                    PERFORM runs_dispatch(new_queue, ARRAY[owner], ARRAY[open_id]);
                END IF;
            END IF;
            RETURN open_id;
        END IF;
    END LOOP;
    PERFORM runs_notify(jsonb_build_array(jsonb_build_object('id', new_id, 'owner_id', owner)));
    IF delay <= interval '0' AND max_dispatched > (
        SELECT count(*) FROM (
            SELECT FROM runs_open WHERE owner_id = owner AND queue = new_queue AND job_id IS NOT NULL LIMIT max_dispatched
        ) AS dispatched
    ) THEN
        PERFORM runs_dispatch(new_queue, ARRAY[owner], ARRAY[new_id]);
    ELSIF delay > interval '0' AND delay <= interval '1 minute' AND max_dispatched > (
        SELECT count(*) FROM (
            SELECT o.job_id, o.dispatched_at FROM runs_open AS o
            WHERE o.owner_id = owner AND o.parent_id IS NULL AND o.id <> new_id
            ORDER BY o.created_at DESC, o.id DESC LIMIT max_dispatched
        ) AS newest
        WHERE newest.job_id IS NULL AND newest.dispatched_at > now()
    ) THEN
        -- The rescue pass could be late for it. This job does not count as capacity, so only the first of many such
        -- runs get one.
        INSERT INTO pgq.pgqueuer (priority, entrypoint, payload, execute_after, status)
        VALUES (
            0, 'runs.' || new_queue, convert_to(jsonb_build_array(jsonb_build_array(owner, new_id))::text, 'UTF8'),
            now() + delay, 'queued'
        );
    END IF;
    RETURN new_id;
END $$;
REVOKE ALL ON FUNCTION runs_enqueue(
    uuid, uuid, text, text, text, jsonb, integer, interval, integer
) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_enqueue(uuid, uuid, text, text, text, jsonb, integer, interval, integer) TO daybreak_app;

-- Enqueues runs for many owners, with one job per 100. A run that is already open for (owner, kind, key) stays
-- unchanged. Sorted owners write to neighbouring index pages. Returns how many runs are new.
CREATE OR REPLACE FUNCTION runs_enqueue_many(
    owner_ids uuid [], new_kind text, new_queue text, keys text [], many_parameters jsonb [], new_max_attempts integer
) RETURNS integer
LANGUAGE plpgsql SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    job_ids bigint [];
    -- One random number for all ids: where it comes from a system call, it costs more than the row.
    seed bytea := uuid_send(gen_random_uuid());
    enqueued integer;
BEGIN
    LOOP
        job_ids := ARRAY(
            SELECT nextval('pgq.pgqueuer_id_seq') FROM generate_series(0, (cardinality(owner_ids) - 1) / 100)
        );
        BEGIN
            WITH made AS (
                INSERT INTO runs_open AS r (
                    owner_id, id, kind, queue, key, parameters, status, max_attempts, job_id, dispatched_at
                )
                SELECT
                    w.owner_id, w.id, new_kind, new_queue, w.key, w.parameters, 'queued',
                    new_max_attempts, job_ids[1 + (w.ordinal - 1) / 100], now()
                FROM (
                    SELECT DISTINCT ON (u.owner_id, u.key)
                        u.owner_id, u.key, u.parameters, u.ordinal,
                        encode(
                            substr(sha256(seed || uuid_send(u.owner_id) || convert_to(u.key, 'UTF8')), 1, 16), 'hex'
                        )::uuid AS id
                    FROM unnest(owner_ids, keys, many_parameters) WITH ORDINALITY
                        AS u (owner_id, key, parameters, ordinal)
                ) AS w
                WHERE (
                    SELECT o.id FROM runs_open AS o
                    WHERE o.owner_id = w.owner_id AND o.kind = new_kind AND o.key = w.key AND o.parent_id IS NULL
                ) IS NULL
                RETURNING r.owner_id, r.id, r.job_id
            ),
            dispatched AS (
                INSERT INTO pgq.pgqueuer (id, priority, entrypoint, payload, status)
                SELECT
                    m.job_id, 0, 'runs.' || new_queue,
                    convert_to('[' || string_agg('["' || m.owner_id || '","' || m.id || '"]', ',') || ']', 'UTF8'),
                    'queued'
                FROM made AS m GROUP BY m.job_id
            )
            SELECT count(*) INTO enqueued FROM made;
            RETURN enqueued;
        EXCEPTION WHEN unique_violation THEN
            -- A concurrent transaction has enqueued one of them, which is visible now. This is rare, and cheaper than
            -- ON CONFLICT for every row.
        END;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION runs_enqueue_many(uuid [], text, text, text [], jsonb [], integer) FROM public, daybreak_app;
GRANT EXECUTE ON FUNCTION runs_enqueue_many(uuid [], text, text, text [], jsonb [], integer) TO daybreak_app;
