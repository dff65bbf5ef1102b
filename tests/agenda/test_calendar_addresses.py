"""Tests of calendar URLs: conditional requests, the last good copy on failure, and secrecy of the URL."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg
import pytest

from daybreak import agenda, clock
from daybreak.errors import DaybreakError, InvalidInput, NotFound, Unavailable
from daybreak.intake import Vault

from .workspace import DAY, Desk

TOKEN = "f00dcafe-very-secret"


def calendar(*titles: str) -> bytes:
    events = [
        f"BEGIN:VEVENT\r\nUID:{title}\r\nSUMMARY:{title}\r\nDTSTART:20260330T090000Z\r\nRRULE:FREQ=WEEKLY\r\n"
        "END:VEVENT\r\n"
        for title in titles
    ]
    return ("BEGIN:VCALENDAR\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


class Publisher:
    """A web server with one calendar, whose response a test sets."""

    def __init__(self):
        self.content, self.status, self.etag = calendar("Choir"), 200, '"1"'
        self.asked: list[str | None] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                publisher.asked.append(self.headers["If-None-Match"])
                known = publisher.status == 200 and self.headers["If-None-Match"] == publisher.etag
                self.send_response(304 if known else publisher.status)
                self.send_header("ETag", publisher.etag)
                content = b"" if known else publisher.content
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/{TOKEN}/basic.ics"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def publisher():
    publisher = Publisher()
    yield publisher
    publisher.stop()


@pytest.fixture
async def source(desk: Desk, publisher: Publisher, vault):
    return await agenda.add_address(desk.reader.database, desk.reader.user, publisher.url, vault)


@pytest.fixture
def an_hour_passes(monkeypatch):
    def pass_() -> None:
        later = clock.now() + timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: later)

    return pass_


async def read_again(desk: Desk) -> agenda.Imported:
    """Import the source as stored, as a brief does."""
    (known,) = await agenda.overview(desk.reader.database, desk.reader.user)
    return await agenda.read_source(desk.reader, known.source)


async def test_unchanged_calendar_is_not_downloaded_again(desk, source, publisher, an_hour_passes):
    assert (await agenda.read_source(desk.reader, source)).changes.added > 5
    an_hour_passes()
    assert not (await read_again(desk)).changes.any
    assert publisher.asked == [None, '"1"']


async def test_url_is_not_requested_again_within_15_minutes(desk, source, publisher):
    await agenda.read_source(desk.reader, source)
    await read_again(desk)
    assert len(publisher.asked) == 1


async def test_url_is_requested_again_15_minutes_after_the_last_request_even_if_its_copy_was_read(
    desk, source, publisher, monkeypatch
):
    started = clock.now()
    await agenda.read_source(desk.reader, source)
    for minutes in (10, 20):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: started + timedelta(minutes=minutes))
        await read_again(desk)
        (known,) = (await desk.stored()).sources
        assert known.last_read_at == started + timedelta(minutes=0 if minutes == 10 else 20)
    assert publisher.asked == [None, '"1"']


async def test_changed_calendar_is_imported(desk, source, publisher, an_hour_passes):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    publisher.content, publisher.etag = calendar("Swimming"), '"2"'
    await read_again(desk)
    assert await desk.titles() == {"Swimming"}


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (500, b"", "answered 500 Internal Server Error"),
        (404, b"", "answered 404 Not Found"),
        (200, b"<html>Please sign in</html>", "did not return a calendar"),
        (200, b"", "did not return a calendar"),
    ],
)
async def test_last_good_copy_is_used_while_the_url_fails(
    desk, source, publisher, an_hour_passes, status, content, reason
):
    await agenda.read_source(desk.reader, source)
    seen = len((await desk.stored()).events)
    an_hour_passes()
    publisher.status, publisher.content, publisher.etag = status, content, '"2"'
    later = desk.on(DAY + timedelta(days=28))
    imported = await read_again(later)
    assert reason in imported.failure
    found = await later.stored()
    assert len(found.events) == seen + 4
    assert reason in found.sources[0].error
    assert found.sources[0].failing_since == clock.now()
    assert TOKEN not in imported.failure + found.sources[0].error


async def test_error_is_cleared_when_the_url_responds_again(desk, source, publisher, an_hour_passes):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    publisher.status = 503
    await read_again(desk)
    publisher.status = 200
    await read_again(desk)
    (known,) = (await desk.stored()).sources
    assert (known.error, known.failing_since) == (None, None)


async def test_url_that_never_worked_raises_and_records_an_error(desk, source, publisher):
    publisher.status = 503
    with pytest.raises(Unavailable, match="answered 503"):
        await agenda.read_source(desk.reader, source)
    assert "answered 503" in (await desk.stored()).sources[0].error


async def test_unreachable_server_raises_an_error_without_the_secret(desk, source, publisher):
    publisher.server.server_close()
    with pytest.raises(DaybreakError) as refusal:
        await agenda.read_source(desk.reader, source)
    assert TOKEN not in str(refusal.value)


async def test_url_is_not_readable_in_the_database(desk, source, publisher, postgres):
    await agenda.read_source(desk.reader, source)
    superuser = await asyncpg.connect(postgres.admin)
    for table in ("agenda_sources", "agenda_warnings", "agenda_events"):
        rows = await superuser.fetch(f"SELECT r::text AS it FROM {table} AS r")  # noqa: S608 - ours
        assert all(TOKEN not in row["it"] for row in rows)
    await superuser.close()
    assert TOKEN not in source.name + source.locator


async def test_last_good_copy_is_used_and_the_reason_reported_without_the_key(desk, source, an_hour_passes):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    stranger = Vault(["YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="])
    lost = Desk(type(desk.reader)(**{**_fields(desk.reader), "open_vault": lambda: stranger}), desk.folder)
    assert "encrypted with a key that is missing" in (await read_again(lost)).failure
    assert await desk.titles() == {"Choir"}


def _fields(reader):
    return {name: getattr(reader, name) for name in reader.__dataclass_fields__}


async def test_malformed_etag_does_not_break_an_import(desk, source, publisher, an_hour_passes):
    publisher.etag = '"\x85\xff"'
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    assert (await read_again(desk)).failure is None


async def test_url_added_twice_is_one_source(desk, source, publisher, vault):
    again = await agenda.add_address(desk.reader.database, desk.reader.user, f" {publisher.url} ", vault)
    assert again == source


async def test_unsupported_url_is_rejected(desk, vault):
    with pytest.raises(InvalidInput):
        await agenda.add_address(desk.reader.database, desk.reader.user, "ftp://example.org/x.ics", vault)


async def test_import_of_a_removed_url_is_rejected(desk, source):
    await agenda.remove(desk.reader.database, desk.reader.user, source.name)
    with pytest.raises(NotFound, match="has been removed"):
        await agenda.read_source(desk.reader, source)


async def test_unreadable_download_does_not_replace_the_last_good_copy(
    desk, source, publisher, an_hour_passes, monkeypatch
):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    publisher.content, publisher.etag = calendar("Other"), '"2"'
    with monkeypatch.context() as patch:
        patch.setattr(agenda.sources.imports, "read_calendar", _unreadable)
        await read_again(desk)
    assert await desk.titles() == {"Choir"}
    an_hour_passes()
    assert (await read_again(desk)).failure is None
    assert publisher.asked == [None, '"1"', '"1"']


def _unreadable(name, *_arguments):
    unread = [agenda.parsed.ReadWarning(path=name, message="took too long.")]
    return agenda.sources.parser_pool.Reading(unread=unread)
