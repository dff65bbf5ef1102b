"""Sources in the browser: files that are sent, addresses, reading again."""

import io
import re
import shutil
import zipfile
from datetime import timedelta

import pytest

from daybreak import briefs, clock

from ..desk import Desk  # noqa: TID252 - tests are no package that could be named

TODO = b"Call Berta due:2026-03-30\n"
CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Test//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260301T000000Z
DTSTART:20260331T080000Z
DTEND:20260331T090000Z
SUMMARY:Dentist
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


async def shown(browser) -> str:
    return (await browser.get("/agenda/sources")).text


async def test_a_folder_that_is_sent_is_a_source_that_a_worker_reads(annas, send, work):
    files = (("plans/todo.txt", TODO), ("plans/team/team.ics", CALENDAR), ("plans/cat.png", b"\x89PNG"))
    answer = await send(*files)
    page = (await annas.get(answer.headers["location"])).text
    assert "Waiting for a worker" in page
    assert "not read yet" in page
    await work()
    page = (await annas.get(answer.headers["location"])).text
    assert "Read." in page
    assert "1 task, 1 event, 0 notes" in page
    assert "Call Berta" in (await annas.get("/agenda")).text


async def test_sent_again_under_the_same_name_it_takes_the_place_of_the_earlier_one(annas, send, work):
    await send(("todo.txt", TODO))
    await work()
    await send(("todo.txt", b"Call Bob\n"))
    await work()
    page = (await annas.get("/agenda")).text
    assert ("Call Bob" in page, "Call Berta" in page) == (True, False)
    assert (await shown(annas)).count("Uploaded") == 1


async def test_of_an_upload_it_is_said_when_it_came_and_a_brief_does_not_call_it_old(
    annas, send, work, database, user, monkeypatch
):
    await send(("todo.txt", TODO))
    await work()
    page = await shown(annas)
    assert re.search("Uploaded <time [^>]*>29 Mar 2026, 08:30</time>", page)
    assert "last read" not in page
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    day = (later + timedelta(hours=2)).date()
    document = (await briefs.compose(database, user.id, day)).document
    assert [gap.text for gap in document.warnings] == []


async def test_an_archive_is_unpacked(annas, send, work):
    await send(
        ("plans.zip", zipped(lists__todo_txt=b"", todo=TODO)), ("more.zip", zipped(**{"a__todo.txt": TODO}))
    )
    await work()
    assert "Call Berta" in (await annas.get("/agenda")).text


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.zip", zipped(**{"..__..__etc__todo.txt": TODO}), "is not a valid file path"),
        ("x.zip", zipped(**{"__etc__todo.txt": TODO}), "is not a valid file path"),
        ("x.zip", zipped(**{"todo.txt": bytes(40 * 1024 * 1024)}), "unpacks to more than"),
        ("x.zip", b"PK\x03\x04 no archive", "cannot be unpacked"),
        ("../todo.txt", TODO, "is not a valid file path"),
        ("cat.png", b"\x89PNG", "There is nothing in it that Daybreak reads"),
    ],
)
async def test_what_is_hostile_or_of_no_use_is_refused_and_changes_nothing(
    annas, send, name: str, content: bytes, sentence: str
):
    refused = await send((name, content))
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "There are no sources yet" in await shown(annas)


async def test_no_file_at_all_is_said(annas, send):
    assert "There is nothing in it" in (await send(("", b""))).text


async def test_more_than_may_be_uploaded_is_refused(annas, send, monkeypatch):
    monkeypatch.setenv("DAYBREAK_INTAKE_UPLOAD_SIZE", "2MiB")
    assert (await send(("todo.txt", bytes(4 * 1024 * 1024)))).status_code == 413
    refused = await send(("todo.txt", b"Call Berta\n" * 200_000))
    assert (refused.status_code, "more than 2.0MiB in all" in refused.text) == (422, True)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/x.ics", "http://169.254.169.254/latest", "file:///etc/passwd", "calendar"]
)
async def test_an_address_that_may_not_be_fetched_is_refused_and_changes_nothing(annas, address: str):
    refused = await annas.post("/agenda/sources/address", address=address)
    assert refused.status_code == 422
    assert 'aria-describedby="address-note"' in refused.text
    assert "There are no sources yet" in await shown(annas)


async def test_read_now_finds_what_is_new_and_says_what_failed(annas, desk: Desk, work):
    desk.put("todo.txt", "Call Berta")
    source = (await desk.read()).source
    desk.put("todo.txt", "Call Berta", "Call Bob")
    await annas.post(f"/agenda/sources/{source.id}/read")
    await work()
    assert "2 tasks" in await shown(annas)
    shutil.rmtree(desk.folder)
    answer = await annas.post("/agenda/sources/read")
    await work()
    page = (await annas.get(answer.headers["location"])).text
    assert "Read, but not all: papers." in page
    assert "cannot be read" in page
    assert "2 tasks" in page


async def test_a_source_that_is_forgotten_takes_along_what_it_gave(annas, desk: Desk):
    desk.put("todo.txt", "Call Berta")
    source = (await desk.read()).source
    await annas.post(f"/agenda/sources/{source.id}/remove")
    assert "Call Berta" not in (await annas.get("/agenda")).text


async def test_nobody_reads_or_forgets_sources_of_others(bobs, desk: Desk):
    desk.put("todo.txt", "Call Berta")
    source = (await desk.read()).source
    answers = [
        await bobs.get(f"/agenda/sources/{source.id}"),
        await bobs.post(f"/agenda/sources/{source.id}/read"),
        await bobs.post(f"/agenda/sources/{source.id}/remove"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
