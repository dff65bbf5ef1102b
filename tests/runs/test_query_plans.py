"""Tests that query plans do not depend on planner statistics, which are stale after many inserts."""

FUNCTIONS_WITHOUT_FIXED_PLANS = """
SELECT p.proname FROM pg_proc AS p INNER JOIN pg_language AS l ON p.prolang = l.oid
WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'runs\\_%' AND l.lanname = 'plpgsql'
    AND p.prorettype <> 'trigger'::regtype
    AND NOT coalesce(p.proconfig, '{}')
    @> '{plan_cache_mode=force_generic_plan,enable_hashjoin=off,enable_seqscan=off}'
ORDER BY p.proname
"""
# These run one at a time over whole tables and have no list parameters.
MAINTENANCE_FUNCTIONS = [
    "runs_drop_partitions",
    "runs_fold_counters",
    "runs_make_partitions",
    "runs_prune",
    "runs_rescue",
]


async def test_functions_of_runs_have_fixed_planner_settings(cluster):
    loose = [name for (name,) in await cluster.as_owner.fetch(FUNCTIONS_WITHOUT_FIXED_PLANS)]
    assert loose == MAINTENANCE_FUNCTIONS


async def test_rescue_finds_jobs_by_primary_key(cluster):
    settings = "SELECT proconfig FROM pg_proc WHERE proname = 'runs_rescue'"
    assert {"enable_hashjoin=off", "enable_seqscan=off"} <= set(await cluster.as_owner.fetchval(settings))
