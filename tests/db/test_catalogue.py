"""Rules for every table, view and function, read from the catalogue: a missing policy is found here."""

import asyncpg
import pytest

GLOBAL = {
    "db_compatibility",
    "db_functions",
    "db_migrations",
    "db_readiness",
    "people_sign_in_throttle",
    "runs_counters",
    "runs_maintenance_state",
    "runs_durations",
    "runs_workers",
    "schedule_schedulers",
    "schedule_slots",
    "schedule_state",
    "schedule_maintenance",
}
# Called by other functions of the owner: the application must not create or drop whole weeks.
MAINTENANCE_ONLY = {"runs_make_partitions", "runs_drop_partitions"}
OWNER_COLUMN = {"people_users": "id"}
UNIQUE_ACROSS_OWNERS = {"people_users_email"}  # an address belongs to one user

TABLES = """
SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
    ARRAY(SELECT a.attname::text FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0
        ORDER BY a.attnum) AS columns
FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
"""
POLICIES = """
SELECT tablename, policyname, permissive, roles::text[] AS roles, cmd, qual, with_check
FROM pg_policies WHERE schemaname = 'public'
"""
UNIQUE_KEYS = """
SELECT t.relname AS tablename, i.relname AS name, a.attname AS first_column
FROM pg_index AS x
INNER JOIN pg_class AS i ON i.oid = x.indexrelid
INNER JOIN pg_class AS t ON t.oid = x.indrelid
INNER JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]
WHERE t.relnamespace = 'public'::regnamespace AND x.indisunique
"""
FOREIGN_KEYS = """
SELECT k.conrelid::regclass::text AS tablename, k.conname AS name, a.attname AS first_column,
    k.confrelid::regclass::text AS other_table, b.attname AS other_column
FROM pg_constraint AS k
INNER JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
INNER JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
"""
FUNCTIONS = """
SELECT p.proname AS name, p.prosecdef AS definer, p.proconfig AS config, pg_get_userbyid(p.proowner) AS owner,
    has_function_privilege('daybreak_app', p.oid, 'EXECUTE') AS open_to_app,
    EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
        WHERE acl.grantee = 0) AS open_to_all
FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
"""
VIEWS = """
SELECT c.relname AS name, c.reloptions AS options FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
"""
OWNED_BY_APP = """
SELECT d.classid::regclass::text AS kind, d.objid FROM pg_shdepend AS d
WHERE d.deptype = 'o' AND d.refclassid = 'pg_authid'::regclass
AND d.refobjid = (SELECT oid FROM pg_roles WHERE rolname = 'daybreak_app')
"""


@pytest.fixture
async def query(postgres):
    connection = await asyncpg.connect(postgres.admin)
    yield connection.fetch
    await connection.close()


@pytest.fixture
async def tables(query):
    found = {row["name"]: row for row in await query(TABLES)}
    assert found.keys() > GLOBAL
    return {name: row for name, row in found.items() if name not in GLOBAL}


def owner_column(table: str) -> str:
    return OWNER_COLUMN.get(table, "owner_id")


async def test_every_user_table_has_row_level_security_enabled_and_forced(tables):
    assert {name for name, row in tables.items() if not (row["enabled"] and row["forced"])} == set()


async def test_every_user_table_has_the_owner_as_first_column(tables):
    assert {name for name, row in tables.items() if row["columns"][0] != owner_column(name)} == set()


async def test_every_table_has_the_two_policies_and_no_other(query, tables):
    policies = {(row["tablename"], row["policyname"]): row for row in await query(POLICIES)}
    assert policies.keys() == {(table, policy) for table in tables for policy in ("owners", "maintenance")}
    for (table, name), policy in policies.items():
        to = "daybreak_app" if name == "owners" else "daybreak_owner"
        assert (policy["permissive"], policy["roles"], policy["cmd"]) == ("PERMISSIVE", [to], "ALL")
        assert policy["with_check"] is None, f"{table}: what may be seen is what may be written"
        if name == "owners":
            assert policy["qual"].lstrip("(").startswith(f"{owner_column(table)} = ANY"), table
            assert "current_setting('daybreak.owner_ids'::text))::uuid[]" in policy["qual"], table


async def test_every_unique_key_has_the_owner_as_first_column(query, tables):
    keys = [row for row in await query(UNIQUE_KEYS) if row["tablename"] in tables]
    wrong = {row["name"] for row in keys if row["first_column"] != owner_column(row["tablename"])}
    assert wrong == UNIQUE_ACROSS_OWNERS


async def test_every_foreign_key_has_the_owner_as_first_column_on_both_sides(query):
    keys = await query(FOREIGN_KEYS)
    assert keys
    for row in keys:
        assert row["first_column"] == owner_column(row["tablename"]), row["name"]
        assert row["other_column"] == owner_column(row["other_table"]), row["name"]


async def test_views_run_as_the_invoker(query):
    assert {row["name"] for row in await query(VIEWS) if row["options"] != ["security_invoker=true"]} == set()


async def test_definer_functions_have_a_fixed_search_path_and_are_executable_by_the_application_only(query):
    functions = await query(FUNCTIONS)
    assert functions
    for function in functions:
        assert not function["open_to_all"], function["name"]
        assert function["owner"] == "daybreak_owner", function["name"]
        if function["definer"]:
            assert "search_path=public, pg_temp" in function["config"], function["name"]
            assert function["open_to_app"] is (function["name"] not in MAINTENANCE_ONLY), function["name"]


async def test_the_application_owns_nothing_and_can_create_nothing(query, postgres):
    assert await query(OWNED_BY_APP) == []
    app = await asyncpg.connect(postgres.app)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("CREATE TABLE public.mine (id uuid)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("UPDATE db_migrations SET sha256 = ''")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("TRUNCATE people_users CASCADE")
    await app.close()
