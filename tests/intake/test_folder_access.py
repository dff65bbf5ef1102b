"""Tests of the folders that may be read: the setting, Daybreak's own folder, and links."""

import os
from pathlib import Path

import pytest

from daybreak.errors import InvalidInput, Misconfigured
from daybreak.intake import FolderAccess, IntakeSettings, read_file, read_folder_state, walk_folder
from daybreak.intake.files import FoundFile


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("/srv/plans", ["/srv/plans"]),
        ("/srv/plans:/home/anna", ["/srv/plans", "/home/anna"]),
        ("/srv/plans:", ["/srv/plans"]),
        ('["/srv/my:plans", "/home/anna"]', ["/srv/my:plans", "/home/anna"]),
        ("[]", []),
        ("~/plans", [str(Path("~/plans").expanduser())]),
    ],
)
def test_allowed_folders_are_a_list_of_paths(monkeypatch, text, folders):
    monkeypatch.setenv("DAYBREAK_INTAKE_FOLDERS", text)
    assert list(map(str, IntakeSettings.load().folders)) == folders


@pytest.mark.parametrize("text", ["plans", "./plans:/srv", '["/srv"', "[1]", "~no-such-user/plans"])
def test_malformed_folders_are_an_error_that_names_the_setting(monkeypatch, text):
    monkeypatch.setenv("DAYBREAK_INTAKE_FOLDERS", text)
    with pytest.raises(Misconfigured, match="DAYBREAK_INTAKE_FOLDERS"):
        IntakeSettings.load()


@pytest.mark.parametrize("below", ["", "postgresql", "postgresql/base"])
def test_own_folder_is_never_read(tmp_path, below):
    home = tmp_path / "home"
    (home / "postgresql/base").mkdir(parents=True)
    (tmp_path / "link").symlink_to(home)
    access = FolderAccess.excluding(home)
    for path in (home / below, tmp_path / "link" / below):
        with pytest.raises(InvalidInput, match="Daybreak’s own folder"):
            walk_folder(path, IntakeSettings(), access=access)
        with pytest.raises(InvalidInput, match="Daybreak’s own folder"):
            read_folder_state(path, IntakeSettings(), access)


@pytest.mark.parametrize("target", ["", "data", "data/notes.md", "data/deep"])
def test_link_into_the_own_folder_is_skipped_although_that_is_hidden(tmp_path, target):
    home = tmp_path / "plans" / ".daybreak"
    (home / "data/deep").mkdir(parents=True)
    for folder in (home, home / "data", home / "data/deep"):
        (folder / "notes.md").write_text("- [ ] Secret", encoding="utf-8")
    (tmp_path / "plans/link.md").symlink_to(home / target)
    (found,) = walk_folder(tmp_path / "plans", IntakeSettings(), access=FolderAccess.excluding(home))
    assert "Daybreak’s own folder" in found.message


def test_own_folder_does_not_change_the_state_of_a_folder_around_it(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    access = FolderAccess.excluding(home)
    before = read_folder_state(tmp_path, IntakeSettings(), access, max_folders=10)
    (home / "secret.key").write_text("key", encoding="utf-8")
    after = read_folder_state(tmp_path, IntakeSettings(), access, max_folders=10)
    assert (after.digest, after.folders) == (before.digest, (str(tmp_path),))


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="Linux only")
def test_parent_that_becomes_a_link_after_the_walk_leads_nowhere(tmp_path):
    inner = tmp_path / "anna" / "plans"
    inner.mkdir(parents=True)
    (inner / "todo.txt").write_text("One", encoding="utf-8")
    (found,) = walk_folder(inner, IntakeSettings())
    assert isinstance(found, FoundFile)
    assert read_file(found, IntakeSettings()) == b"One"
    secret = tmp_path / "secret" / "plans"
    secret.mkdir(parents=True)
    (secret / "todo.txt").write_text("Secret", encoding="utf-8")
    (tmp_path / "anna").rename(tmp_path / "moved")
    (tmp_path / "anna").symlink_to(tmp_path / "secret")
    assert "cannot be read" in str(read_file(found, IntakeSettings()))


def test_number_of_listed_folders_and_entries_is_bounded(tmp_path):
    for number in range(30):
        (tmp_path / str(number)).mkdir()
    limits = IntakeSettings(max_files=2)
    state = read_folder_state(tmp_path, limits, FolderAccess(), max_folders=5)
    assert (len(state.folders), state.is_complete) == (1, False)
    state = read_folder_state(tmp_path, IntakeSettings(), FolderAccess(), max_folders=5)
    assert (len(state.folders), state.is_complete) == (5, True)
