"""Tests of calendar URLs: conditional requests, the last good copy on failure, and secrecy of the URL."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncpg
import pytest

from daybreak import agenda, briefs, clock
from daybreak.errors import DaybreakError, InvalidInput, NotFound, Unavailable
from daybreak.intake import Vault

from .workspace import DAY, UserWorkspace

DRIP_SECONDS = 0.05
TOKEN = "f00dcafe-very-secret"


def make_calendar(*titles: str) -> bytes:
    events = [
        f"BEGIN:VEVENT\r\nUID:{title}\r\nSUMMARY:{title}\r\nDTSTART:20260330T090000Z\r\nRRULE:FREQ=WEEKLY\r\n"
        "END:VEVENT\r\n"
        for title in titles
    ]
    return ("BEGIN:VCALENDAR\r\n" + "".join(events) + "END:VCALENDAR\r\n").encode()


TWO_EVENTS = make_calendar("Choir", "Chess")


def never_respond(handler: BaseHTTPRequestHandler, _content: bytes, stopped: threading.Event) -> None:
    stopped.wait(60)


def stop_in_headers(handler: BaseHTTPRequestHandler, _content: bytes, stopped: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/cal")
    stopped.wait(60)


def stop_in_body(handler: BaseHTTPRequestHandler, content: bytes, stopped: threading.Event) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[:60])
    stopped.wait(60)


def drip(handler: BaseHTTPRequestHandler, content: bytes, stopped: threading.Event) -> None:
    """Send a letter every 50 ms, so that no timeout of a socket ends it."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    with suppress(OSError):
        for letter in content:
            handler.wfile.write(bytes([letter]))
            if stopped.wait(DRIP_SECONDS):
                return


def drip_without_end(handler: BaseHTTPRequestHandler, content: bytes, stopped: threading.Event) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        handler.wfile.write(content)
        while not stopped.wait(DRIP_SECONDS):
            handler.wfile.write(b"\r\n")


class StubCalendarServer:
    """A web server with one calendar, whose response a test sets."""

    def __init__(self):
        self.content, self.status, self.etag = make_calendar("Choir"), 200, '"1"'
        self.received_etags: list[str | None] = []
        self.headers: dict[str, str] = {}
        self.respond_slowly = None
        self.stopped = threading.Event()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                publisher.received_etags.append(self.headers["If-None-Match"])
                if publisher.respond_slowly:
                    publisher.respond_slowly(self, publisher.content, publisher.stopped)
                    self.close_connection = True
                    return
                known = publisher.status == 200 and self.headers["If-None-Match"] == publisher.etag
                self.send_response(304 if known else publisher.status)
                self.send_header("ETag", publisher.etag)
                for name, value in publisher.headers.items():
                    self.send_header(name, value)
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
        self.stopped.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def calendar_server():
    publisher = StubCalendarServer()
    yield publisher
    publisher.stop()


@pytest.fixture
async def source(workspace: UserWorkspace, calendar_server: StubCalendarServer, vault):
    return await agenda.add_address(
        workspace.reader.database, workspace.reader.user, calendar_server.url, vault
    )


@pytest.fixture
def advance_one_hour(monkeypatch):
    def pass_() -> None:
        later = clock.now() + timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: later)

    return pass_


async def read_stored_source(workspace: UserWorkspace) -> agenda.ImportReport:
    """Import the source as stored, as a brief does."""
    (known,) = await agenda.list_sources(workspace.reader.database, workspace.reader.user)
    return await agenda.read_source(workspace.reader, known.source)


async def test_unchanged_calendar_is_not_downloaded_again(
    workspace, source, calendar_server, advance_one_hour
):
    assert (await agenda.read_source(workspace.reader, source)).changes.added > 5
    advance_one_hour()
    assert not (await read_stored_source(workspace)).changes.has_any
    assert calendar_server.received_etags == [None, '"1"']


async def test_url_is_not_requested_again_within_15_minutes(workspace, source, calendar_server):
    await agenda.read_source(workspace.reader, source)
    await read_stored_source(workspace)
    assert len(calendar_server.received_etags) == 1


async def test_url_is_requested_again_15_minutes_after_the_last_request_even_if_its_copy_was_read(
    workspace, source, calendar_server, monkeypatch
):
    started = clock.now()
    await agenda.read_source(workspace.reader, source)
    for minutes in (10, 20):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: started + timedelta(minutes=minutes))
        await read_stored_source(workspace)
        (known,) = (await workspace.load_agenda()).sources
        assert known.last_read_at == started + timedelta(minutes=0 if minutes == 10 else 20)
    assert calendar_server.received_etags == [None, '"1"']


async def test_changed_calendar_is_imported(workspace, source, calendar_server, advance_one_hour):
    await agenda.read_source(workspace.reader, source)
    advance_one_hour()
    calendar_server.content, calendar_server.etag = make_calendar("Swimming"), '"2"'
    await read_stored_source(workspace)
    assert await workspace.titles() == {"Choir", "Swimming"}
    advance_one_hour()
    await read_stored_source(workspace)
    assert await workspace.titles() == {"Swimming"}


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (500, b"", "answered 500 Internal Server Error"),
        (404, b"", "answered 404 Not Found; check the address"),
        (410, b"Gone", "answered 410 Gone; check the address"),
        (429, b"Slow down", "answered 429 Too Many Requests; try again later"),
        (503, b"", "answered 503 Service Unavailable; try again later"),
        (204, b"", "answered 204 No Content; check the address"),
        (429, TWO_EVENTS, "answered 429 Too Many Requests; try again later"),
        (200, b"<html>Please sign in</html>", "did not return a calendar"),
        (200, b"", "did not return a calendar"),
    ],
)
async def test_last_good_copy_is_used_while_the_url_fails(
    workspace, source, calendar_server, advance_one_hour, status, content, reason
):
    await agenda.read_source(workspace.reader, source)
    seen = len((await workspace.load_agenda()).events)
    advance_one_hour()
    calendar_server.status, calendar_server.content, calendar_server.etag = status, content, '"2"'
    later = workspace.at_date(DAY + timedelta(days=28))
    report = await read_stored_source(later)
    assert reason in report.failure
    found = await later.load_agenda()
    assert len(found.events) == seen + 4
    assert reason in found.sources[0].error
    assert found.sources[0].failing_since == clock.now()
    assert TOKEN not in report.failure + found.sources[0].error


@pytest.mark.parametrize(
    "respond_slowly", [never_respond, stop_in_headers, stop_in_body, drip, drip_without_end]
)
async def test_last_good_copy_is_used_while_the_url_is_too_slow(
    workspace, source, calendar_server, advance_one_hour, respond_slowly
):
    await agenda.read_source(workspace.reader, source)
    before = {one.id for one in (await workspace.load_agenda()).events}
    limits = workspace.reader.limits.model_copy(update={"fetch_seconds": 0.3})
    impatient = replace(workspace, reader=replace(workspace.reader, limits=limits))
    calendar_server.respond_slowly, calendar_server.content = respond_slowly, TWO_EVENTS
    advance_one_hour()
    failing_since = clock.now()
    for _ in range(2):
        assert "did not answer within 0.3 s" in (await read_stored_source(impatient)).failure
        advance_one_hour()
    found = await workspace.load_agenda()
    assert ({one.id for one in found.events}, found.warnings) == (before, ())
    assert all(one.absent_on is None for one in found.events)
    assert found.sources[0].failing_since == failing_since
    assert found.sources[0].last_read_at == failing_since - timedelta(hours=1)
    calendar_server.respond_slowly, calendar_server.etag = None, '"2"'
    assert (await read_stored_source(workspace)).failure is None
    assert await workspace.titles() == {"Choir", "Chess"}


async def test_url_that_is_too_slow_when_added_raises_and_records_an_error(
    workspace, source, calendar_server
):
    limits = workspace.reader.limits.model_copy(update={"fetch_seconds": 0.3})
    calendar_server.respond_slowly = drip
    with pytest.raises(Unavailable, match="did not answer within"):
        await agenda.read_source(replace(workspace.reader, limits=limits), source)
    assert "did not answer within" in (await workspace.load_agenda()).sources[0].error


async def test_failing_url_is_one_warning_that_states_since_when(
    workspace, source, calendar_server, advance_one_hour
):
    user = workspace.reader.user
    await agenda.read_source(workspace.reader, source)
    calendar_server.status, calendar_server.headers = 429, {"Retry-After": "3600"}
    for _ in range(30):
        advance_one_hour()
    for _ in range(2):
        await read_stored_source(workspace)
    for _ in range(48):
        advance_one_hour()
    await read_stored_source(workspace)
    today = clock.local_date(clock.now(), user.tz)
    (warning,) = (await briefs.compose(workspace.reader.database, user.id, today)).document.warnings
    assert warning.text.startswith("couldn’t be read since Monday: http://127.0.0.1:")
    assert "answered 429 Too Many Requests; try again later. Shown as of Sunday" in warning.text


HTML = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


@pytest.mark.parametrize(
    "content",
    [
        TWO_EVENTS[: TWO_EVENTS.index(b"UID:Chess") + 4],
        TWO_EVENTS[: TWO_EVENTS.rindex(b"BEGIN:VEVENT")],
        TWO_EVENTS.removesuffix(b"END:VCALENDAR\r\n"),
        TWO_EVENTS[: TWO_EVENTS.rindex(b"BEGIN:VEVENT")] + HTML,
        b"<br />\n<b>Notice</b>: Undefined index in <b>/www/export.php</b> on line <b>12</b><br />\n"
        + TWO_EVENTS,
        b"<html><body><pre>A calendar looks like this:\nBEGIN:VCALENDAR\n...</pre></body></html>",
        HTML,
        b"",
        b"Service unavailable",
    ],
)
async def test_damaged_response_does_not_replace_the_last_good_copy(
    workspace, source, calendar_server, advance_one_hour, content
):
    calendar_server.content = TWO_EVENTS
    await agenda.read_source(workspace.reader, source)
    before = {one.id for one in (await workspace.load_agenda()).events}
    advance_one_hour()
    failing_since = clock.now()
    calendar_server.content, calendar_server.etag = content, '"2"'
    report = await read_stored_source(workspace.at_date(DAY + timedelta(days=1)))
    assert "calendar" in report.failure
    assert "It is damaged" not in report.failure
    advance_one_hour()
    calendar_server.status = 500
    later = workspace.at_date(DAY + timedelta(days=14))
    report = await read_stored_source(later)
    assert "500" in report.failure
    found = await later.load_agenda()
    assert {one.title for one in found.events} == {"Choir", "Chess"}
    assert before < {one.id for one in found.events}
    assert found.sources[0].failing_since == failing_since
    advance_one_hour()
    calendar_server.status, calendar_server.content = 200, TWO_EVENTS
    assert (await read_stored_source(workspace)).failure is None
    assert all(one.absent_on is None for one in (await workspace.load_agenda()).events)


async def test_first_response_that_is_cut_off_is_read_but_is_no_good_copy(workspace, source, calendar_server):
    calendar_server.content = TWO_EVENTS[: TWO_EVENTS.index(b"UID:Chess")]
    report = await agenda.read_source(workspace.reader, source)
    assert any("it is cut off before END:VCALENDAR" in warning for warning in report.warnings)
    assert await workspace.titles() == {"Choir"}
    calendar_server.content, calendar_server.etag = TWO_EVENTS, '"2"'
    assert (await read_stored_source(workspace)).warnings == ()
    assert await workspace.titles() == {"Choir", "Chess"}


async def test_calendar_in_utf_16_is_read(workspace, source, calendar_server):
    calendar_server.content = TWO_EVENTS.decode().encode("utf-16")
    await agenda.read_source(workspace.reader, source)
    assert await workspace.titles() == {"Choir", "Chess"}


async def test_event_that_vanishes_from_a_url_is_gone_after_another_response(
    workspace, source, calendar_server, advance_one_hour
):
    calendar_server.content = TWO_EVENTS
    await agenda.read_source(workspace.reader, source)
    advance_one_hour()
    calendar_server.content, calendar_server.etag = make_calendar("Choir"), '"2"'
    report = await read_stored_source(workspace)
    assert "missing since Sunday 29 March" in report.warnings[0]
    # The copy is recent: the server is not asked, so nothing is confirmed.
    tomorrow = workspace.at_date(DAY + timedelta(days=1))
    await read_stored_source(tomorrow)
    assert await workspace.titles() == {"Choir", "Chess"}
    advance_one_hour()
    assert (await read_stored_source(tomorrow)).warnings == ()
    assert {one.title for one in (await tomorrow.load_agenda()).events if one.start.day != 30} == {"Choir"}


async def test_empty_calendar_of_a_url_retains_its_events_for_three_days(
    workspace, source, calendar_server, advance_one_hour
):
    await agenda.read_source(workspace.reader, source)
    calendar_server.content, calendar_server.etag = make_calendar(), '"2"'
    for days in range(4):
        advance_one_hour()
        await read_stored_source(workspace.at_date(DAY + timedelta(days=days)))
        assert await workspace.titles() == (set() if days == 3 else {"Choir"})


async def test_confirmation_accepts_the_next_response_of_a_failing_url(
    workspace, source, calendar_server, advance_one_hour
):
    calendar_server.content = TWO_EVENTS
    await agenda.read_source(workspace.reader, source)
    advance_one_hour()
    calendar_server.content = TWO_EVENTS[: TWO_EVENTS.rindex(b"BEGIN:VEVENT")]
    calendar_server.etag = '"2"'
    assert (await read_stored_source(workspace)).failure
    user = workspace.reader.user
    await agenda.accept_absence_by_reference(workspace.reader.database, user, str(source.id))
    assert (await read_stored_source(workspace)).failure is None
    assert (await agenda.resolve_source(workspace.reader.database, user, str(source.id))).absent > 0
    await agenda.accept_absence_by_reference(workspace.reader.database, user, str(source.id))
    assert await workspace.titles() == {"Choir"}


async def test_error_is_cleared_when_the_url_responds_again(
    workspace, source, calendar_server, advance_one_hour
):
    await agenda.read_source(workspace.reader, source)
    advance_one_hour()
    calendar_server.status = 503
    await read_stored_source(workspace)
    calendar_server.status = 200
    await read_stored_source(workspace)
    (known,) = (await workspace.load_agenda()).sources
    assert (known.error, known.failing_since) == (None, None)


async def test_url_that_never_worked_raises_and_records_an_error(workspace, source, calendar_server):
    calendar_server.status = 503
    with pytest.raises(Unavailable, match="answered 503"):
        await agenda.read_source(workspace.reader, source)
    assert "answered 503" in (await workspace.load_agenda()).sources[0].error


async def test_unreachable_server_raises_an_error_without_the_secret(workspace, source, calendar_server):
    calendar_server.server.server_close()
    with pytest.raises(DaybreakError) as refusal:
        await agenda.read_source(workspace.reader, source)
    assert TOKEN not in str(refusal.value)


async def test_url_is_not_readable_in_the_database(workspace, source, calendar_server, postgres):
    await agenda.read_source(workspace.reader, source)
    superuser = await asyncpg.connect(postgres.admin)
    for table in ("agenda_sources", "agenda_source_warnings", "agenda_events"):
        rows = await superuser.fetch(f"SELECT r::text AS it FROM {table} AS r")  # noqa: S608 - ours
        assert all(TOKEN not in row["it"] for row in rows)
    await superuser.close()
    assert TOKEN not in source.name + source.locator


async def test_last_good_copy_is_used_and_the_reason_reported_without_the_key(
    workspace, source, advance_one_hour
):
    await agenda.read_source(workspace.reader, source)
    advance_one_hour()
    stranger = Vault(["YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY="])
    lost = UserWorkspace(
        type(workspace.reader)(**{**_dataclass_fields(workspace.reader), "open_vault": lambda: stranger}),
        workspace.folder,
    )
    assert "encrypted with a key that is missing" in (await read_stored_source(lost)).failure
    assert await workspace.titles() == {"Choir"}


def _dataclass_fields(reader):
    return {name: getattr(reader, name) for name in reader.__dataclass_fields__}


async def test_malformed_etag_does_not_break_an_import(workspace, source, calendar_server, advance_one_hour):
    calendar_server.etag = '"\x85\xff"'
    await agenda.read_source(workspace.reader, source)
    advance_one_hour()
    assert (await read_stored_source(workspace)).failure is None


async def test_url_added_twice_is_one_source(workspace, source, calendar_server, vault):
    again = await agenda.add_address(
        workspace.reader.database, workspace.reader.user, f" {calendar_server.url} ", vault
    )
    assert again == source


async def test_unsupported_url_is_rejected(workspace, vault):
    with pytest.raises(InvalidInput):
        await agenda.add_address(
            workspace.reader.database, workspace.reader.user, "ftp://example.org/x.ics", vault
        )


async def test_import_of_a_removed_url_is_rejected(workspace, source):
    await agenda.delete_source_by_reference(workspace.reader.database, workspace.reader.user, source.name)
    with pytest.raises(NotFound, match="has been removed"):
        await agenda.read_source(workspace.reader, source)


async def test_unreadable_download_does_not_replace_the_last_good_copy(
    workspace, source, calendar_server, advance_one_hour, monkeypatch
):
    await agenda.read_source(workspace.reader, source)
    advance_one_hour()
    calendar_server.content, calendar_server.etag = make_calendar("Other"), '"2"'
    with monkeypatch.context() as patch:
        patch.setattr(agenda.sources.addresses, "read_calendar", _read_unreadable)
        await read_stored_source(workspace)
    assert await workspace.titles() == {"Choir"}
    advance_one_hour()
    assert (await read_stored_source(workspace)).failure is None
    assert calendar_server.received_etags == [None, '"1"', '"1"']


def _read_unreadable(name, *_arguments):
    unreadable = [agenda.parsed.ReadWarning(path=name, message="took too long.")]
    return agenda.sources.parser_pool.SourceContents(unreadable=unreadable)
