"""Test the pages for runs in Chromium: accessibility, screen sizes, live updates."""

import os

import pytest
from playwright.async_api import async_playwright, expect

from ..web.chromium import (  # noqa: TID252 - tests are no package that could be named
    ARGUMENTS,
    PROGRAM,
    Chromium,
    find_accessibility_violations,
    is_installed,
    measure_overflow,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def chromium(server_url, database):
    if not is_installed() and os.environ.get("TEST_BROWSER") != "required":
        pytest.skip(f"{PROGRAM} is not installed: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
        yield Chromium(browser, int(server_url.rpartition(":")[2]), database)
        await browser.close()


async def test_run_pages_are_accessible_and_fit_every_screen(chromium, run_workspace, admin_user):
    failed = await run_workspace.run_to_end("x", items={"page 1": "", "page 2": "always"})
    waiting = await run_workspace.enqueue("a key that is long and has no place to break it/" + "x" * 60)
    async with chromium.new_session(run_workspace.user, viewport={"width": 320, "height": 640}) as browser:
        runs = ("/runs", "/runs?q=nothing", f"/runs/{failed.id}", f"/runs/{waiting.id}")
        for path in (*runs, "/operations", "/operations/schedule"):
            page = await browser.open(path)
            assert await find_accessibility_violations(page) == [], path
            assert await measure_overflow(page) == 0, path
            await page.close()
        assert browser.console_messages == []


async def test_run_is_watched_cancelled_and_retried(chromium, run_workspace):
    run = await run_workspace.enqueue("x")
    async with chromium.new_session(run_workspace.user) as browser:
        page = await browser.open(f"/runs/{run.id}")
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_text("Cancelled.")).to_be_visible()
        await page.get_by_role("main").get_by_role("button", name="Retry").click()
        await expect(page.get_by_text("Waiting for a worker")).to_be_visible()
        await run_workspace.run_all_due()
        await expect(page.locator("h1 + p .state")).to_have_text("Done")
        assert browser.console_messages == []
