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

HERE = "/settings/schedule"
PLAN = {
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


def coming(html: str) -> list[str]:
    """Return the times in the preview, as shown to the user."""
    part = html.partition('<ol class="coming">')[2].partition("</ol>")[0]
    return re.findall(r"<time[^>]*>([^<]*)</time>", part)


def note(html: str, field: str) -> str:
    """Return the note of a field."""
    return html.partition(f'<small id="{field}-note">')[2].partition("</small>")[0]


async def test_form_is_saved_and_shown_again(annas, user, database):
    saved = await annas.post(HERE, **PLAN)
    assert (saved.status_code, saved.headers["location"]) == (303, HERE)
    kept = (await people.find(database, user.email)).preferences
    assert kept == replace(
        user.preferences,
        brief_time=time(6, 30),
        frequency=Frequency.CHOSEN,
        weekdays=frozenset({Weekday.MONDAY, Weekday.THURSDAY}),
        quiet_day=QuietDay.SHORTEN,
        catch_up=timedelta(hours=2),
        project_choice=ProjectChoice.EXCEPT,
        projects=("House", "Taxes"),
        email=True,
        reengage=False,
    )
    page = (await annas.get(HERE)).text
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
    annas, user, database, changes, field, words
):
    if changes.get("projects") == []:
        async with database.transaction([user.id]) as tx:
            await manual_entries.write_project(tx, user.id, "House")
    refused = await annas.post(HERE, **(PLAN | changes))
    assert refused.status_code == 422
    assert words in note(refused.text, field)
    assert re.search(r'name="frequency" value="chosen" checked', refused.text), "the input is shown again"
    assert await people.find(database, user.email) == user


async def test_preview_equals_the_briefs_after_saving(annas):
    first = coming((await annas.get(HERE)).text)
    assert first[:2] == ["Monday 30 March, 07:00", "Tuesday 31 March, 07:00"]
    query = urlencode(PLAN, doseq=True)
    part = (await annas.get(f"{HERE}/preview?{query}")).text
    assert coming(part) == [
        "Monday 30 March, 06:30",
        "Thursday 2 April, 06:30",
        "Monday 6 April, 06:30",
        "Thursday 9 April, 06:30",
        "Monday 13 April, 06:30",
    ]
    assert "<html" not in part
    without_scripts = (await annas.get(f"{HERE}?{query}")).text
    assert coming(without_scripts) == coming(part)
    assert re.search(r'name="weekdays" value="4" checked', without_scripts)
    assert coming((await annas.get(HERE)).text) == first, "a preview changes nothing"
    await annas.post(HERE, **PLAN)
    assert coming((await annas.get(HERE)).text) == coming(part)


async def test_invalid_form_has_no_preview(annas):
    part = await annas.get(f"{HERE}/preview?{urlencode(PLAN | {'weekdays': []}, doseq=True)}")
    assert (part.status_code, coming(part.text)) == (200, [])
    assert "Choose at least one" in part.text


def test_every_quiet_day_rule_has_a_label():
    assert schedule_form.QUIET_DAYS.keys() == set(QuietDay)


async def test_page_offers_exactly_the_quiet_day_rules(annas):
    page = (await annas.get(HERE)).text
    assert re.findall(r'name="quiet_day" value="(\w+)"', page) == [str(one) for one in people.QuietDay]


async def test_pause_can_be_undone_and_resumed(annas, user, database):
    await annas.post(f"{HERE}/pause")
    assert not (await people.find(database, user.email)).preferences.active
    page = (await annas.get(HERE)).text
    assert f'action="{HERE}/resume"' in page.partition('role="status"')[2].partition("</form>")[0]
    assert "none of these is created until you resume" in page
    assert "is <strong>paused</strong>" in page
    await annas.post(f"{HERE}/resume")
    assert (await people.find(database, user.email)).preferences.active
    assert "Monday 30 March 2026, 07:00" in (await annas.get(HERE)).text


async def test_history_lists_results_and_reasons(annas, bobs, user, keep_days):
    await keep_days(user, 20, "missed", "too_late")
    page = (await annas.get(HERE)).text
    assert page.count("The server was down past the catch-up window.") == 14
    link = re.search(r'href="([^"#]+)#days" rel="next"', page)[1]
    older = (await annas.get(link)).text
    assert older.count("The server was down past the catch-up window.") == 6
    assert "Tuesday 10 March 2026" in older
    assert 'rel="next"' not in older
    assert "The server was down" not in (await bobs.get(HERE)).text


async def test_error_is_shown_with_its_fix_and_can_be_retried(annas, user, break_zone):
    await annas.get(HERE)
    await break_zone(user)
    page = (await annas.get(HERE)).text
    assert "There is no time zone “Mars/Olympus”. Choose another one in the profile" in page
    assert "Next brief:" not in page
    await annas.post(f"{HERE}/retry")
    assert "Next brief:" in (await annas.get(HERE)).text


@pytest.mark.parametrize("cursor", ["nonsense", "WyJ4Il0", "WyIyMDI2LTAzLTI5IiwiXHUwMDAwIl0"])
async def test_invalid_cursor_is_rejected(annas, cursor):
    assert (await annas.get(f"{HERE}?after={cursor}")).status_code == 422
