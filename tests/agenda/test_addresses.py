"""Calendars at an address: asked again politely, kept when it fails, and never a word of its secret."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg
import pytest

from daybreak import agenda, clock
from daybreak.errors import DaybreakError, InvalidInput, NotFound, Unavailable
from daybreak.intake import Vault

from .desk import DAY, Desk

TOKEN = "f00dcafe-very-secret"


def calendar(*titles: str) -> bytes:
    events = [
        f"BEGIN:VEVENT\r\nUID:{title}\r\nSUMMARY:{title}\r\nDTSTART:20260330T090000Z\r\nRRULE:FREQ=WEEKLY\r\n"
        "END:VEVENT\r\n"
        for title in titles
    ]
    return ("BEGIN:VCALENDAR\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


class Publisher:
    """A web server with one calendar, whose answer a test decides."""

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
    """As a brief does: with the source as it is stored."""
    (known,) = await agenda.overview(desk.reader.database, desk.reader.user)
    return await agenda.read_source(desk.reader, known.source)


async def test_what_it_has_not_changed_is_not_sent_again(desk, source, publisher, an_hour_passes):
    assert (await agenda.read_source(desk.reader, source)).changes.added > 5
    an_hour_passes()
    assert not (await read_again(desk)).changes.any
    assert publisher.asked == [None, '"1"']


async def test_it_is_not_asked_again_within_a_quarter_of_an_hour(desk, source, publisher):
    await agenda.read_source(desk.reader, source)
    await read_again(desk)
    assert len(publisher.asked) == 1


async def test_it_is_asked_again_after_a_quarter_of_an_hour_however_often_its_copy_was_read_meanwhile(
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


async def test_what_changed_there_changes_here(desk, source, publisher, an_hour_passes):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    publisher.content, publisher.etag = calendar("Swimming"), '"2"'
    await read_again(desk)
    assert await desk.titles() == {"Swimming"}


@pytest.mark.parametrize(
    ("status", "content", "says"),
    [
        (500, b"", "answered 500 Internal Server Error"),
        (404, b"", "answered 404 Not Found"),
        (200, b"<html>Please sign in</html>", "did not give a calendar"),
        (200, b"", "did not give a calendar"),
    ],
)
async def test_while_it_fails_the_last_good_copy_goes_on(
    desk, source, publisher, an_hour_passes, status, content, says
):
    await agenda.read_source(desk.reader, source)
    seen = len((await desk.stored()).events)
    an_hour_passes()
    publisher.status, publisher.content, publisher.etag = status, content, '"2"'
    later = desk.on(DAY + timedelta(days=28))
    imported = await read_again(later)
    assert says in imported.failure
    found = await later.stored()
    assert len(found.events) == seen + 4
    assert says in found.sources[0].error
    assert found.sources[0].failing_since == clock.now()
    assert TOKEN not in imported.failure + found.sources[0].error


async def test_when_it_answers_again_the_trouble_is_over(desk, source, publisher, an_hour_passes):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    publisher.status = 503
    await read_again(desk)
    publisher.status = 200
    await read_again(desk)
    (known,) = (await desk.stored()).sources
    assert (known.error, known.failing_since) == (None, None)


async def test_an_address_that_never_worked_is_an_error_and_a_visible_one(desk, source, publisher):
    publisher.status = 503
    with pytest.raises(Unavailable, match="answered 503"):
        await agenda.read_source(desk.reader, source)
    assert "answered 503" in (await desk.stored()).sources[0].error


async def test_a_server_that_is_gone_is_an_error_without_the_secret(desk, source, publisher):
    publisher.server.server_close()
    with pytest.raises(DaybreakError) as refusal:
        await agenda.read_source(desk.reader, source)
    assert TOKEN not in str(refusal.value)


async def test_the_address_is_nowhere_in_the_database_to_be_read(desk, source, publisher, postgres):
    await agenda.read_source(desk.reader, source)
    superuser = await asyncpg.connect(postgres.admin)
    for table in ("agenda_sources", "agenda_warnings", "agenda_events"):
        rows = await superuser.fetch(f"SELECT r::text AS it FROM {table} AS r")  # noqa: S608 - ours
        assert all(TOKEN not in row["it"] for row in rows)
    await superuser.close()
    assert TOKEN not in source.name + source.locator


async def test_with_the_key_lost_the_last_copy_goes_on_and_the_reason_is_told(desk, source, an_hour_passes):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    stranger = Vault(["YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="])
    lost = Desk(type(desk.reader)(**{**_fields(desk.reader), "open_vault": lambda: stranger}), desk.folder)
    assert "encrypted with a key that is missing" in (await read_again(lost)).failure
    assert await desk.titles() == {"Choir"}


def _fields(reader):
    return {name: getattr(reader, name) for name in reader.__dataclass_fields__}


async def test_a_strange_validator_does_not_break_anything(desk, source, publisher, an_hour_passes):
    publisher.etag = '"\x85\xff"'
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    assert (await read_again(desk)).failure is None


async def test_the_same_address_twice_is_one_source(desk, source, publisher, vault):
    again = await agenda.add_address(desk.reader.database, desk.reader.user, f" {publisher.url} ", vault)
    assert again == source


async def test_what_is_no_address_is_refused_where_it_is_given(desk, vault):
    with pytest.raises(InvalidInput):
        await agenda.add_address(desk.reader.database, desk.reader.user, "ftp://example.org/x.ics", vault)


async def test_a_removed_address_is_said_to_be_removed(desk, source):
    await agenda.remove(desk.reader.database, desk.reader.user, source.name)
    with pytest.raises(NotFound, match="was removed meanwhile"):
        await agenda.read_source(desk.reader, source)


async def test_a_new_copy_that_cannot_be_read_does_not_replace_the_good_one(
    desk, source, publisher, an_hour_passes, monkeypatch
):
    await agenda.read_source(desk.reader, source)
    an_hour_passes()
    publisher.content, publisher.etag = calendar("Other"), '"2"'
    with monkeypatch.context() as patch:
        patch.setattr(agenda.importing, "read_calendar", _unreadable)
        await read_again(desk)
    assert await desk.titles() == {"Choir"}
    an_hour_passes()
    assert (await read_again(desk)).failure is None
    assert publisher.asked == [None, '"1"', '"1"']


def _unreadable(name, *_arguments):
    unread = [agenda.harvest.ReadWarning(path=name, message="took too long.")]
    return agenda.reading.Reading(unread=unread)
