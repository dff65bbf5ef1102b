"""Isolation of the rows of two owners, through the same interface as the application."""

# ruff: noqa: S608 - the names of tables are this file's own

from uuid import uuid4

import asyncpg
import pytest

from daybreak import people
from daybreak.db import Database
from daybreak.errors import InternalError
from daybreak.people import User

NOW = "now()"
IMPORTED_COLUMNS = "owner_id, id, external_id, path, source_ref"
# One row for each table; $1 is the owner, $2 an id shared by all rows.
ROWS = {
    "people_users": "(id, email, name, timezone) VALUES ($1, $2::uuid::text, 'x', 'UTC')",
    "people_preferences": "(owner_id) SELECT $1 WHERE $2::uuid IS NOT NULL",
    "people_accounts": "(owner_id) SELECT $1 WHERE $2::uuid IS NOT NULL",
    "people_sessions": (
        "(owner_id, id, token_sha256, user_agent, address, expires_at)"
        f" VALUES ($1, $2, uuid_send($2), 'x', 'x', {NOW})"
    ),
    "people_links": (
        f"(owner_id, id, purpose, token_sha256, expires_at) VALUES ($1, $2, 'reset', uuid_send($2), {NOW})"
    ),
    "people_tokens": (
        "(owner_id, id, name, scope, token_sha256, suffix) VALUES ($1, $2, 'x', 'read', uuid_send($2), 'x')"
    ),
    "people_security_events": (
        "(owner_id, id, kind, actor_kind, actor_name, address, user_agent)"
        " VALUES ($1, $2, 'signed-in', 'user', 'x', 'x', 'x')"
    ),
    "people_known_browsers": (
        f"(owner_id, token_sha256, expires_at) VALUES ($1, uuid_send($2), {NOW} + interval '1 day')"
    ),
    "people_identities": (
        "(owner_id, id, kind, value, value_key, source) VALUES ($1, $2, 'name', 'x', 'x', 'person')"
    ),
    "agenda_sources": (
        "(owner_id, id, kind, name, locator, locator_sha256)"
        " VALUES ($1, $2, 'folder', 'x', 'x', uuid_send($2))"
    ),
    "agenda_source_warnings": "(owner_id, source_id, position, path, message) VALUES ($1, $2, 1, 'x', 'x')",
    "agenda_projects": f"({IMPORTED_COLUMNS}, name) VALUES ($1, $2, 'x', 'x', 'x', 'x')",
    "agenda_project_aliases": (
        "(owner_id, alias_key, alias, canonical_key) VALUES ($1, $2::uuid::text, 'x', 'x')"
    ),
    "agenda_phases": f"({IMPORTED_COLUMNS}, project_id, name) VALUES ($1, $2, 'x', 'x', 'x', $2, 'x')",
    "agenda_tasks": (
        f"({IMPORTED_COLUMNS}, title, status, priority, touched_at)"
        f" VALUES ($1, $2, 'x', 'x', 'x', 'x', 'open', 2, {NOW})"
    ),
    "agenda_events": (
        f"({IMPORTED_COLUMNS}, title, all_day, floating, starts_at, ends_at, busy, tentative)"
        f" VALUES ($1, $2, 'x', 'x', 'x', 'x', FALSE, FALSE, {NOW}, {NOW}, TRUE, FALSE)"
    ),
    "agenda_cancellations": (
        "(owner_id, source_id, id, path, fingerprint, uid, sequence) VALUES ($1, $2, $2, 'x', 'x', 'x', 0)"
    ),
    "agenda_notes": f"({IMPORTED_COLUMNS}, title, noted_at) VALUES ($1, $2, 'x', 'x', 'x', 'x', {NOW})",
    "briefs_editions": (
        "(owner_id, id, brief_date, edition, composed_at, document)"
        f" VALUES ($1, $2, '2026-03-29', 'standard', {NOW}, '{{}}')"
    ),
    "briefs_folder_snapshots": (
        f"(owner_id, source_id, brief_date, taken_at, facts) VALUES ($1, $2, '2026-03-29', {NOW}, '[]')"
    ),
    "briefs_snapshots": (
        "(owner_id, id, edition_id, brief_date, taken_at, facts)"
        f" VALUES ($1, $2, $2, '2026-03-29', {NOW}, '[]')"
    ),
}
RUN_COLUMNS = "owner_id, id, kind, queue, key, parameters, max_attempts"
COUNTER_COLUMNS = (
    "epoch, attempts, fence, last_event_number, phase, total, done, failed, skipped, errors, created_at"
)
ROWS |= {
    "runs_open": (
        f"({RUN_COLUMNS}, status, scheduled_at)"
        " VALUES ($1, $2, 'x.y', 'bulk', 'x', '{}', 1, 'queued', 'infinity')"
    ),
    "runs_finished": (
        f"({RUN_COLUMNS}, {COUNTER_COLUMNS}, status)"
        f" VALUES ($1, $2, 'x.y', 'bulk', 'x', '{{}}', 1, 1, 1, 1, 1, '', 1, 0, 1, 0, '[]', {NOW}, 'failed')"
    ),
    "runs_events": "(owner_id, run_id, number, name) VALUES ($1, $2, 1, 'x')",
}
ROWS |= {
    "briefs_search_index": f"(owner_id, edition_id, composed_at, search_vector) VALUES ($1, $2, {NOW}, 'x')",
    "briefs_feedback": (
        "(owner_id, edition_id, claim, sentence, facts, opinion, given_at)"
        f" VALUES ($1, $2, '0123456789abcdef', 'x', '{{}}', 'useful', {NOW})"
    ),
    "agenda_decisions": (
        "(owner_id, id, task_id, kind, task_status_at_decision, made_at, made_by)"
        f" VALUES ($1, $2, $2, 'done', 'open', {NOW}, $1)"
    ),
    "agenda_upload_files": (
        f"(owner_id, source_id, path, content, size, modified_at) VALUES ($1, $2, 'x', '', 0, {NOW})"
    ),
    "web_idempotency_keys": "(owner_id, key, fingerprint) VALUES ($1, $2::uuid::text, '')",
}
ROWS |= {
    # A trigger has inserted one for every user in people_preferences.
    "schedule_entries": (
        "(owner_id, timezone, local_time, weekdays, weekly_weekdays, catch_up, reengagement, active,"
        " is_stale) SELECT $1, 'UTC', '07:00', 1, 0, '0', TRUE, TRUE, TRUE WHERE $2::uuid IS NOT NULL"
        " ON CONFLICT DO NOTHING"
    ),
    "schedule_outcomes": (
        "(owner_id, local_date, edition, outcome, reason, due_at, decided_at)"
        f" SELECT $1, '2026-03-29', 'standard', 'enqueued', 'due', {NOW}, {NOW} WHERE $2::uuid IS NOT NULL"
    ),
    "schedule_reachability": (
        "(owner_id, reachable, observable) SELECT $1, TRUE, TRUE WHERE $2::uuid IS NOT NULL"
    ),
    "schedule_second_tries": (
        "(owner_id, local_date, edition, run_id, epoch, failed_at, retry_at, retry_until, state)"
        f" VALUES ($1, '2026-03-29', 'standard', $2, 1, {NOW}, {NOW}, {NOW}, 'pending')"
    ),
    "schedule_absences": (
        f"(owner_id, since, tier, notified_at) SELECT $1, {NOW}, 1, {NOW} WHERE $2::uuid IS NOT NULL"
    ),
}
APPEND_ONLY = {"runs_finished", "runs_events", "schedule_outcomes"}
INSERT_ONLY = {"people_security_events"}
# The creation of a user is an event, too.
# The address and its first part are identities.
ROWS_PER_USER = {"people_security_events": 2, "people_identities": 3}
WITHOUT_OWNER = {
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
PEOPLE_TABLES = {"people_users": "id", "people_preferences": "owner_id"}
OWNED_TABLES = [table for table in ROWS if table not in PEOPLE_TABLES]


def owner(table: str) -> str:
    return PEOPLE_TABLES.get(table, "owner_id")


async def insert_row_everywhere(database: Database, user: User):
    """Insert a row into every table; all with the same id."""
    row_id = uuid4()
    async with database.transaction([user.id]) as tx:
        for table in OWNED_TABLES:
            await tx.execute(f"INSERT INTO {table} {ROWS[table]}", user.id, row_id)
    return row_id


@pytest.fixture
async def other_users_rows(database: Database, other_user: User):
    return await insert_row_everywhere(database, other_user)


async def test_every_table_is_covered_here(postgres):
    connection = await asyncpg.connect(postgres.admin)
    names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    assert {row["tablename"] for row in names} == {*ROWS, *WITHOUT_OWNER}


@pytest.mark.parametrize("table", ROWS)
async def test_rows_of_another_user_are_invisible_and_stay_unchanged(
    database, user, other_user, other_users_rows, table
):
    async with database.transaction([user.id]) as tx:
        column = owner(table)
        seen = await tx.fetchval(f"SELECT count(*) FROM {table} WHERE {column} <> $1", user.id)
        changed, deleted = "UPDATE 0", "DELETE 0"
        if table not in APPEND_ONLY | INSERT_ONLY:
            changed = await tx.execute(
                f"UPDATE {table} SET {column} = {column} WHERE {column} = $1", other_user.id
            )
        if table not in INSERT_ONLY:
            deleted = await tx.execute(f"DELETE FROM {table} WHERE {column} = $1", other_user.id)
    assert (seen, changed, deleted) == (0, "UPDATE 0", "DELETE 0")
    async with database.transaction([other_user.id]) as tx:
        assert await tx.fetchval(f"SELECT count(*) FROM {table}") == ROWS_PER_USER.get(table, 1)


@pytest.mark.parametrize("table", ROWS)
async def test_a_row_of_another_user_cannot_be_inserted(database, user, other_users_rows, table):
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with database.transaction([user.id]) as tx:
            await tx.execute(f"INSERT INTO {table} {ROWS[table]}", uuid4(), other_users_rows)


@pytest.mark.parametrize("table", ROWS)
async def test_a_row_cannot_be_moved_to_another_user(database, user, other_user, table):
    await insert_row_everywhere(database, user)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"row-level security|permission denied"):
        async with database.transaction([user.id]) as tx:
            await tx.execute(f"UPDATE {table} SET {owner(table)} = $1", uuid4())


@pytest.mark.parametrize("table", ROWS)
async def test_a_missing_owner_is_an_error_and_not_an_empty_result(postgres, other_users_rows, table):
    connection = await asyncpg.connect(postgres.app)
    with pytest.raises(asyncpg.UndefinedObjectError):
        await connection.fetch(f"SELECT * FROM {table}")
    # Once it has been set in a transaction, it is empty afterwards, not undefined.
    await connection.execute(f"BEGIN; SET LOCAL daybreak.owner_ids = '{{{uuid4()}}}'; COMMIT")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await connection.fetch(f"SELECT * FROM {table}")
    await connection.close()


async def test_a_connection_without_owner_sees_no_row(database, user):
    async with database.without_owner() as connection:
        with pytest.raises(asyncpg.PostgresError, match=r"daybreak\.owner_ids|malformed array"):
            await connection.fetch("SELECT * FROM people_users")


@pytest.mark.parametrize("table", ROWS)
async def test_a_transaction_for_two_owners_sees_both_and_no_other(
    database, user, other_user, other_users_rows, table
):
    await insert_row_everywhere(database, user)
    third = await people.create_user(database, f"{uuid4().hex}@example.org", timezone="UTC")
    await insert_row_everywhere(database, third)
    async with database.transaction([user.id, other_user.id]) as tx:
        rows = await tx.fetch(f"SELECT {owner(table)} AS owner FROM {table}")
    expected = [user.id, other_user.id] * ROWS_PER_USER.get(table, 1)
    assert sorted(row["owner"] for row in rows) == sorted(expected)


async def test_a_transaction_without_owners_is_an_error(database):
    with pytest.raises(InternalError, match="at least one owner"):
        async with database.transaction([]):
            pass


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("agenda_source_warnings", "source_id"),
        ("agenda_tasks", "project_id"),
        ("agenda_tasks", "phase_id"),
        ("agenda_tasks", "source_id"),
        ("agenda_notes", "project_id"),
        ("agenda_phases", "project_id"),
        ("agenda_events", "source_id"),
        ("agenda_cancellations", "source_id"),
        ("briefs_folder_snapshots", "source_id"),
        ("briefs_snapshots", "edition_id"),
    ],
)
async def test_a_row_cannot_reference_a_row_of_another_user(database, user, other_users_rows, table, column):
    await insert_row_everywhere(database, user)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with database.transaction([user.id]) as tx:
            await tx.execute(f"UPDATE {table} SET {column} = $1", other_users_rows)


async def test_deleting_a_user_deletes_all_rows_of_the_user(database, user, postgres):
    await insert_row_everywhere(database, user)
    async with database.transaction([user.id]) as tx:
        await tx.execute("DELETE FROM people_users WHERE id = $1", user.id)
    superuser = await asyncpg.connect(postgres.admin)
    for table in ROWS:
        assert (
            await superuser.fetchval(f"SELECT count(*) FROM {table} WHERE {owner(table)} = $1", user.id) == 0
        )
    await superuser.close()


async def test_the_policy_reads_its_setting_once_and_allows_index_use(postgres, user):
    connection = await asyncpg.connect(postgres.app)
    await connection.execute(
        f"BEGIN; SET LOCAL daybreak.owner_ids = '{{{user.id}}}'; SET enable_seqscan = off"
    )
    # Its statements select rows by key; the policy must not make the planner search by owner (0005_runs.sql).
    for table in set(OWNED_TABLES) - {"runs_open"}:
        lines = await connection.fetch(f"EXPLAIN SELECT * FROM {table}")
        plan = "\n".join(row["QUERY PLAN"] for row in lines)
        assert "InitPlan" in plan, table
        assert "Index Cond: (owner_id = ANY (" in plan, f"{table}\n{plan}"
    await connection.close()
