"""Somebody in a browser, with a folder of plans that was read."""

from collections.abc import Callable

import pytest

from daybreak import wiring
from daybreak.agenda import Task, reading
from daybreak.runs.testing import drain

from ...web.browser import FROM_OUR_PAGE, Browser  # noqa: TID252 - tests are no package that could be named
from ..conftest import KEY, SamePool  # noqa: TID252 - likewise
from ..desk import Desk  # noqa: TID252 - likewise


@pytest.fixture(autouse=True)
def same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, and secrets kept under a key of the tests'."""
    monkeypatch.setattr(reading, "BoundedPool", SamePool)
    monkeypatch.setenv("DAYBREAK_INTAKE_SECRET_KEYS", KEY)


@pytest.fixture
async def berta(desk: Desk) -> Task:
    """A task in a file: call Berta, late since yesterday."""
    desk.put("plan.md", "# House", "- [ ] Call Berta 📅 2026-03-28", "- [ ] Paint the <b>door</b>")
    await desk.read()
    return await desk.task("Call Berta")


@pytest.fixture
def work(database, user) -> Callable:
    """Do all runs of Anna's that are due."""

    async def work() -> None:
        await drain(database, wiring.kinds(), user.id)

    return work


@pytest.fixture
def send(annas: Browser) -> Callable:
    """Send files, by path and content."""

    async def send(*files: tuple[str, bytes], to: str = "/agenda/sources/files", **form: str):
        parts = [("files", (path, content, "application/octet-stream")) for path, content in files]
        return await annas.client.post(to, files=parts, data=form, headers=FROM_OUR_PAGE)

    return send
