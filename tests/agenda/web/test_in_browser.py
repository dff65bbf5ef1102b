"""Browser tests of the agenda: upload of a folder, progress, completing and snoozing tasks."""

import pytest
from playwright.async_api import expect

from ...web.chromium import find_accessibility_violations, measure_overflow  # noqa: TID252 - likewise

pytestmark = pytest.mark.integration

PAGES = (
    "/agenda",
    "/agenda?show=snoozed",
    "/agenda/board",
    "/agenda/projects",
    "/agenda/calendar",
    "/agenda/calendar?week=2026-03-29",
    "/agenda/notes",
    "/agenda/sources",
    "/agenda/tasks/new",
    "/agenda/events/new",
    "/welcome",
)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_folder_is_uploaded_and_its_tasks_are_completed(
    chromium, user, run_jobs, tmp_path, scripts: bool
):
    folder = tmp_path / "plans"
    folder.mkdir()
    (folder / "todo.txt").write_text("Call Berta\nCall Bob\n", encoding="utf-8")
    async with chromium.new_session(user, java_script_enabled=scripts) as session:
        page = await session.open("/agenda/sources")
        await page.set_input_files("#folder", folder)
        await page.get_by_role("button", name="Upload").click()
        await expect(page.get_by_text("Starting…")).to_be_visible()
        await run_jobs()
        await expect(page.get_by_text("Done.", exact=False).first).to_be_visible()
        await page.goto(f"{session.address}/agenda")
        await page.get_by_role("button", name="Mark as done: Call Berta").click()
        await expect(page.get_by_role("link", name="Call Berta")).to_have_count(0)
        await page.get_by_role("button", name="Undo", exact=True).click()
        await expect(page.get_by_role("link", name="Call Berta")).to_be_visible()
        await page.get_by_label("Snooze: Call Bob").click()
        await page.get_by_role("button", name="Until tomorrow").filter(visible=True).click()
        await expect(page.get_by_role("link", name="Call Bob")).to_have_count(0)
        assert session.console_messages == []


@pytest.mark.parametrize("is_full", [False, True], ids=["empty", "full"])
async def test_pages_are_accessible_and_do_not_overflow(chromium, user, workspace, is_full: bool):
    if is_full:
        workspace.write_file(
            "plan.md",
            "# House",
            "## Spring (from 2026-03-01 to 2026-05-31)",
            "- [ ] Call Berta 📅 2026-03-28",
        )
        workspace.write_file("todo.txt", "Call Bob due:2026-03-31", "x 2026-03-28 Call Ben")
        await workspace.import_folder()
    async with chromium.new_session(user) as browser:
        for path in PAGES:
            page = await browser.open(path)
            assert await find_accessibility_violations(page) == []
            assert (path, await measure_overflow(page)) == (path, 0)
            await page.close()
