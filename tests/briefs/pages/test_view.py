"""Test the parts of a page: titles, chips, opened lines, evidence, and the question of an old task."""

from datetime import date, timedelta
from types import SimpleNamespace

from daybreak.briefs.document.model import CoverageWarning, NextAction, SinceLast
from daybreak.briefs.pages.evidence import list_evidence
from daybreak.briefs.pages.view import Chip, Piece, build_page
from daybreak.claims import Claim, Fact
from daybreak.web.pages.templating import make_environment

from ..rendering.document_factories import TODAY, document, task  # noqa: TID252 - tests are no package

SEEDS = task("Order seeds", "plan.md:2", due=TODAY - timedelta(days=2), status="open")
SOW = task("Sow", "plan.md:3", due=TODAY, status="open")


def only_sentence(page, part: str):
    (sentence,) = page.sections_of(part)[0].groups[0].sentences
    return sentence


def first_page(reason: str):
    action = NextAction(
        text="“Order seeds”", reason=reason, score=1, estimate_minutes=20, facts=("task:seeds",)
    )
    return build_page(document(next_actions=(action,), facts={"task:seeds": SEEDS}))


def test_a_title_is_a_piece_of_its_own_without_quotation_marks():
    assert only_sentence(first_page("due today"), "FIRST").pieces == (Piece("Order seeds", is_title=True),)


def test_the_reason_about_a_date_is_a_chip_and_the_others_are_words():
    sentence = only_sentence(first_page("2 days overdue; “Market, spring” is at 10:00"), "FIRST")
    assert sentence.chips == (Chip("2 days overdue", "late"),)
    assert sentence.remarks == (
        (
            Piece("20 min; ", is_title=False),
            Piece("Market, spring", is_title=True),
            Piece(" is at 10:00", is_title=False),
        ),
    )
    assert only_sentence(first_page("due today"), "FIRST").chips == (Chip("Due today", "today"),)


def test_a_title_with_the_word_due_is_no_chip():
    sentence = only_sentence(first_page("“Rent is due” is at 10:00"), "FIRST")
    assert (sentence.chips, sentence.remarks[0][1]) == ((), Piece("Rent is due", is_title=True))


def test_a_line_that_sums_up_has_a_label_and_opens_to_single_sentences():
    since = SinceLast(
        date=TODAY - timedelta(days=1),
        entries=(
            Claim(kind="came_in", text="“Order seeds” came in.", facts=("task:seeds",)),
            Claim(kind="came_in", text="“Sow” came in.", facts=("task:sow",)),
        ),
    )
    facts = {"task:seeds": SEEDS, "task:sow": SOW}
    line = only_sentence(build_page(document(since_last=since, facts=facts)), "SINCE")
    assert line.label == "New (2)"
    assert [[one.title for one in each.evidence] for each in line.more] == [["Order seeds"], ["Sow"]]


def test_warnings_have_their_title():
    page = build_page(document(warnings=(CoverageWarning(source="work.ics", text="could not be read."),)))
    assert page.warnings_title
    assert page.warnings == ("work.ics: could not be read.",)


def test_tomorrow_is_no_part_of_the_last_project():
    tomorrow = (Claim(kind="tomorrow", text="Tomorrow: “Sow”.", facts=("task:sow",)),)
    page = build_page(document(tomorrow=tomorrow, facts={"task:sow": SOW}))
    ahead = [one for part in page.sections_of("AHEAD") for group in part.groups for one in group.sentences]
    assert ["Sow" in str(one.pieces) for one in (*page.tomorrow, *ahead)] == [True]
    assert not page.sections_of("PROJECT")


def test_the_evidence_of_a_task_names_priority_estimate_and_blockers():
    blocked = task(
        "Plant", "plan.md:4", status="open", priority="high", estimate_minutes=90, blockers=("task:sow",)
    )
    known = document(facts={"task:plant": blocked, "task:sow": SOW})
    (evidence,) = list_evidence(["task:plant"], known)
    assert evidence.details == "open, high priority, takes 1 h 30 min, blocked by “Sow”"


def test_the_evidence_of_an_earlier_brief_is_when_a_task_was_first_due():
    memory = Fact(kind="memory", title="Sow", source="home", source_ref="", due=date(2026, 3, 20))
    (evidence,) = list_evidence(["memory:1"], document(facts={"memory:1": memory}))
    assert (evidence.kind, evidence.details) == ("In an earlier brief", "first due Friday 20 March")


def test_the_evidence_of_a_number_counts_one_thing_in_the_singular():
    late = Fact(
        kind="stat", title="tasks overdue", source="Daybreak", source_ref="open, due earlier", value=1
    )
    (evidence,) = list_evidence(["stat:overdue"], document(facts={"stat:overdue": late}))
    assert (evidence.title, evidence.details) == ("1 task overdue", "Open, due earlier")


def test_the_evidence_of_a_meeting_is_why_it_is_about_its_project():
    edge = Fact(
        kind="edge",
        title="Budget 2027",
        source="Daybreak",
        source_ref="“Budget” is in the title of the meeting",
        of=("event:review",),
    )
    (evidence,) = list_evidence(["edge:review"], document(facts={"edge:review": edge}))
    assert (evidence.kind, evidence.title, evidence.details) == (
        "What it is about",
        "Budget 2027",
        "“Budget” is in the title of the meeting",
    )


def test_an_old_task_can_be_done_snoozed_or_dropped():
    question = Claim(
        kind="still_wanted", text="Still wanted? “Order seeds”, 2 days overdue.", facts=("task:seeds",)
    )
    page = build_page(document(still_wanted=question, facts={"task:seeds": SEEDS}))
    jinja = make_environment(["daybreak.briefs"], SimpleNamespace(url=str))
    sentences = jinja.get_template("briefs/_sentences.html").module
    shown = str(sentences.question(only_sentence(page, "FIRST"), [("in a week", TODAY + timedelta(days=7))]))
    for button in (
        '<button form="task-actions" class="small" name="done" value="seeds">Done',
        'name="snooze" value="seeds/2026-04-05" title="Until Sunday 5 April 2026">Snooze',
        'name="ignore" value="seeds" title="Hide from briefs">Drop',
    ):
        assert button in shown
