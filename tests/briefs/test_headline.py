from dataclasses import replace
from datetime import date

import pytest

from daybreak.agenda import TaskStatus
from daybreak.briefs.document.model import Counts, Edition, SinceLast
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.wording import headline as wording
from daybreak.people import BriefLength

from .factories import TODAY, agenda, compose_brief, day, days_later, event, local, task

FINISHED = {"status": TaskStatus.DONE, "completed": local(20, on=days_later(-1))}
YESTERDAY = agenda(task("Sow", due=TODAY), task("Mow", due=days_later(3)))


def numbers(**changes):
    return Counts(**dict.fromkeys(Counts.__dataclass_fields__, 0) | changes)


def opening(found, **parts):
    return compose_brief(found, **parts).document.headline


@pytest.mark.parametrize(
    ("counted", "done", "text"),
    [
        (
            {"due_today": 4, "overdue": 31, "overdue_for_over_a_week": 28},
            6,
            "4 due today, 31 overdue (28 for over a week), 6 done since Friday.",
        ),
        ({"overdue": 2, "overdue_for_over_a_week": 2}, 0, "2 overdue for over a week."),
        ({"due_today": 1}, 0, "1 due today."),
        ({}, 3, "Nothing is due today; 3 done since Friday."),
        ({}, 0, ""),
    ],
)
def test_the_opening_has_numbers_without_zeros(counted, done, text):
    assert wording.counts(numbers(**counted), done, "since Friday") == text


@pytest.mark.parametrize(
    ("last", "text"),
    [
        (None, "in the last 24 hours"),
        (date(2026, 12, 4), "since your last brief"),
        (date(2026, 12, 3), "since yesterday"),
        (date(2026, 11, 30), "since Monday"),
        (date(2026, 11, 20), "since Friday 20 November"),
    ],
)
def test_the_last_brief_is_dated_as_people_say_it(last, text):
    assert wording.since_brief(last, date(2026, 12, 4)) == text


def test_tasks_done_add_up_with_the_changes_since_the_last_brief():
    last = compose_brief(YESTERDAY, day(days_later(-1))).snapshot
    found = agenda(*(replace(one, **FINISHED) for one in YESTERDAY.tasks))
    document = compose_brief(found, last_received_snapshot=last).document
    done = {fact for claim in document.since_last.entries if claim.kind == "done" for fact in claim.facts}
    assert len(done) == 2
    assert document.headline[0].text == "Nothing is due today; 2 done since yesterday."
    assert document.facts["stat:done"].value == 2


def test_without_an_earlier_brief_the_last_24_hours_count():
    document = compose_brief(agenda(task("Sow", **FINISHED))).document
    assert document.since_last == SinceLast(date=None)
    assert document.headline[0].text == "Nothing is due today; 1 done in the last 24 hours."


def test_each_number_of_the_opening_is_a_fact():
    first = opening(agenda(task(due=TODAY), task(due=days_later(-1)), task(due=days_later(-9))))[0]
    assert first.text == "1 due today, 2 overdue (1 for over a week)."
    document = compose_brief(
        agenda(task(due=TODAY), task(due=days_later(-1)), task(due=days_later(-9)))
    ).document
    assert [document.facts[one].value for one in first.facts] == [1, 2, 1, 0]


def test_an_agenda_without_any_source_is_an_invitation():
    (only,) = opening(agenda(sources=()))
    assert only.text.startswith("Nothing to brief you on yet. Add a folder with")
    for command in ("daybreak brief FOLDER", "daybreak sources add URL", "daybreak sample demo"):
        assert command in only.text
    assert "“" not in only.text


@pytest.mark.parametrize("edition", [Edition.STANDARD, Edition.WEEKLY])
@pytest.mark.parametrize("length", BriefLength)
def test_an_invitation_is_whole_in_each_edition_and_length(edition, length):
    document = compose_brief(agenda(sources=()), edition=edition).document
    text = " ".join(render(document, OutputFormat.TEXT, length).split())
    assert "daybreak sample demo" in text
    assert "daybreak brief demo" in text
    assert "Nothing done" not in text


@pytest.mark.parametrize("thing", [task(source_id=None), event(source_id=None, start=TODAY)])
def test_something_entered_by_hand_is_no_empty_agenda(thing):
    assert "invitation" not in [claim.kind for claim in opening(agenda(thing, sources=()))]


def test_a_quiet_day_names_what_comes_next_once():
    tomorrow, later = days_later(1), days_later(12)
    shown = compose_brief(agenda(task("Sow", due=tomorrow))).document
    assert [claim.text for claim in shown.headline] == [wording.quiet(is_incomplete=False, has_others=False)]
    assert [action.text for action in shown.next_actions] == ["“Sow”"]
    fair = event("Fair", local(10, on=later), local(11, on=later))
    assert "Next: “Fair”" in opening(agenda(fair))[-1].text
