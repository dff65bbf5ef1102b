"""A lost connection is `Unavailable`, wherever and however it is lost; a wrong call stays the error it is."""

import asyncio
import socket
from contextlib import suppress

import asyncpg
import pytest

from daybreak import server, wiring
from daybreak.db import Database, apply_migrations, connect, connections
from daybreak.errors import Unavailable
from daybreak.web import WebSettings
from daybreak.web.listener import Listener

METHODS = ("execute", "fetch", "fetchrow", "fetchval", "add_listener")
HANG_SECONDS = 60


async def _terminate(connection, admin: str) -> None:
    """The server ends the session with a FATAL message."""
    superuser = await asyncpg.connect(admin)
    await superuser.fetchval("SELECT pg_terminate_backend($1, 60000)", connection.get_server_pid())
    await superuser.close()


async def _shut_down(connection, _admin: str) -> None:
    """The socket closes in both directions, without a message."""
    with suppress(OSError):
        connection._transport.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


WAYS = {"terminated": _terminate, "shut down": _shut_down}


class Loss:
    """Loses the connection of one statement, before it or while it runs."""

    def __init__(self, monkeypatch, admin: str, way: str, when: str) -> None:
        self._lose, self._admin, self._when = WAYS[way], admin, when
        self._countdown = -1
        self._is_losing = False
        for name in METHODS:
            monkeypatch.setattr(asyncpg.Connection, name, self._counted(getattr(asyncpg.Connection, name)))

    def at(self, number: int) -> None:
        """Lose the connection at the statement of that number from now on; the first is 0."""
        self._countdown = number

    @property
    def happened(self) -> bool:
        return self._countdown < 0

    def _counted(self, method):
        async def counted(connection, *arguments, **options):
            if self._is_losing or self._countdown < 0:
                return await method(connection, *arguments, **options)
            self._countdown -= 1
            if not self.happened:
                return await method(connection, *arguments, **options)
            if self._when == "during":
                running = asyncio.create_task(method(connection, *arguments, **options))
                await asyncio.sleep(0)
                await self._now(connection)
                return await running
            await self._now(connection)
            if self._when == "noticed":
                async with asyncio.timeout(HANG_SECONDS):
                    while not connection.is_closed():  # noqa: ASYNC110 - the pool may have it back
                        await asyncio.sleep(0.001)
            return await method(connection, *arguments, **options)

        return counted

    async def _now(self, connection) -> None:
        self._is_losing = True
        try:
            await self._lose(connection, self._admin)
        finally:
            self._is_losing = False


@pytest.fixture(params=["before", "noticed", "during"])
def when(request) -> str:
    return request.param


@pytest.fixture(params=WAYS)
def loss(monkeypatch, postgres, request, when) -> Loss:
    return Loss(monkeypatch, postgres.admin, request.param, when)


async def in_transaction(database: Database, user) -> None:
    async with database.transaction([user.id]) as tx:
        await tx.fetch("SELECT * FROM people_users")
        await tx.execute("SELECT $1::int", 1)
        await tx.fetchval("SELECT pg_sleep(0.02)")


async def without_owner(database: Database, _user) -> None:
    async with database.without_owner() as connection, connection.transaction(), connection.transaction():
        await connection.fetchval("SELECT pg_sleep(0.02)")


async def failing(database: Database, user) -> None:
    async with database.transaction([user.id]) as tx:
        await tx.execute("SELECT 1")
        raise ZeroDivisionError


async def failing_without_owner(database: Database, _user) -> None:
    async with database.without_owner() as connection, connection.transaction():
        await connection.execute("SELECT 1")
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("work", "statements"),
    [(in_transaction, 5), (without_owner, 5), (failing, 3), (failing_without_owner, 3)],
)
async def test_work_without_connection_is_unavailable_at_each_statement(
    postgres, user, loss, work, statements
):
    async with Database.connect(postgres.app, max_connections=1) as database:
        for number in range(statements):
            loss.at(number)
            # The answer to the last statement may have come before the loss.
            with suppress(Unavailable, ZeroDivisionError):
                await asyncio.wait_for(work(database, user), HANG_SECONDS)
            assert loss.happened
        loss.at(statements)
        with suppress(ZeroDivisionError):
            await work(database, user)
        assert not loss.happened


async def test_migration_without_connection_is_unavailable_at_each_statement(empty_database, loss):
    for number in range(12):
        loss.at(number)
        with suppress(Unavailable):
            await apply_migrations(empty_database)
        assert loss.happened
    loss.at(1_000_000)
    await apply_migrations(empty_database)
    assert await apply_migrations(empty_database) == []


async def test_listener_without_connection_listens_again(postgres, loss, monkeypatch):
    monkeypatch.setattr("daybreak.web.listener._RECONNECT_SECONDS", 0.01)
    for number in range(3):
        notifications = Listener(["lost_connections"])
        loss.at(number)
        listening = asyncio.create_task(notifications.listen(postgres.app))
        async with asyncio.timeout(HANG_SECONDS):
            while not (loss.happened and notifications.is_listening):
                assert not listening.done(), listening.exception()
                await asyncio.sleep(0.01)
        listening.cancel()
        await asyncio.wait({listening})


async def test_listener_that_is_out_of_step_with_the_server_listens_again(postgres, monkeypatch):
    monkeypatch.setattr("daybreak.web.listener._RECONNECT_SECONDS", 0.01)
    add_listener, failed = asyncpg.Connection.add_listener, asyncio.Event()

    async def fail_once(connection, *arguments):
        if not failed.is_set():
            failed.set()
            raise asyncpg.InternalClientError("got result for unknown protocol state 0")
        await add_listener(connection, *arguments)

    monkeypatch.setattr(asyncpg.Connection, "add_listener", fail_once)
    notifications = Listener(["lost_connections"])
    listening = asyncio.create_task(notifications.listen(postgres.app))
    async with asyncio.timeout(HANG_SECONDS):
        while not notifications.is_listening:
            assert not listening.done(), listening.exception()
            await asyncio.sleep(0.01)
    listening.cancel()
    await asyncio.wait({listening})


@pytest.fixture
async def empty_database(postgres):
    """The owner's address of a database of its own, with nothing in it yet."""
    superuser = await asyncpg.connect(postgres.admin)
    await superuser.execute("CREATE DATABASE lost_connections OWNER daybreak_owner")
    yield (
        postgres.owner.replace("/daybreak?", "/lost_connections?")
        if "?" in postgres.owner
        else (postgres.owner.rpartition("/")[0] + "/lost_connections")
    )
    await superuser.execute("DROP DATABASE lost_connections WITH (FORCE)")
    await superuser.close()


FATAL = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
GREETINGS = {
    "closes": b"",
    "closes in the middle of a message": b"R\x00\x00\x00\x08\x00",
    "closes after its greeting": b"R\x00\x00\x00\x08\x00\x00\x00\x00",
    "refuses for now": b"E" + (len(FATAL) + 4).to_bytes(4, "big") + FATAL,
    "speaks another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@pytest.mark.parametrize("with_reset", [False, True], ids=["end", "reset"])
@pytest.mark.parametrize("greeting", GREETINGS.values(), ids=GREETINGS)
async def test_server_that_is_lost_while_connecting_is_unavailable(monkeypatch, greeting, with_reset):
    monkeypatch.setattr(connections, "RECOVERY_SECONDS", 0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.write(greeting)
        if with_reset:
            linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listener:
        port = listener.sockets[0].getsockname()[1]
        dsn = f"postgresql://daybreak_owner@127.0.0.1:{port}/daybreak?sslmode=disable"
        with pytest.raises(Unavailable):
            await apply_migrations(dsn)
        with pytest.raises(Unavailable):
            async with Database.connect(dsn):
                pass
        with pytest.raises(Unavailable):
            async with connect(dsn):
                pass


async def test_web_server_that_loses_the_database_while_it_starts_is_unavailable(tmp_path):
    listening = server.bind(WebSettings(port=1024).model_copy(update={"port": 0}))
    gone = wiring.DatabaseUrls(f"postgresql://daybreak_app@/daybreak?host={tmp_path}", None, embedded=False)
    app = server.build_app(WebSettings(port=1024), gone)
    with listening, pytest.raises(Unavailable, match="cannot start"):
        await server.serve_on_socket(app, WebSettings(port=1024), listening, asyncio.Event())


async def test_wrong_call_on_a_good_connection_stays_the_error_it_is(postgres, user):
    async with Database.connect(postgres.app, max_connections=1) as database:
        with pytest.raises(asyncpg.InterfaceError, match="expects 1 argument"):
            async with database.transaction([user.id]) as tx:
                await tx.fetchval("SELECT $1::int")
        with pytest.raises(asyncpg.InterfaceError, match="another operation is in progress"):
            async with database.without_owner() as connection:
                await asyncio.gather(
                    connection.execute("SELECT pg_sleep(0.1)"), connection.execute("SELECT 1")
                )
        async with connect(postgres.app) as connection:
            with pytest.raises(asyncpg.InterfaceError, match="not yet started"):
                await connection.transaction().commit()
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with connect(postgres.app) as connection:
                await connection.execute("SELECT 1 / 0")
