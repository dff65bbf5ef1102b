"""Test briefs in Chromium: live composing, evidence, and actions on tasks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from daybreak import briefs
from daybreak.agenda.parsed import ImportedTask

from ...web.chromium import find_accessibility_violations, measure_overflow  # noqa: TID252 - tests are no package that could be named
from ..conftest import PlanFolder  # noqa: TID252
from .sample_agenda import MARKET

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def fixed_clock() -> None:
    """Leave the clock running: the server is a separate process, and the writer must agree with its time."""


@pytest.fixture
def today():
    """Return the real date, for the same reason."""
    return datetime.now(ZoneInfo("Europe/Berlin")).date()


@pytest.fixture
async def planned(plans: PlanFolder, today) -> PlanFolder:
    await plans.replace_items(
        ImportedTask(
            external_id="1", title="Water the plants", source_ref="plan.md:1", due=today, estimate_minutes=20
        ),
        ImportedTask(
            external_id="2", title="Order seeds", source_ref="plan.md:2", due=today - timedelta(days=2)
        ),
    )
    return plans


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_brief_appears_while_it_is_composed_and_shows_a_done_task(
    chromium, planned, author, scripts: bool
):
    async with chromium.new_session(planned.user, java_script_enabled=scripts) as session:
        page = await session.open("/?length=full")
        if not scripts:
            await page.get_by_role("button", name="Create one").click()
        await expect(page.get_by_text("Creating your brief…")).to_be_visible()
        async with author.running():
            await expect(page.get_by_role("heading", name="Start here")).to_be_visible()
            await expect(page.get_by_role("heading", name="Without a project")).to_have_count(0)
            author.may_write.set()
            await expect(page.get_by_role("heading", name="Without a project")).to_be_visible()
            await expect(page.get_by_text("Creating your brief")).to_have_count(0)
            first = page.locator(".first li").first
            await first.locator("summary").click()
            await expect(first.get_by_text("plans: plan.md:2")).to_be_visible()
            await first.get_by_role("button", name="Done", exact=True).click()
            await expect(page.get_by_text("“Order seeds” is done.")).to_be_visible()
            await expect(page.get_by_role("heading", name="Done in the last 24 hours")).to_be_visible()
        assert session.console_messages == []


async def test_a_hover_shows_the_evidence_and_escape_hides_it(chromium, planned, today):
    await briefs.compose(planned.database, planned.user.id, today)
    async with chromium.new_session(planned.user, viewport={"width": 1280, "height": 800}) as session:
        page = await session.open("/")
        first = page.locator(".first li").first
        await first.locator("summary").hover()
        await expect(first.get_by_text("plans: plan.md:2")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(first.get_by_text("plans: plan.md:2")).to_be_hidden()
        await first.locator("summary").focus()
        await page.keyboard.press("Enter")
        await expect(first.get_by_text("plans: plan.md:2")).to_be_visible()


async def test_a_line_opens_to_its_sentences_and_facts_by_keyboard(chromium, planned, today):
    await briefs.compose(planned.database, planned.user.id, today - timedelta(days=1))
    async with chromium.new_session(planned.user) as session:
        page = await session.open(f"/briefs/{today - timedelta(days=1)}")
        await expect(page.get_by_role("heading", name="Start here")).to_be_visible()
        await planned.replace_items(
            *(
                ImportedTask(external_id=f"n{number}", title=f"New {number}", source_ref=f"plan.md:{number}")
                for number in range(3, 6)
            )
        )
        await briefs.compose(planned.database, planned.user.id, today)
        page = await session.open("/")
        line = page.locator(".since .sum").first
        fact = line.locator(".facts").first
        await line.locator("summary").first.focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(fact.locator("summary")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(fact.locator(".source-ref")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(fact.locator("summary")).to_be_focused()
        await expect(fact.locator(".source-ref")).to_be_hidden()
        await page.keyboard.press("Escape")
        await expect(line.locator("summary").first).to_be_focused()
        await expect(fact).to_be_hidden()


async def test_brief_pages_are_accessible_and_fit_every_screen(chromium, planned, today):
    noon = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=12)
    await planned.replace_items(
        ImportedTask(
            external_id="1", title="Water the plants " + "x" * 90, source_ref="plan.md:1", due=today
        ),
        ImportedTask(
            external_id="2", title="Order seeds", source_ref="plan.md:2", due=today - timedelta(days=2)
        ),
        *(
            type(MARKET)(
                external_id=f"e{number}",
                title=f"Meeting {number}",
                source_ref=f"{number}@example.org",
                start=noon + timedelta(minutes=20 * number),
                end=noon + timedelta(minutes=20 * number + 45),
            )
            for number in range(4)
        ),
    )
    await briefs.compose(planned.database, planned.user.id, today - timedelta(days=1))
    await briefs.compose(planned.database, planned.user.id, today)
    async with chromium.new_session(planned.user) as session:
        for path in [
            "/",
            f"/briefs/{today - timedelta(days=1)}",
            "/briefs",
            "/briefs?q=seeds",
            "/briefs?q=nothing",
        ]:
            page = await session.open(path)
            if path == "/":
                await page.locator(".first summary").first.click()
            assert await find_accessibility_violations(page) == []
            assert await measure_overflow(page) <= 0
            await page.close()


async def test_pages_without_a_brief_are_accessible(chromium, planned, other_user):
    async with chromium.new_session(planned.user) as session:
        for path in ["/", "/briefs/2020-01-01"]:
            page = await session.open(path)
            assert await find_accessibility_violations(page) == []
            assert await measure_overflow(page) <= 0
            await page.close()
    async with chromium.new_session(other_user) as session:
        page = await session.open("/briefs")
        assert await find_accessibility_violations(page) == []
