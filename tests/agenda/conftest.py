from dataclasses import replace
from pathlib import Path

import pytest

from daybreak.agenda import SourceReader
from daybreak.agenda.sources import parser_pool
from daybreak.intake import IntakeSettings, Vault
from daybreak.intake.sandbox.pool import InputDone

from .workspace import DAY, UserWorkspace

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def limits() -> IntakeSettings:
    return IntakeSettings(allow_private_addresses=True, fetch_seconds=60)


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


class InProcessPool:
    """A pool that parses in this process, a second faster per import; child processes are tested apart."""

    def __init__(self, *_arguments, **_options):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def map(self, inputs):
        return (InputDone(key, parser_pool.parse_file(argument)) for key, argument in inputs)


@pytest.fixture
def child_processes() -> None:
    """Request real child processes, as in production."""


@pytest.fixture
def workspace(
    database, user, limits, vault, tmp_path: Path, request, monkeypatch: pytest.MonkeyPatch
) -> UserWorkspace:
    if "child_processes" not in request.fixturenames:
        monkeypatch.setattr(parser_pool, "BoundedPool", InProcessPool)
    folder = tmp_path / "papers"
    folder.mkdir()
    return UserWorkspace(SourceReader(database, user, DAY, limits, lambda: vault), folder)


@pytest.fixture
def workspace_of(workspace: UserWorkspace):
    """Return the workspace of another user with the same folder."""

    def make_workspace(person) -> UserWorkspace:
        return replace(workspace, reader=replace(workspace.reader, user=person))

    return make_workspace
