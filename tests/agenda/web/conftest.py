"""Fixtures for the agenda's pages and API: an imported folder, uploads and background runs."""

from collections.abc import Callable

import pytest

from daybreak import wiring
from daybreak.agenda import Task
from daybreak.agenda.sources import parser_pool
from daybreak.runs.testing import drain

from ...web.browser_client import FROM_OUR_PAGE, Browser  # noqa: TID252 - tests are no package that could be named
from ..conftest import KEY, SamePool  # noqa: TID252 - likewise
from ..workspace import Desk  # noqa: TID252 - likewise


@pytest.fixture(autouse=True)
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse files in this process, and encrypt secrets with a test key."""
    monkeypatch.setattr(parser_pool, "BoundedPool", SamePool)
    monkeypatch.setenv("DAYBREAK_INTAKE_SECRET_KEYS", KEY)


@pytest.fixture
async def berta(desk: Desk) -> Task:
    """Return a task in a file: call Berta, overdue since yesterday."""
    desk.put("plan.md", "# House", "- [ ] Call Berta 📅 2026-03-28", "- [ ] Paint the <b>door</b>")
    await desk.read()
    return await desk.task("Call Berta")


@pytest.fixture
def work(database, user) -> Callable:
    """Return a function that executes all due runs of Anna."""

    async def work() -> None:
        await drain(database, wiring.kinds(), user.id)

    return work


@pytest.fixture
def send(annas: Browser) -> Callable:
    """Return a function that uploads files by path and content."""

    async def send(*files: tuple[str, bytes], to: str = "/agenda/sources/files", **form: str):
        parts = [("files", (path, content, "application/octet-stream")) for path, content in files]
        return await annas.client.post(to, files=parts, data=form, headers=FROM_OUR_PAGE)

    return send
