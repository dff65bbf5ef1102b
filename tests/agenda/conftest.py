from dataclasses import replace
from pathlib import Path

import pytest

from daybreak.agenda import Reader
from daybreak.agenda.sources import parser_pool
from daybreak.intake import IntakeSettings, Vault
from daybreak.intake.sandbox.pool import Done

from .workspace import DAY, Desk

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def limits() -> IntakeSettings:
    return IntakeSettings(allow_private_addresses=True, fetch_seconds=60)


@pytest.fixture
def vault() -> Vault:
    return Vault([KEY])


class SamePool:
    """A pool that parses in this process, a second faster per import; child processes are tested apart."""

    def __init__(self, *_arguments, **_options):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def map(self, inputs):
        return (Done(key, parser_pool.harvest(argument)) for key, argument in inputs)


@pytest.fixture
def children() -> None:
    """Request real child processes, as in production."""


@pytest.fixture
def desk(database, user, limits, vault, tmp_path: Path, request, monkeypatch: pytest.MonkeyPatch) -> Desk:
    if "children" not in request.fixturenames:
        monkeypatch.setattr(parser_pool, "BoundedPool", SamePool)
    folder = tmp_path / "papers"
    folder.mkdir()
    return Desk(Reader(database, user, DAY, limits, lambda: vault), folder)


@pytest.fixture
def desk_of(desk: Desk):
    """Return the workspace of another user with the same folder."""

    def desk_of(person) -> Desk:
        return replace(desk, reader=replace(desk.reader, user=person))

    return desk_of
