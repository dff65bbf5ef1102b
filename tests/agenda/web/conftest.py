"""Fixtures for the agenda's pages and API: an imported folder, uploads and background runs."""

from collections.abc import Callable

import pytest

from daybreak import wiring
from daybreak.agenda import Task
from daybreak.agenda.sources import parser_pool
from daybreak.runs.testing import run_all_due

from ...web.browser_client import SAME_ORIGIN_HEADERS, BrowserClient  # noqa: TID252 - tests are no package that could be named
from ..conftest import KEY, InProcessPool  # noqa: TID252 - likewise
from ..workspace import UserWorkspace  # noqa: TID252 - likewise


@pytest.fixture(autouse=True)
def parse_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse files in this process, and encrypt secrets with a test key."""
    monkeypatch.setattr(parser_pool, "BoundedPool", InProcessPool)
    monkeypatch.setenv("DAYBREAK_INTAKE_ENCRYPTION_KEYS", KEY)


@pytest.fixture
async def overdue_task(workspace: UserWorkspace) -> Task:
    """Return a task in a file: call Berta, overdue since yesterday."""
    workspace.write_file(
        "plan.md", "# House", "- [ ] Call Berta 📅 2026-03-28", "- [ ] Paint the <b>door</b>"
    )
    await workspace.import_folder()
    return await workspace.get_task("Call Berta")


@pytest.fixture
def run_jobs(database, user) -> Callable:
    """Return a function that executes all due runs of Anna."""

    async def execute() -> None:
        await run_all_due(database, wiring.kinds(), user.id)

    return execute


@pytest.fixture
def upload_files(anna_client: BrowserClient) -> Callable:
    """Return a function that uploads files by path and content."""

    async def upload(*files: tuple[str, bytes], to: str = "/agenda/sources/files", **form: str):
        parts = [("files", (path, content, "application/octet-stream")) for path, content in files]
        return await anna_client.client.post(to, files=parts, data=form, headers=SAME_ORIGIN_HEADERS)

    return upload
