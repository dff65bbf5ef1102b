"""Tests of adding a folder of this computer in the web: who may, which ones, and what is told."""

import os
from pathlib import Path

import pytest

from daybreak import people
from daybreak.people import Actor, Role
from daybreak.settings import Settings

from ...web.browser_client import SAME_ORIGIN_HEADERS  # noqa: TID252 - tests are no package that could be named

PAGE = "/agenda/sources/folders"
API = "/api/v1/agenda/sources/folders"


@pytest.fixture
def allowed(tmp_path, monkeypatch) -> Path:
    """A folder whose subfolders administrators may add; Daybreak's home is in it."""
    folder = tmp_path / "anna"
    (folder / "plans" / "work").mkdir(parents=True)
    (folder / "plans" / "todo.md").write_text("- [ ] Call Berta\n", encoding="utf-8")
    (folder / ".ssh").mkdir()
    home = folder / "daybreak-home"
    (home / "postgresql").mkdir(parents=True)
    monkeypatch.setenv("DAYBREAK_INTAKE_FOLDERS", str(folder))
    own = Settings.load().model_copy(update={"home": home})
    monkeypatch.setattr("daybreak.agenda.sources.folders.settings", lambda: own)
    monkeypatch.setattr("daybreak.agenda.sources.defaults.settings", lambda: own)
    return folder


@pytest.fixture
async def admin(database, user, anna_client):
    """Anna, signed in as an administrator."""
    await people.set_role(database, user, Role.ADMIN, actor=Actor.of_command("test"))
    return anna_client


async def add(browser, path: object, **fields: str):
    return await browser.client.post(PAGE, data={"path": str(path), **fields}, headers=SAME_ORIGIN_HEADERS)


async def test_added_folder_is_read_and_listed(admin, allowed, run_jobs):
    answer = await add(admin, allowed / "plans", name="Work")
    assert answer.status_code == 303
    await run_jobs()
    page = (await admin.get(answer.headers["location"])).text
    assert "Done." in page
    assert "1 task, 0 events, 0 notes" in page
    assert "changes are read every 15 minutes" in page
    assert str(allowed / "plans") in page
    assert "Call Berta" in (await admin.get("/agenda")).text


async def test_single_file_can_be_added(admin, allowed, run_jobs):
    answer = await add(admin, allowed / "plans/todo.md")
    await run_jobs()
    assert "1 task, 0 events, 0 notes" in (await admin.get(answer.headers["location"])).text


async def test_subfolders_are_listed_without_hidden_ones_and_the_own_folder(admin, allowed):
    page = (await admin.get(PAGE, params={"path": str(allowed)})).text
    assert "plans" in page
    assert ".ssh" not in page
    assert "daybreak-home" not in page
    below = (await admin.get(PAGE, params={"path": str(allowed / "plans")})).text
    assert str(allowed / "plans/work") in below


async def test_long_lists_of_subfolders_are_bounded(admin, allowed):
    for number in range(250):
        (allowed / "plans" / f"project {number:03}").mkdir()
    answer = (await admin.get(API, params={"path": str(allowed / "plans")})).json()
    assert (len(answer["subfolders"]), answer["is_complete"]) == (200, False)
    assert "more subfolders" in (await admin.get(PAGE, params={"path": str(allowed / "plans")})).text


def outside(allowed: Path) -> Path:
    return allowed.parent / "elsewhere"


def missing_outside(allowed: Path) -> Path:
    return allowed.parent / "no such place"


def dots(allowed: Path) -> Path:
    return Path(f"{allowed}/plans/../../elsewhere")


def similar_name(allowed: Path) -> Path:
    return Path(f"{allowed}-backup")


def link_outside(allowed: Path) -> Path:
    return allowed / "link"


def below_a_link(allowed: Path) -> Path:
    return allowed / "link" / "secret"


def root(_allowed: Path) -> Path:
    return Path("/")


def system_folder(_allowed: Path) -> Path:
    return Path("/etc")


@pytest.mark.parametrize(
    "choose",
    [outside, missing_outside, dots, similar_name, link_outside, below_a_link, root, system_folder],
)
async def test_folder_outside_is_refused_whether_it_exists_or_not(admin, allowed, choose):
    elsewhere = allowed.parent / "elsewhere"
    (elsewhere / "secret").mkdir(parents=True)
    allowed.with_name("anna-backup").mkdir()
    (allowed / "link").symlink_to(elsewhere)
    answer = await add(admin, choose(allowed))
    assert answer.status_code == 422
    assert f"Choose a folder in “{allowed}”: others are not allowed" in answer.text
    assert (await admin.get(PAGE, params={"path": str(choose(allowed))})).status_code == 422
    shown = await admin.get(API, params={"path": str(choose(allowed))})
    assert (shown.status_code, "subfolders" in shown.json()) == (422, False)
    assert (await admin.get("/api/v1/agenda/sources")).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nothing here", "There is no folder or file"),
        ("plans/todo.md/deeper", "There is no folder or file"),
        ("daybreak-home", "Daybreak’s own data"),
        ("daybreak-home/postgresql", "Daybreak’s own data"),
        (".ssh", "is hidden"),
        ("pipe", "neither a folder nor a file"),
        ("plans\0", "Enter the path of a folder"),
        ("loop", "cannot be read: too many levels of symbolic links"),
    ],
)
async def test_unusable_folder_is_refused_with_its_reason(admin, allowed, path, sentence):
    os.mkfifo(allowed / "pipe")
    (allowed / "loop").symlink_to(allowed / "loop")
    answer = await add(admin, f"{allowed}/{path}")
    assert answer.status_code == 422
    assert sentence in answer.text


@pytest.mark.parametrize("path", ["", "plans", "./plans", "../anna"])
async def test_path_must_be_whole(admin, allowed, path):
    answer = await add(admin, path)
    assert answer.status_code == 422
    assert (await admin.get("/api/v1/agenda/sources")).json()["items"] == []


async def test_folder_that_is_a_source_already_is_refused(admin, allowed):
    await add(admin, allowed / "plans")
    for path in (allowed / "plans", f"{allowed}/plans/", f"{allowed}/./plans/work/.."):
        answer = await add(admin, path)
        assert answer.status_code == 409
        assert "already one of your sources" in answer.text


async def test_too_large_folder_is_refused(admin, allowed, monkeypatch):
    monkeypatch.setenv("DAYBREAK_INTAKE_MAX_FILES", "1")
    for number in range(11):
        (allowed / "plans" / f"{number}.txt").touch()
    answer = await add(admin, allowed / "plans")
    assert answer.status_code == 422
    assert "choose one of its subfolders" in answer.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
async def test_unreadable_folder_is_refused(admin, allowed):
    (allowed / "plans").chmod(0)
    answer = await add(admin, allowed / "plans")
    (allowed / "plans").chmod(0o700)
    assert answer.status_code == 422
    assert "not readable for the user that runs Daybreak" in answer.text


async def test_only_administrators_may_add_or_list_folders(anna_client, allowed):
    for answer in (
        await anna_client.get(PAGE),
        await add(anna_client, allowed / "plans"),
        await anna_client.get(API),
        await anna_client.client.post(
            API, json={"path": str(allowed / "plans")}, headers=SAME_ORIGIN_HEADERS
        ),
    ):
        assert answer.status_code == 403
        assert "Only administrators have access" in answer.text
    assert "Folder of this computer" not in (await anna_client.get("/agenda/sources")).text
    assert (await anna_client.get("/api/v1/agenda/sources")).json()["items"] == []


async def test_without_the_setting_the_page_states_how_to_allow_folders(admin, allowed, monkeypatch):
    monkeypatch.setenv("DAYBREAK_INTAKE_FOLDERS", "[]")
    page = (await admin.get("/agenda/sources")).text
    assert "set DAYBREAK_INTAKE_FOLDERS" in page
    assert "Add a folder of this computer" not in page
    answer = await add(admin, allowed / "plans")
    assert answer.status_code == 403
    assert "set DAYBREAK_INTAKE_FOLDERS" in answer.text


def swap_folder(allowed: Path, secret: Path) -> None:
    (allowed / "plans").rename(allowed / "old")
    (allowed / "plans").symlink_to(secret)


def swap_parent(allowed: Path, secret: Path) -> None:
    (secret / "plans").mkdir()
    (secret / "plans/secret.md").write_text("- [ ] Secret\n", encoding="utf-8")
    allowed.rename(allowed.with_name("moved"))
    allowed.symlink_to(secret)


def link_below(allowed: Path, secret: Path) -> None:
    (allowed / "plans/extra").symlink_to(secret)


def link_file(allowed: Path, secret: Path) -> None:
    (allowed / "plans/extra.md").symlink_to(secret / "secret.md")


def hide_own_folder(allowed: Path, _secret: Path) -> None:
    (allowed / "daybreak-home/secret.md").write_text("- [ ] Secret\n", encoding="utf-8")
    (allowed / "plans/own").symlink_to(allowed / "daybreak-home")


@pytest.mark.parametrize("attack", [swap_folder, swap_parent, link_below, link_file, hide_own_folder])
async def test_links_made_after_the_adding_lead_nowhere(admin, allowed, run_jobs, attack):
    secret = allowed.parent / "secret"
    secret.mkdir()
    (secret / "secret.md").write_text("- [ ] Secret\n", encoding="utf-8")
    await add(admin, allowed / "plans")
    await run_jobs()
    attack(allowed, secret)
    await admin.post("/agenda/sources/refresh")
    await run_jobs()
    page = (await admin.get("/agenda")).text
    assert "Call Berta" in page
    assert "Secret" not in page


async def test_own_folder_below_a_source_is_skipped_with_a_warning(admin, allowed, run_jobs):
    (allowed / "daybreak-home/notes.md").write_text("- [ ] Own\n", encoding="utf-8")
    answer = await add(admin, allowed)
    await run_jobs()
    assert "Own" not in (await admin.get("/agenda")).text
    source = (await admin.get("/api/v1/agenda/sources")).json()["items"][0]
    warnings = (await admin.get(f"/api/v1/agenda/sources/{source['id']}/warnings")).json()["items"]
    assert [one["path"] for one in warnings] == ["daybreak-home"]
    assert "Daybreak’s own folder" in warnings[0]["message"]
    assert answer.status_code == 303


async def test_program_adds_a_folder(admin, allowed, run_jobs):
    answer = await admin.client.post(API, json={"path": str(allowed / "plans")}, headers=SAME_ORIGIN_HEADERS)
    assert answer.status_code == 201
    added = answer.json()
    assert (added["kind"], added["name"], added["change_detection"]) == ("folder", "plans", "maintenance")
    await run_jobs()
    assert (await admin.get(f"/api/v1/runs/{added['run']}")).json()["status"] == "succeeded"
    listed = (await admin.get(API)).json()
    assert (listed["path"], listed["parent"], listed["subfolders"]) == ("", None, [str(allowed)])


async def test_folder_is_no_longer_read_when_the_setting_excludes_it(admin, allowed, run_jobs, monkeypatch):
    await add(admin, allowed / "plans")
    await run_jobs()
    monkeypatch.setenv("DAYBREAK_INTAKE_FOLDERS", str(allowed / "plans/work"))
    await admin.post("/agenda/sources/refresh")
    await run_jobs()
    page = (await admin.get("/agenda/sources")).text
    assert "is not below DAYBREAK_INTAKE_FOLDERS any more" in page
    assert "Call Berta" in (await admin.get("/agenda")).text
