"""Tests of calendar URLs: passwords, requested delays, compression, confirmed private addresses."""

import gzip
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from daybreak import agenda, clock
from daybreak.agenda import jobs
from daybreak.agenda.sources.addresses import add_address
from daybreak.errors import InvalidInput
from daybreak.intake import BasicCredentials, IntakeSettings, PrivateAddress
from daybreak.runs.testing import run_all_due

from .protected_server import ProtectedServer, make_calendar, protected_server
from .workspace import UserWorkspace

ANNA = BasicCredentials("anna", "s3cret-pass")
SECRETS = ("s3cret-pass", "t0ken", "czNjcmV0")


@pytest.fixture
def server():
    with protected_server() as server:
        yield server


@pytest.fixture
def add(workspace: UserWorkspace, server: ProtectedServer, vault):
    """Return a function that adds the server's URL, and reads it."""

    async def add_and_read(url: str = "", **more) -> agenda.ImportReport:
        reader = workspace.reader
        added = await add_address(reader.database, reader.user, url or server.url, vault, **more)
        return await agenda.read_added_source(reader, added, more.get("credentials"))

    return add_and_read


@pytest.fixture
def later(monkeypatch):
    """Let the application's clock run ahead, so that no copy counts as recent."""

    def pass_(hours: float = 1) -> None:
        after = clock.now() + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda: after)

    return pass_


async def read_again(workspace: UserWorkspace) -> agenda.ImportReport:
    (known,) = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    return await agenda.read_source(workspace.reader, known.source)


async def stored_row(postgres, source: agenda.Source) -> asyncpg.Record:
    superuser = await asyncpg.connect(postgres.admin)
    try:
        return await superuser.fetchrow("SELECT * FROM agenda_sources WHERE id = $1", source.id)
    finally:
        await superuser.close()


@pytest.mark.parametrize("typed", [True, False])
async def test_password_is_sent_and_nowhere_readable(add, workspace, server, postgres, typed):
    server.password = ANNA.password
    url = server.url if typed else server.url.replace("http://", "http://anna:s3cret-pass@")
    with capture_logs() as logged:
        report = await add(url, credentials=ANNA if typed else None)
    assert await workspace.titles() == {"Choir of anna"}
    known = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    async with workspace.reader.database.transaction([workspace.reader.user.id]) as tx:
        pages = await tx.fetch("SELECT content FROM account_export($1)", workspace.reader.user.id)
    exported = [page["content"] for page in pages]
    row = await stored_row(postgres, report.source)
    texts = [str(report), repr(report), str(known), str(dict(row)), str(logged), *map(str, exported)]
    assert all(row["secret"] not in text for text in texts[-len(exported) :])
    for secret in SECRETS:
        assert all(secret not in text for text in texts)


async def test_url_with_its_password_in_it_is_the_same_source_as_with_a_typed_one(add, server):
    server.password = ANNA.password
    first = await add(server.url.replace("http://", "http://anna:s3cret-pass@"))
    assert (await add(credentials=ANNA)).source.id == first.source.id


async def test_two_users_of_one_url_are_two_sources(add, server, workspace):
    server.password = ANNA.password
    await add(credentials=ANNA)
    await add(credentials=BasicCredentials("bob", ANNA.password))
    assert await workspace.titles() == {"Choir of anna", "Choir of bob"}


async def test_url_stored_by_an_earlier_version_is_still_read(add, server, workspace, postgres, vault, later):
    server.password = ANNA.password
    report = await add(credentials=ANNA)
    superuser = await asyncpg.connect(postgres.admin)
    old = vault.encrypt(server.url.replace("http://", "http://anna:s3cret-pass@"))
    await superuser.execute("UPDATE agenda_sources SET secret = $2 WHERE id = $1", report.source.id, old)
    await superuser.close()
    later()
    assert (await read_again(workspace)).failure is None
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("credentials", "sentence"),
    [
        (None, "asks for a user name and a password"),
        (BasicCredentials("anna", "wrong"), "rejected the user name or the password"),
        (BasicCredentials("anna", ""), "rejected the user name or the password"),
    ],
)
async def test_url_that_denies_access_is_not_added(add, server, workspace, credentials, sentence):
    server.password = ANNA.password
    with pytest.raises(InvalidInput, match=sentence):
        await add(credentials=credentials)
    assert await agenda.list_sources(workspace.reader.database, workspace.reader.user) == []


async def test_password_that_is_no_longer_accepted_can_be_entered_anew(add, server, workspace, later):
    server.password = ANNA.password
    source = (await add(credentials=ANNA)).source
    later()
    server.password = "n3w"
    report = await read_again(workspace)
    assert "rejected the user name or the password; enter them again" in report.failure
    assert await workspace.titles() == {"Choir of anna"}
    report = await agenda.change_credentials(workspace.reader, source, BasicCredentials("anna", "n3w"))
    assert report.failure is None
    later()
    assert (await read_again(workspace)).failure is None


@pytest.mark.parametrize(
    "credentials", [BasicCredentials("anna", "wrong"), BasicCredentials("anna", ""), None]
)
async def test_password_that_is_rejected_is_not_kept(add, server, workspace, later, credentials):
    server.password = ANNA.password
    source = (await add(credentials=ANNA)).source
    with pytest.raises(InvalidInput):
        await agenda.change_credentials(workspace.reader, source, credentials)
    later()
    assert (await read_again(workspace)).failure is None


@pytest.mark.parametrize("credentials", [BasicCredentials("anna", "wrong"), BasicCredentials("anna", "")])
@pytest.mark.parametrize("is_recent", [True, False])
async def test_known_url_entered_with_a_wrong_password_keeps_its_own(
    add, server, workspace, later, credentials, is_recent
):
    server.password = ANNA.password
    await add(credentials=ANNA)
    if not is_recent:
        later()
    with pytest.raises(InvalidInput, match="rejected the user name or the password"):
        await add(credentials=credentials)
    later()
    assert (await read_again(workspace)).failure is None


@pytest.mark.parametrize("is_recent", [True, False])
async def test_known_url_entered_with_its_new_password_is_read_with_it(
    add, server, workspace, later, is_recent
):
    server.password = ANNA.password
    await add(credentials=ANNA)
    server.password = "n3w"
    if not is_recent:
        later()
        assert (await read_again(workspace)).failure
    assert (await add(credentials=BasicCredentials("anna", "n3w"))).failure is None
    later()
    assert (await read_again(workspace)).failure is None


async def test_other_user_name_shows_that_user_s_calendar_at_once(add, server, workspace):
    server.password = ANNA.password
    source = (await add(credentials=ANNA)).source
    await agenda.change_credentials(workspace.reader, source, BasicCredentials("bob", ANNA.password))
    assert "Choir of bob" in await workspace.titles()
    assert "If-None-Match" not in server.requests[-1]


async def test_password_can_be_removed(add, server, workspace):
    server.password = ANNA.password
    source = (await add(credentials=ANNA)).source
    server.password = None
    await agenda.change_credentials(workspace.reader, source, None)
    assert "Authorization" not in server.requests[-1]


async def test_only_urls_have_a_password(workspace):
    workspace.write_file("todo.txt", "Call Berta")
    source = (await workspace.import_folder()).source
    with pytest.raises(InvalidInput, match="Only calendar URLs"):
        await agenda.change_credentials(workspace.reader, source, ANNA)


@pytest.mark.parametrize(("status", "asked"), [(429, "3600"), (503, "120"), (503, "99999999"), (500, "60")])
async def test_server_that_asks_for_a_delay_is_not_requested_before_its_end(
    add, server, workspace, postgres, later, status, asked
):
    source = (await add()).source
    server.status, server.headers = status, {"Retry-After": asked}
    # The application's clock may be wrong by days: the delay is that of the database's clock.
    for _ in range(3):
        later(48)
        report = await read_again(workspace)
        assert f"answered {status}" in report.failure
        assert await workspace.titles() == {"Choir of everybody"}
    assert len(server.requests) == 2
    superuser = await asyncpg.connect(postgres.admin)
    left = await superuser.fetchval("SELECT retry_at - now() FROM agenda_sources WHERE id = $1", source.id)
    assert timedelta(0) < left <= min(timedelta(days=1), timedelta(seconds=int(asked)))
    await superuser.execute("UPDATE agenda_sources SET retry_at = now() WHERE id = $1", source.id)
    await superuser.close()
    server.status, server.headers = 200, {}
    assert (await read_again(workspace)).failure is None
    (known,) = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    assert (known.source.retry_at, known.source.error) == (None, None)


@pytest.mark.parametrize(("status", "headers"), [(404, {"Retry-After": "3600"}), (500, {}), (429, {})])
async def test_without_a_requested_delay_each_refresh_requests_the_url(
    add, server, workspace, later, status, headers
):
    await add()
    server.status, server.headers = status, headers
    for _ in range(2):
        later()
        await read_again(workspace)
    assert len(server.requests) == 3


async def test_background_refresh_waits_as_well(add, server, workspace, later, monkeypatch):
    monkeypatch.setenv("DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES", "true")
    monkeypatch.setenv("DAYBREAK_INTAKE_ENCRYPTION_KEYS", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    await add()
    server.status, server.headers = 503, {"Retry-After": "7200"}
    for _ in range(2):
        later()
        async with workspace.reader.database.transaction([workspace.reader.user.id]) as tx:
            await jobs.enqueue_refresh(tx, workspace.reader.user.id)
        await run_all_due(workspace.reader.database, jobs.kinds(), workspace.reader.user.id)
    assert len(server.requests) == 2


async def test_changed_password_ends_a_requested_delay(add, server, workspace, later):
    source = (await add()).source
    server.status, server.headers = 429, {"Retry-After": "3600"}
    later()
    await read_again(workspace)
    server.status, server.headers = 200, {}
    await agenda.change_credentials(workspace.reader, source, ANNA)
    (known,) = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    assert (known.source.retry_at, known.source.error) == (None, None)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (gzip.compress(make_calendar("Chess"), mtime=0), {"Content-Encoding": "gzip"}),
        (gzip.compress(make_calendar("Chess"), mtime=0), {"Content-Type": "application/gzip"}),
        (make_calendar("Chess"), {"Content-Encoding": "gzip"}),
        (
            gzip.compress(make_calendar("Chess").decode().encode("utf-16"), mtime=0),
            {"Content-Encoding": "gzip"},
        ),
    ],
)
async def test_compressed_calendar_is_read_and_kept_as_the_last_good_copy(
    add, server, workspace, later, content, headers
):
    server.content, server.headers = content, headers
    await add()
    later()
    server.status, server.headers = 500, {}
    assert "500" in (await read_again(workspace)).failure
    assert await workspace.titles() == {"Chess"}


@pytest.mark.parametrize("cut", [5, 30, -9, -1])
async def test_cut_gzip_response_leaves_the_last_good_copy(add, server, workspace, later, cut):
    await add()
    later()
    server.content = gzip.compress(make_calendar("Chess"), mtime=0)[:cut]
    server.headers = {"Content-Encoding": "gzip", "ETag": "x"}
    server.password = None
    server.find_user = lambda _: "changed"
    assert "damaged or cut off" in (await read_again(workspace)).failure
    assert await workspace.titles() == {"Choir of everybody"}


async def test_webcal_url_keeps_tls_once_it_was_used(add, server, workspace, postgres, vault, monkeypatch):
    from daybreak.agenda.sources import addresses  # noqa: PLC0415 - to replace one of its names

    answer = addresses.Fetched(make_calendar("Chess"), None, None, was_encrypted=True)
    monkeypatch.setattr(addresses, "fetch", lambda *_, **__: answer)
    source = (await add("webcal://calendar.example/a.ics")).source
    row = await stored_row(postgres, source)
    assert vault.decrypt(row["secret"]) == "https://calendar.example/a.ics"


def confirming(workspace: UserWorkspace) -> UserWorkspace:
    limits = IntakeSettings(allow_confirmed_addresses=True, fetch_seconds=60)
    return replace(workspace, reader=replace(workspace.reader, limits=limits))


async def test_confirmed_private_address_is_remembered_for_this_source(workspace, server, vault, later):
    reader = confirming(workspace).reader
    added = await add_address(reader.database, reader.user, server.url, vault)
    with pytest.raises(PrivateAddress) as asked:
        await agenda.read_added_source(reader, added)
    more = {"confirmed_addresses": asked.value.addresses}
    added = await add_address(reader.database, reader.user, server.url, vault, **more)
    assert (await agenda.read_added_source(reader, added)).failure is None
    later()
    assert (await read_again(confirming(workspace))).failure is None
    # Another path on the same host is another source, and other settings do not count the confirmation.
    other = await add_address(reader.database, reader.user, f"{server.url}?other", vault)
    with pytest.raises(PrivateAddress):
        await agenda.read_added_source(reader, other)
    later()
    strict = replace(workspace, reader=replace(reader, limits=IntakeSettings()))
    assert "is at a private address" in (await read_again(strict)).failure


async def test_confirmation_of_one_user_does_not_count_for_another(workspace, server, vault, other_user):
    reader = confirming(workspace).reader
    added = await add_address(
        reader.database, reader.user, server.url, vault, confirmed_addresses=["127.0.0.1"]
    )
    assert (await agenda.read_added_source(reader, added)).failure is None
    bob = replace(reader, user=other_user)
    added = await add_address(bob.database, bob.user, server.url, vault)
    with pytest.raises(PrivateAddress):
        await agenda.read_added_source(bob, added)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "8.8.8.8", "x", ""])
async def test_metadata_services_cannot_be_confirmed(workspace, server, vault, address):
    reader = confirming(workspace).reader
    with pytest.raises(InvalidInput, match="this machine and of private networks"):
        await add_address(reader.database, reader.user, server.url, vault, confirmed_addresses=[address])
