"""Pages as people meet them: in Chromium, with and without JavaScript, by keyboard, light and dark."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from daybreak import people
from daybreak.people import LinkPurpose, Role, Scope

from .chromium import find_accessibility_violations, measure_overflow

pytestmark = pytest.mark.integration

SETTINGS = [
    "/settings",
    "/settings/identities",
    "/settings/schedule",
    "/settings/access",
    "/settings/tokens",
    "/settings/data",
    "/settings/members",
]
PASSWORD = "correct horse battery"


@pytest.fixture
async def admin(database, user, reset_throttle):
    """Anna, who has a password, a token and a role."""
    await people.set_role(database, user, Role.ADMIN)
    async with database.transaction([user.id]) as tx:
        await people.create_token(tx, user.id, "Widget on the wall", Scope.READ, 90)
    return user


async def test_printed_link_signs_in_without_a_click(chromium, database, user, reset_throttle):
    link = LinkPurpose.SIGN_IN.path(await people.create_link(database, user, LinkPurpose.SIGN_IN))
    async with chromium.new_session() as session:
        page = await session.open(link)
        # A user without sources is redirected to onboarding first.
        await page.wait_for_url(re.compile("/welcome$"))
        assert session.console_messages == []


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
async def test_invited_user_sets_a_password_and_signs_in_again(
    chromium, database, reset_throttle, javascript
):
    email = f"carol-{javascript}@example.org"
    invitation = await people.invite(database, email, timezone="Europe/Berlin", role=Role.MEMBER)
    async with chromium.new_session(java_script_enabled=javascript) as session:
        page = await session.open(invitation.path)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_label("Confirm password").fill(PASSWORD)
        await page.get_by_role("button", name="Create account").click()
        await page.locator(".person summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("E-mail address").fill(email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("link", name="Settings").click()
        await page.get_by_label("Name").fill("Carol")
        await page.get_by_role("button", name="Save").click()
        assert await page.get_by_role("status").inner_text() == "Profile saved."
        assert await page.locator(".person summary").inner_text() == "Carol"
        assert session.console_messages == []


async def test_token_is_shown_once(chromium, admin):
    async with chromium.new_session(admin) as session:
        page = await session.open("/settings/tokens")
        await page.get_by_label("Name").fill("Script")
        await page.get_by_role("button", name="Create token").click()
        secret = await page.get_by_label("Token", exact=True).input_value()
        assert secret.startswith("dbk_")
        await page.get_by_role("link", name="Tokens").click()
        assert secret not in await page.content()
        assert secret[-4:] in await page.content()
        page.on("dialog", lambda dialog: dialog.accept())
        await page.get_by_role("row", name="Script").get_by_role("button").click()
        await page.get_by_text("Token revoked.").wait_for()
        assert await page.get_by_role("row", name="Script").count() == 0


async def test_keyboard_reaches_all_controls(chromium, admin):
    async with chromium.new_session(admin) as session:
        page = await session.open("/settings/tokens")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "Skip to content"
        await page.keyboard.press("Enter")
        assert page.url.endswith("#main")
        await page.keyboard.press("?")
        assert await page.get_by_role("dialog").is_visible()
        await page.keyboard.press("Escape")
        assert not await page.get_by_role("dialog").is_visible()
        await page.get_by_label("Name").press("g")
        await page.get_by_label("Name").press("s")
        assert await page.get_by_label("Name").input_value() == "gs"
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("g")
        await page.keyboard.press("s")
        await page.wait_for_url(re.compile("/settings$"))


async def test_theme_follows_the_system_until_it_is_set(chromium, user):
    async with chromium.new_session(user, color_scheme="dark") as session:
        page = await session.open("/settings")
        colour = "getComputedStyle(document.documentElement).backgroundColor"
        dark = await page.evaluate(colour)
        await page.locator(".person summary").click()
        await page.get_by_role("button", name="Light").click()
        await page.wait_for_load_state()
        assert await page.evaluate(colour) != dark


async def test_page_opens_its_stream_although_the_script_for_streams_arrives_late(chromium, user):
    async with chromium.new_session(user) as session:
        page = await session.context.new_page()

        async def delay(route: Route) -> None:
            await asyncio.sleep(1)
            await route.continue_()

        await page.route("**/vendor/htmx-sse.js", delay)
        async with page.expect_response("**/runs/stream"):
            await page.goto(f"{session.address}/runs")


async def test_schedule_form_previews_upcoming_briefs(chromium, user):
    async with chromium.new_session(user) as session:
        page = await session.open("/settings/schedule")
        assert not await page.get_by_role("button", name="Preview").is_visible()
        await page.get_by_label("Once a week").check()
        await page.get_by_label("Day of the week").select_option("Wednesday")
        await page.get_by_label("Time", exact=True).fill("05:45")
        await page.get_by_label("Time", exact=True).blur()
        upcoming = page.locator("#upcoming li")
        await expect(upcoming).to_have_text([re.compile("Wednesday .*, 05:45")] * 5)
        assert await find_accessibility_violations(page) == []
        assert session.console_messages == []


@pytest.mark.parametrize("path", SETTINGS)
async def test_settings_pages_are_accessible_and_fit_every_screen(chromium, admin, path):
    async with chromium.new_session(admin) as session:
        page = await session.open(path)
        assert await find_accessibility_violations(page) == []
        assert await measure_overflow(page) <= 0
        assert session.console_messages == []


async def test_signed_out_pages_are_accessible_and_fit_every_screen(chromium, database, user, reset_throttle):
    links = [
        purpose.path(await people.create_link(database, user, purpose))
        for purpose in (LinkPurpose.RESET, LinkPurpose.INVITATION, LinkPurpose.SIGN_IN)
    ]
    async with chromium.new_session(java_script_enabled=True) as session:
        for path in ["/sign-in", "/nowhere", *links[:2]]:
            page = await session.open(path)
            assert await find_accessibility_violations(page) == []
            assert await measure_overflow(page) <= 0
            await page.close()


async def test_content_policy_blocks_injected_scripts(chromium, user, database):
    async with chromium.new_session(user) as session:
        page = await session.open("/settings")
        await page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.broken=1\">');"
            "const script = document.createElement('script'); script.textContent = 'window.broken=1';"
            "document.body.append(script)"
        )
        await page.wait_for_timeout(0)
        assert await page.evaluate("window.broken") is None
        assert any("Content Security Policy" in words for words in session.console_messages)
