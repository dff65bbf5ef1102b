"""Tests of the schedule page: form, preview and history."""

import re
from dataclasses import replace
from datetime import time, timedelta
from urllib.parse import urlencode

import pytest

from daybreak import people
from daybreak.account import schedule_form
from daybreak.agenda import manual_entries
from daybreak.people import Frequency, ProjectChoice, QuietDay, Weekday

BASE_PATH = "/settings/schedule"
FORM = {
    "brief_time": "06:30",
    "frequency": "chosen",
    "day": "1",
    "weekdays": ["1", "4"],
    "quiet_day": "shorten",
    "weekly_day": "5",
    "catch_up": "120",
    "project_choice": "except",
    "projects": ["House", "Taxes"],
    "email": "true",
}


def promised_times(html: str) -> list[str]:
    """Return the times in the preview, as shown to the user."""
    part = html.partition('<ol class="upcoming">')[2].partition("</ol>")[0]
    return re.findall(r"<time[^>]*>([^<]*)</time>", part)


def field_note(html: str, field: str) -> str:
    """Return the note of a field."""
    return html.partition(f'<small id="{field}-note">')[2].partition("</small>")[0]


async def test_form_is_saved_and_shown_again(anna_client, user, database):
    saved = await anna_client.post(BASE_PATH, **FORM)
    assert (saved.status_code, saved.headers["location"]) == (303, BASE_PATH)
    stored = (await people.find_by_email(database, user.email)).preferences
    assert stored == replace(
        user.preferences,
        brief_time=time(6, 30),
        frequency=Frequency.CHOSEN,
        weekdays=frozenset({Weekday.MONDAY, Weekday.THURSDAY}),
        quiet_day=QuietDay.SHORTEN,
        catch_up=timedelta(hours=2),
        project_choice=ProjectChoice.EXCEPT,
        projects=("House", "Taxes"),
        email=True,
        reengagement=False,
    )
    page = (await anna_client.get(BASE_PATH)).text
    assert "Schedule saved." in page
    assert 'value="06:30"' in page
    for field, value in (
        ("frequency", "chosen"),
        ("weekdays", "4"),
        ("projects", "Taxes"),
        ("email", "true"),
    ):
        assert re.search(rf'name="{field}" value="{value}" checked', page), field
    assert not re.search(r'name="weekdays" value="2" checked', page)
    assert '<option value="120" selected>Send it up to 2 hours late</option>' in page


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"brief_time": "soon"}, "brief_time", "time"),
        ({"brief_time": "06:30:30"}, "brief_time", "to the minute"),
        ({"weekdays": []}, "weekdays", "Choose at least one"),
        ({"quiet_day": "sleep"}, "quiet_day", "send"),
        ({"catch_up": "6000"}, "catch_up", "1200"),
        ({"catch_up": "9" * 5000}, "catch_up", "whole number"),
        ({"projects": []}, "projects", "Enter at least one"),
        ({"projects": ["x" * 201]}, "projects", "printable characters"),
        ({"projects": ["a\x00b"]}, "projects", "printable characters"),
    ],
)
async def test_invalid_value_is_reported_at_its_field_and_nothing_is_saved(
    anna_client, user, database, changes, field, words
):
    if changes.get("projects") == []:
        async with database.transaction([user.id]) as tx:
            await manual_entries.save_project(tx, user.id, "House")
    refused = await anna_client.post(BASE_PATH, **(FORM | changes))
    assert refused.status_code == 422
    assert words in field_note(refused.text, field)
    assert re.search(r'name="frequency" value="chosen" checked', refused.text), "the input is shown again"
    assert await people.find_by_email(database, user.email) == user


async def test_preview_equals_the_briefs_after_saving(anna_client):
    first = promised_times((await anna_client.get(BASE_PATH)).text)
    assert first[:2] == ["Monday 30 March, 07:00", "Tuesday 31 March, 07:00"]
    query = urlencode(FORM, doseq=True)
    part = (await anna_client.get(f"{BASE_PATH}/preview?{query}")).text
    assert promised_times(part) == [
        "Monday 30 March, 06:30",
        "Thursday 2 April, 06:30",
        "Monday 6 April, 06:30",
        "Thursday 9 April, 06:30",
        "Monday 13 April, 06:30",
    ]
    assert "<html" not in part
    without_scripts = (await anna_client.get(f"{BASE_PATH}?{query}")).text
    assert promised_times(without_scripts) == promised_times(part)
    assert re.search(r'name="weekdays" value="4" checked', without_scripts)
    assert promised_times((await anna_client.get(BASE_PATH)).text) == first, "a preview changes nothing"
    await anna_client.post(BASE_PATH, **FORM)
    assert promised_times((await anna_client.get(BASE_PATH)).text) == promised_times(part)


async def test_invalid_form_has_no_preview(anna_client):
    part = await anna_client.get(f"{BASE_PATH}/preview?{urlencode(FORM | {'weekdays': []}, doseq=True)}")
    assert (part.status_code, promised_times(part.text)) == (200, [])
    assert "Choose at least one" in part.text


def test_every_quiet_day_rule_has_a_label():
    assert schedule_form.QUIET_DAY_LABELS.keys() == set(QuietDay)


async def test_page_offers_exactly_the_quiet_day_rules(anna_client):
    page = (await anna_client.get(BASE_PATH)).text
    assert re.findall(r'name="quiet_day" value="(\w+)"', page) == [str(one) for one in people.QuietDay]


async def test_pause_can_be_undone_and_resumed(anna_client, user, database):
    await anna_client.post(f"{BASE_PATH}/pause")
    assert not (await people.find_by_email(database, user.email)).preferences.active
    page = (await anna_client.get(BASE_PATH)).text
    assert f'action="{BASE_PATH}/resume"' in page.partition('role="status"')[2].partition("</form>")[0]
    assert "none of these is created until you resume" in page
    assert "is <strong>paused</strong>" in page
    await anna_client.post(f"{BASE_PATH}/resume")
    assert (await people.find_by_email(database, user.email)).preferences.active
    assert "Monday 30 March 2026, 07:00" in (await anna_client.get(BASE_PATH)).text


async def test_history_lists_results_and_reasons(anna_client, bob_client, user, insert_days):
    await insert_days(user, 20, "missed", "too_late")
    page = (await anna_client.get(BASE_PATH)).text
    assert page.count("The server was down past the catch-up window.") == 14
    link = re.search(r'href="([^"#]+)#days" rel="next"', page)[1]
    older = (await anna_client.get(link)).text
    assert older.count("The server was down past the catch-up window.") == 6
    assert "Tuesday 10 March 2026" in older
    assert 'rel="next"' not in older
    assert "The server was down" not in (await bob_client.get(BASE_PATH)).text


async def test_error_is_shown_with_its_fix_and_can_be_retried(anna_client, user, break_timezone):
    await anna_client.get(BASE_PATH)
    await break_timezone(user)
    page = (await anna_client.get(BASE_PATH)).text
    assert "There is no time zone “Mars/Olympus”. Choose another one in the profile" in page
    assert "Next brief:" not in page
    await anna_client.post(f"{BASE_PATH}/retry")
    assert "Next brief:" in (await anna_client.get(BASE_PATH)).text


@pytest.mark.parametrize("cursor", ["nonsense", "WyJ4Il0", "WyIyMDI2LTAzLTI5IiwiXHUwMDAwIl0"])
async def test_invalid_cursor_is_rejected(anna_client, cursor):
    assert (await anna_client.get(f"{BASE_PATH}?after={cursor}")).status_code == 422
