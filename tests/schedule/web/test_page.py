"""The page on which one says when briefs come, sees what comes of it, and what became of past days."""

import re
from dataclasses import replace
from datetime import time, timedelta
from urllib.parse import urlencode

import pytest

from daybreak import people
from daybreak.account import planning
from daybreak.agenda import own
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
    """What is promised, as a reader has it."""
    part = html.partition('<ol class="coming">')[2].partition("</ol>")[0]
    return re.findall(r"<time[^>]*>([^<]*)</time>", part)


def note(html: str, field: str) -> str:
    """What stands beside a field."""
    return html.partition(f'<small id="{field}-note">')[2].partition("</small>")[0]


async def test_what_is_chosen_is_written_and_shown_again(annas, user, database):
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
    assert "Your schedule is saved." in page
    assert 'value="06:30"' in page
    for field, value in (
        ("frequency", "chosen"),
        ("weekdays", "4"),
        ("projects", "Taxes"),
        ("email", "true"),
    ):
        assert re.search(rf'name="{field}" value="{value}" checked', page), field
    assert not re.search(r'name="weekdays" value="2" checked', page)
    assert '<option value="120" selected>Up to 2 hours late</option>' in page


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"brief_time": "soon"}, "brief_time", "time"),
        ({"brief_time": "06:30:30"}, "brief_time", "to the minute"),
        ({"weekdays": []}, "weekdays", "choose at least one"),
        ({"quiet_day": "sleep"}, "quiet_day", "send"),
        ({"catch_up": "6000"}, "catch_up", "1200"),
        ({"catch_up": "9" * 5000}, "catch_up", "integer"),
        ({"projects": []}, "projects", "give at least one"),
        ({"projects": ["x" * 201]}, "projects", "printable characters"),
        ({"projects": ["a\x00b"]}, "projects", "printable characters"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_written(
    annas, user, database, changes, field, words
):
    if changes.get("projects") == []:
        async with database.transaction([user.id]) as tx:
            await own.write_project(tx, user.id, "House")
    refused = await annas.post(HERE, **(PLAN | changes))
    assert refused.status_code == 422
    assert words in note(refused.text, field)
    assert re.search(r'name="frequency" value="chosen" checked', refused.text), "what was typed is kept"
    assert await people.find(database, user.email) == user


async def test_what_is_shown_while_one_chooses_is_what_comes_when_it_is_saved(annas):
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
    assert coming((await annas.get(HERE)).text) == first, "looking changes nothing"
    await annas.post(HERE, **PLAN)
    assert coming((await annas.get(HERE)).text) == coming(part)


async def test_while_the_form_is_wrong_nothing_is_promised(annas):
    part = await annas.get(f"{HERE}/preview?{urlencode(PLAN | {'weekdays': []}, doseq=True)}")
    assert (part.status_code, coming(part.text)) == (200, [])
    assert "choose at least one" in part.text


def test_every_rule_for_quiet_days_has_its_sentence():
    assert planning.QUIET_DAYS.keys() == set(QuietDay)


async def test_the_page_offers_the_rules_that_can_be_chosen_and_no_others(annas):
    page = (await annas.get(HERE)).text
    assert re.findall(r'name="quiet_day" value="(\w+)"', page) == [str(one) for one in people.QuietDay]


async def test_a_pause_is_begun_undone_and_ended(annas, user, database):
    await annas.post(f"{HERE}/pause")
    assert not (await people.find(database, user.email)).preferences.active
    page = (await annas.get(HERE)).text
    assert f'action="{HERE}/resume"' in page.partition('role="status"')[2].partition("</form>")[0]
    assert "none of these comes until you resume" in page
    assert "are <strong>paused</strong>" in page
    await annas.post(f"{HERE}/resume")
    assert (await people.find(database, user.email)).preferences.active
    assert "Monday 30 March 2026 at 07:00" in (await annas.get(HERE)).text


async def test_past_days_are_listed_with_what_became_of_them_and_why(annas, bobs, user, keep_days):
    await keep_days(user, 20, "missed", "too_late")
    page = (await annas.get(HERE)).text
    assert page.count("Nobody was there to ring it") == 14
    link = re.search(r'href="([^"#]+)#days" rel="next"', page)[1]
    older = (await annas.get(link)).text
    assert older.count("Nobody was there to ring it") == 6
    assert "Tuesday 10 March 2026" in older
    assert 'rel="next"' not in older
    assert "Nobody was there" not in (await bobs.get(HERE)).text


async def test_who_is_set_aside_reads_why_and_how_to_mend_it_and_tries_again(annas, user, break_zone):
    await annas.get(HERE)
    await break_zone(user)
    page = (await annas.get(HERE)).text
    assert "There is no time zone “Mars/Olympus”. Choose another one in the profile" in page
    assert "is due on" not in page
    await annas.post(f"{HERE}/retry")
    assert "is due on" in (await annas.get(HERE)).text


@pytest.mark.parametrize("place", ["nonsense", "WyJ4Il0", "WyIyMDI2LTAzLTI5IiwiXHUwMDAwIl0"])
async def test_a_place_that_is_not_ours_is_refused(annas, place):
    assert (await annas.get(f"{HERE}?after={place}")).status_code == 422
