"""Tests of the source pages: uploads, calendar URLs, refreshes."""

import io
import re
import shutil
import zipfile
from datetime import timedelta

import pytest

from daybreak import briefs, clock
from daybreak.intake import archive

from ...web.browser_client import SAME_ORIGIN_HEADERS  # noqa: TID252 - tests are no package that could be named
from ..workspace import UserWorkspace  # noqa: TID252 - tests are no package that could be named

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


def make_zip(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


async def get_sources_page(browser) -> str:
    return (await browser.get("/agenda/sources")).text


async def test_uploaded_folder_becomes_a_source_that_a_worker_imports(anna_client, upload_files, run_jobs):
    files = (("plans/todo.txt", TODO), ("plans/team/team.ics", CALENDAR), ("plans/cat.png", b"\x89PNG"))
    answer = await upload_files(*files)
    page = (await anna_client.get(answer.headers["location"])).text
    assert "Starting…" in page
    assert "Not synced yet" in page
    await run_jobs()
    page = (await anna_client.get(answer.headers["location"])).text
    assert "Done." in page
    assert "1 task, 1 event, 0 notes" in page
    assert "Call Berta" in (await anna_client.get("/agenda")).text


async def test_upload_of_the_same_name_replaces_the_earlier_one(anna_client, upload_files, run_jobs):
    await upload_files(("todo.txt", TODO))
    await run_jobs()
    await upload_files(("todo.txt", b"Call Bob\n"))
    await run_jobs()
    page = (await anna_client.get("/agenda")).text
    assert ("Call Bob" in page, "Call Berta" in page) == (True, False)
    assert (await get_sources_page(anna_client)).count("Uploaded") == 1


async def test_upload_shows_its_time_and_is_not_reported_as_stale_in_briefs(
    anna_client, upload_files, run_jobs, database, user, monkeypatch
):
    await upload_files(("todo.txt", TODO))
    await run_jobs()
    page = await get_sources_page(anna_client)
    assert re.search("Uploaded <time [^>]*>29 Mar 2026, 08:30</time>", page)
    assert "last synced" not in page
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    day = (later + timedelta(hours=2)).date()
    document = (await briefs.compose(database, user.id, day)).document
    assert [warning.text for warning in document.warnings] == []


async def test_archive_is_unpacked(anna_client, upload_files, run_jobs):
    await upload_files(
        ("plans.zip", make_zip(lists__todo_txt=b"", todo=TODO)),
        ("more.zip", make_zip(**{"a__todo.txt": TODO})),
    )
    await run_jobs()
    assert "Call Berta" in (await anna_client.get("/agenda")).text


async def test_hidden_files_of_a_folder_or_archive_are_ignored(upload_files):
    hidden = ("plans/.git/broken.zip", b"no archive"), ("plans/node_modules/x/a.zip", b"")
    packed = make_zip(**{"todo.txt": TODO, ".git__pack": bytes(40 * 1024 * 1024)})
    assert (await upload_files(("plans/todo.txt", TODO), *hidden, ("packed.zip", packed))).status_code == 303


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.zip", make_zip(**{"..__..__etc__todo.txt": TODO}), "is not a valid file path"),
        ("x.zip", make_zip(**{"__etc__todo.txt": TODO}), "is not a valid file path"),
        ("x.zip", make_zip(**{"todo.txt": bytes(40 * 1024 * 1024)}), "contains more than 32 MiB of files"),
        ("x.zip", b"PK\x03\x04 no archive", "cannot be unpacked"),
        ("../todo.txt", TODO, "is not a valid file path"),
        ("cat.png", b"\x89PNG", "No supported files found"),
    ],
)
async def test_hostile_or_unsupported_upload_is_rejected_without_changes(
    anna_client, upload_files, name: str, content: bytes, sentence: str
):
    refused = await upload_files((name, content))
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "No sources yet" in await get_sources_page(anna_client)


async def test_upload_without_a_file_is_rejected(anna_client, upload_files):
    assert "No supported files found" in (await upload_files(("", b""))).text


def make_part(name: str, content: bytes = TODO) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return head.encode() + content + b"\r\n"


async def post_body(browser, body: bytes):
    headers = {"Content-Type": "multipart/form-data; boundary=b", **SAME_ORIGIN_HEADERS}
    return await browser.client.post("/agenda/sources/files", content=body, headers=headers)


async def test_incomplete_form_is_rejected_without_changes(anna_client):
    whole = make_part("todo.txt") + make_part("other.txt")
    for body in (b"", whole, whole[: -len(TODO)]):
        refused = await post_body(anna_client, body)
        assert (refused.status_code, "is not a valid multipart form" in refused.text) == (400, True)
    assert "No sources yet" in await get_sources_page(anna_client)
    assert (await post_body(anna_client, whole + b"--b--\r\n")).status_code == 303


@pytest.mark.parametrize("name", ["todo.txt", ""])
async def test_too_many_parts_are_rejected(anna_client, name: str):
    refused = await post_body(anna_client, make_part(name, b"") * 2001 + b"--b--\r\n")
    assert (refused.status_code, "at most 2,000 files" in refused.text) == (400, True)


async def test_empty_file_field_of_a_browser_is_no_file(anna_client):
    assert "No supported files found" in (await post_body(anna_client, make_part("", b"") + b"--b--")).text


@pytest.mark.parametrize("name", ["{}.zip", "{}/todo.txt", "{}.todo.txt"])
async def test_too_many_names_are_rejected_before_archives_are_unpacked(
    anna_client, upload_files, monkeypatch, name: str
):
    def unexpected(*_arguments, **_options):
        raise AssertionError("an archive was unpacked")

    monkeypatch.setattr(archive, "BoundedPool", unexpected)
    refused = await upload_files(*((name.format(number), b"Call Berta\n") for number in range(51)))
    assert refused.status_code == 422
    assert "more than 50 folders, archives and single files" in refused.text
    assert "No sources yet" in await get_sources_page(anna_client)


async def test_archives_and_files_share_one_size_limit(upload_files, monkeypatch):
    monkeypatch.setenv("DAYBREAK_INTAKE_MAX_UPLOAD_SIZE", "2MiB")
    plain = ("todo.txt", b"Call Berta\n" * 100_000)
    archive_of_it = ("lists.zip", make_zip(**{"a__todo.txt": plain[1]}))
    assert (await upload_files(plain)).status_code == 303
    assert (await upload_files(archive_of_it)).status_code == 303
    refused = await upload_files(plain, archive_of_it)
    assert (refused.status_code, "more than 2 MiB of files" in refused.text) == (422, True)


async def test_upload_above_the_size_limit_is_rejected(anna_client, upload_files, monkeypatch):
    monkeypatch.setenv("DAYBREAK_INTAKE_MAX_UPLOAD_SIZE", "2MiB")
    assert (await upload_files(("todo.txt", bytes(4 * 1024 * 1024)))).status_code == 413
    refused = await upload_files(("todo.txt", b"Call Berta\n" * 200_000))
    assert (refused.status_code, "more than 2 MiB of files" in refused.text) == (422, True)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/x.ics", "http://169.254.169.254/latest", "file:///etc/passwd", "calendar"]
)
async def test_forbidden_url_is_rejected_without_changes(anna_client, address: str):
    refused = await anna_client.post("/agenda/sources/address", address=address)
    assert refused.status_code == 422
    assert 'aria-describedby="address-note"' in refused.text
    assert "No sources yet" in await get_sources_page(anna_client)


async def test_sync_imports_new_tasks_and_reports_failures(anna_client, workspace: UserWorkspace, run_jobs):
    workspace.write_file("todo.txt", "Call Berta")
    source = (await workspace.import_folder()).source
    workspace.write_file("todo.txt", "Call Berta", "Call Bob")
    await anna_client.post(f"/agenda/sources/{source.id}/refresh")
    await run_jobs()
    assert "2 tasks" in await get_sources_page(anna_client)
    shutil.rmtree(workspace.folder)
    answer = await anna_client.post("/agenda/sources/refresh")
    await run_jobs()
    page = (await anna_client.get(answer.headers["location"])).text
    assert "Finished, but couldn\N{RIGHT SINGLE QUOTATION MARK}t read: papers." in page
    assert '<span class="state bad">Error</span>' in page
    assert "2 tasks" in page


async def test_removed_source_loses_its_tasks(anna_client, workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta")
    source = (await workspace.import_folder()).source
    await anna_client.post(f"/agenda/sources/{source.id}/remove")
    assert "Call Berta" not in (await anna_client.get("/agenda")).text


async def test_sources_of_other_users_are_not_found(bob_client, workspace: UserWorkspace):
    workspace.write_file("todo.txt", "Call Berta")
    source = (await workspace.import_folder()).source
    answers = [
        await bob_client.get(f"/agenda/sources/{source.id}"),
        await bob_client.post(f"/agenda/sources/{source.id}/refresh"),
        await bob_client.post(f"/agenda/sources/{source.id}/remove"),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_absent_items_are_shown_as_they_were_until_their_owner_confirms(
    anna_client, workspace: UserWorkspace, overdue_task
):
    source = (await workspace.load_agenda()).sources[0]
    (workspace.folder / "plan.md").write_text("<!DOCTYPE html><html>Please sign in</html>")
    await workspace.import_folder()
    assert (
        "not found in <code>plan.md</code> since"
        in (await anna_client.get(f"/agenda/tasks/{overdue_task.id}")).text
    )
    page = (await anna_client.get(f"/agenda/sources/{source.id}")).text
    assert "2 items were not found" in page
    assert "Since Sunday 29 March, 2 open tasks are shown as they were." in page
    assert "Call Berta" in (await anna_client.get("/agenda")).text
    confirmed = await anna_client.post(f"/agenda/sources/{source.id}/accept")
    page = (await anna_client.get(confirmed.headers["location"])).text
    assert "Removed 2 items." in page
    assert "Accept the source" not in page
    assert "No problems found." in page
    assert "Call Berta" not in (await anna_client.get("/agenda")).text
