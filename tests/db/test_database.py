import asyncio
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from daybreak import people
from daybreak.db import Database
from daybreak.errors import InternalError, Misconfigured, Unavailable
from daybreak.people import User

COUNTRY = "UPDATE people_users SET country = $1"


async def country_of(database: Database, user: User) -> str | None:
    async with database.transaction([user.id]) as tx:
        return (await people.get_user(tx, user.id)).country


@pytest.fixture
async def single(postgres):
    """Open a database with one connection: its leftover state affects the next transaction."""
    async with Database.connect(postgres.app, max_connections=1) as database:
        yield database


async def test_the_transaction_is_committed_at_the_end_of_the_block(single, user):
    async with single.transaction([user.id]) as tx:
        await tx.execute(COUNTRY, "FR")
    assert await country_of(single, user) == "FR"


async def test_an_exception_rolls_the_transaction_back(single, user):
    async def work():
        async with single.transaction([user.id]) as tx:
            await tx.execute(COUNTRY, "FR")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()
    assert await country_of(single, user) == "DE"


@pytest.mark.parametrize("what", ["SELECT pg_sleep(600)", None])
async def test_a_cancelled_task_rolls_back_and_leaves_a_clean_connection(single, user, what, monkeypatch):
    monkeypatch.setattr("daybreak.db.database._ROLLBACK_SECONDS", 0.5)
    started = asyncio.Event()

    async def work():
        async with single.transaction([user.id]) as tx:
            await tx.execute(COUNTRY, "FR")
            started.set()
            await (tx.execute(what) if what else asyncio.Event().wait())

    task = asyncio.create_task(work())
    await started.wait()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await country_of(single, user) == "DE"


async def test_a_statement_that_ignores_its_cancel_request_blocks_no_other(single, user, monkeypatch):
    monkeypatch.setattr("daybreak.db.database._ROLLBACK_SECONDS", 0.2)

    started = asyncio.Event()

    async def work():
        async with single.transaction([user.id]) as tx:
            await tx.execute(COUNTRY, "FR")
            # PostgreSQL ignores a cancel request that arrives before the statement.
            monkeypatch.setattr(asyncpg.Connection, "_cancel", _ignore_cancel)
            started.set()
            await tx.execute("SELECT pg_sleep(600)")

    task = asyncio.create_task(work())
    await started.wait()
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 60)
    assert await country_of(single, user) == "DE"


async def _ignore_cancel(connection, waiter, _cancelled=None):
    connection._cancellations.discard(asyncio.current_task())
    if not waiter.done():
        waiter.set_result(None)


async def test_continuing_after_a_failed_statement_is_an_error_and_not_a_silent_loss(single, user):
    async def work():
        async with single.transaction([user.id]) as tx:
            await tx.execute(COUNTRY, "FR")
            with suppress(asyncpg.DivisionByZeroError):
                await tx.execute("SELECT 1 / 0")

    with pytest.raises(InternalError, match="nothing was written"):
        await work()
    assert await country_of(single, user) == "DE"


async def test_the_owner_is_reset_when_the_transaction_ends(single, user):
    async with single.transaction([user.id]):
        pass
    async with single.without_owner() as connection:
        assert await connection.fetchval("SELECT current_setting('daybreak.owner_ids', TRUE)") == ""


async def test_a_broken_connection_is_reported_and_the_next_transaction_works(single, user, postgres):
    async with single.without_owner() as connection:
        pid = connection.get_server_pid()
    superuser = await asyncpg.connect(postgres.admin)

    async def work():
        async with single.transaction([user.id]) as tx:
            await tx.execute(COUNTRY, "FR")
            await superuser.execute("SELECT pg_terminate_backend($1, 5000)", pid)
            await tx.execute(COUNTRY, "IT")

    with pytest.raises(Unavailable, match="connection to PostgreSQL was lost"):
        await work()
    await superuser.close()
    assert await country_of(single, user) == "DE"


async def test_a_timed_out_statement_is_rolled_back_and_retryable(single, user):
    async def work():
        async with single.transaction([user.id]) as tx:
            await tx.execute(COUNTRY, "FR")
            await tx.execute("SELECT pg_sleep(600)", timeout=0.05)

    with pytest.raises(Unavailable, match="try again"):
        await work()
    assert await country_of(single, user) == "DE"


async def test_a_statement_that_the_server_cancels_is_retryable(single, user):
    async def work():
        async with single.transaction([user.id]) as tx:
            await tx.execute("SET LOCAL statement_timeout = 10")
            await tx.execute("SELECT pg_sleep(600)")

    with pytest.raises(Unavailable) as failure:
        await work()
    assert str(failure.value) == "The database cannot complete this now; try again in a minute."
    assert "statement timeout" in failure.value.reason


async def test_full_pool_is_unavailable_after_the_time_limit(postgres):
    async with Database.connect(postgres.app, max_connections=1, acquire_seconds=0.05) as database:
        async with database.without_owner():
            with pytest.raises(Unavailable, match="Too many requests wait for the database") as failure:
                async with database.without_owner():
                    pass
        assert failure.value.retry_after == 5
        async with database.without_owner() as connection:
            assert await connection.fetchval("SELECT 1") == 1


async def test_snapshot_sees_the_rows_of_one_owner_at_one_instant_and_needs_no_connection_of_the_pool(
    single, user, other_user
):
    async def see(tx) -> list[str]:
        return [f"{row['email']} {row['name']}" for row in await tx.fetch("SELECT * FROM people_users")]

    async with single.snapshot(user.id) as tx:
        before = await see(tx)
        async with single.transaction([user.id]) as other:
            await other.execute("UPDATE people_users SET name = 'Berta'")
        assert await see(tx) == before == [f"{user.email} Anna"]
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tx.execute("DELETE FROM people_users")


async def test_reason_of_a_refused_login_is_not_in_the_sentence(postgres):
    name = f"nobody_{uuid4().hex[:8]}"
    with pytest.raises(Misconfigured) as refusal:
        async with Database.connect(postgres.app.replace("daybreak_app", name, 1)):
            pass
    assert name not in str(refusal.value)
    assert name in refusal.value.reason


async def test_two_transactions_at_once_have_their_own_owners(database, user, other_user):
    async def see(person: User) -> list[str]:
        async with database.transaction([person.id]) as tx:
            await asyncio.sleep(0)
            return [row["email"] for row in await tx.fetch("SELECT email FROM people_users")]

    people_ = [user, other_user] * 10
    assert await asyncio.gather(*map(see, people_)) == [[person.email] for person in people_]


@pytest.fixture
async def role(postgres):
    """Create a login role with some privileges, for the length of a test."""
    superuser = await asyncpg.connect(postgres.admin)
    name = f"daybreak_test_{uuid4().hex[:8]}"

    async def role(options: str) -> None:
        await superuser.execute(f"CREATE ROLE {name} NOLOGIN {options}")
        await superuser.execute(f"GRANT {name} TO daybreak_app")

    yield role
    await superuser.execute(f"DROP ROLE IF EXISTS {name}")
    await superuser.close()


async def test_a_role_that_could_read_every_row_is_rejected(postgres):
    for address in (postgres.admin, postgres.owner):
        with pytest.raises(Misconfigured, match="could read every user’s rows"):
            async with Database.connect(address):
                pass


@pytest.mark.parametrize("options", ["BYPASSRLS", "SUPERUSER", "IN ROLE daybreak_owner"])
async def test_a_role_that_could_become_such_a_role_is_rejected(postgres, role, options):
    await role(options)
    with pytest.raises(Misconfigured, match="daybreak_app could read every user’s rows"):
        async with Database.connect(postgres.app):
            pass


async def test_an_address_without_a_server_is_unavailable(tmp_path):
    with pytest.raises(Unavailable) as silence:
        async with Database.connect(f"postgresql://daybreak_app@/daybreak?host={tmp_path}"):
            pass
    assert str(silence.value) == "The database does not answer; try again in a minute."
    assert "No such file" in silence.value.reason


@pytest.mark.parametrize("dsn", ["mysql://daybreak_app:geheim@host/daybreak", "postgresql://a:geheim@h:x/d"])
async def test_a_malformed_address_is_explained_without_its_password(dsn):
    with pytest.raises(Misconfigured, match="is malformed") as refusal:
        async with Database.connect(dsn):
            pass
    assert "geheim" not in str(refusal.value)


async def test_a_missing_database_is_misconfigured(postgres):
    missing = urlunsplit(urlsplit(postgres.app)._replace(path="/daybreak_nowhere"))
    with pytest.raises(Misconfigured) as refusal:
        async with Database.connect(missing):
            pass
    assert "daybreak_nowhere" in refusal.value.reason
