"""Documents for tests: a rich day, a quiet one, one with hostile titles, and the standard load."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from daybreak.briefs.document.model import (
    Bucket,
    BucketEntries,
    Counts,
    CoverageWarning,
    Document,
    Edition,
    FreeInterval,
    NextAction,
    Recipient,
    Section,
    SinceLast,
    TimelineEntry,
    Workload,
)
from daybreak.claims import Claim, Fact

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 3, 29)
HOSTILE = [
    "*x* [a](javascript:alert(1)) <b> # 1.",
    "# not a heading",
    "1. not a list",
    "12) nor this",
    "- nor this",
    "=== ---",
    "> not a quote",
    "<script>alert('x')</script> &amp; &#60;",
    "a \"quoted\" 'title' with \\backslash\\",
    "`code` ``two`` __init__ snake_case_name _x_ ~~gone~~",
    "| a | b | $x$ :smile: C #",
    "[red]rich markup[/red] [/] [link=https://example.org]x[/link]",
    "\x1b[31mred\x1b[0m \x1b]8;;https://example.org\x07link \x9b2J bell\x07 nul\x00",
    "abc\u202egnp.exe\u2066\u200f \ufeffzero\u200bwidth",
    "two\nlines\r\nand\ttabs   and\u2028more",
    "{{ 7 * 7 }} {% raw %}",
    "日本語のとても長い題名" * 8,
    "x" * 200,
    "مهمة مهمة جدا",
]


def at(hour, minute=0, day=TODAY):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BERLIN)


def document(**changes):
    parts = {
        "user": Recipient(email="mira@example.org", name="Mira Okafor"),
        "date": TODAY,
        "timezone": "Europe/Berlin",
        "edition": Edition.STANDARD,
        "as_of": at(6, 30),
        "quiet": False,
        "headline": (),
        "counts": counts(),
        "next_actions": (),
        "next_actions_omitted": 0,
        "since_last": SinceLast(date=None),
        "timeline": (),
        "workload": Workload(planned_minutes=0, unestimated=0, free_minutes=0),
        "sections": (),
        "warnings": (),
        "facts": {},
    }
    return Document(**parts | changes)


def counts(**changes):
    names = Counts.__dataclass_fields__
    return Counts(**dict.fromkeys(names, 0) | changes)


def task(title, source_ref, source="home", **changes):
    return Fact(kind="task", title=title, source=source, source_ref=source_ref, **changes)


def section(project, *buckets, **changes):
    parts = {"statements": (), "notes": (), "content_hash": "0" * 64}
    return Section(project=project, buckets=buckets, **parts | changes)


def bucket(kind, *claims):
    return BucketEntries(bucket=kind, count=len(claims), entries=claims)


def entry(kind, fact_id):
    return Claim(kind=str(kind), text="", facts=(fact_id,))


def rich():
    """Return a full day: every part of a brief, in the wording of the deterministic writer."""
    facts = {
        "task:report": task("Send the quarterly report", "todo.txt:4", due=date(2026, 3, 27)),
        "task:rent": task("Pay the rent", "todo.txt:9", due=TODAY, estimate_minutes=10),
        "task:slides": task(
            "Draft the slides for Lisbon", "work/talk.md:12", source="notes", due=date(2026, 3, 30)
        ),
        "task:venue": task(
            "Book the venue",
            "work/talk.md:13",
            source="notes",
            waiting=True,
            blockers=("task:visa",),
            due=date(2026, 3, 31),
        ),
        "task:visa": task("Ask about the visa", "work/talk.md:15", source="notes"),
        "task:flyer": task("Order flyers", "work/talk.md:16", source="notes", status="done"),
        "task:blog": task("Write the announcement", "work/talk.md:18", source="notes", due=date(2026, 4, 2)),
        "task:attic": task("Clear the attic", "todo.txt:22"),
        "project:talk": Fact(
            kind="project", title="Lisbon talk", source="notes", source_ref="work/talk.md:1"
        ),
        "phase:draft": Fact(
            kind="phase", title="Draft", source="notes", source_ref="work/talk.md:3", end=date(2026, 4, 10)
        ),
        "note:call": Fact(
            kind="note", title="Call with Inês", source="notes", source_ref="journal/2026-03-27.md:1"
        ),
        "event:fair": Fact(
            kind="event", title="Book fair", source="family.ics", source_ref="fair-2026@family"
        ),
        "event:standup": Fact(kind="event", title="Stand-up", source="work.ics", source_ref="8d1c@work"),
        "event:dentist": Fact(kind="event", title="Dentist", source="family.ics", source_ref="77aa@family"),
        "event:review": Fact(
            kind="event", title="Review with Tomás", source="work.ics", source_ref="91ff@work"
        ),
        "holiday:x": Fact(kind="holiday", title="Palm Sunday", source="holidays", source_ref="DE"),
        "stat:counts": Fact(kind="stat", title="counts", source="Daybreak", source_ref="sums", value=1),
        "stat:planned_minutes": Fact(
            kind="stat", title="planned", source="Daybreak", source_ref="sum", value=390
        ),
    }
    report = entry(Bucket.OVERDUE, "task:report")
    rent = entry(Bucket.DUE_TODAY, "task:rent")
    slides = entry(Bucket.IN_PROGRESS, "task:slides")
    venue = entry(Bucket.BLOCKED, "task:venue")
    return document(
        headline=(
            Claim(
                kind="counts",
                text="1 due today, 1 overdue, 1 done since Friday.",
                facts=("stat:counts",),
            ),
            Claim(kind="holiday", text="Today is Palm Sunday, a public holiday (DE).", facts=("holiday:x",)),
        ),
        counts=counts(
            projects=2,
            due_today=1,
            overdue=1,
            in_progress=1,
            upcoming=3,
            blocked=1,
            done=1,
            undated=9,
            later=4,
        ),
        warnings=(
            CoverageWarning(
                source="work.ics",
                text="could not be read: the server did not answer; what is shown of it was read "
                "on Friday 27 March at 18:02.",
            ),
            CoverageWarning(
                source="home", text="todo.txt:17: “2026-02-30” is not a date; the task is shown without one."
            ),
        ),
        next_actions=(
            NextAction(
                text="“Send the quarterly report”",
                reason="2 days overdue, high priority, 1 task waits for it",
                score=120,
                estimate_minutes=90,
                facts=("task:report",),
            ),
            NextAction(
                text="“Pay the rent”",
                reason="due today",
                score=80,
                estimate_minutes=10,
                facts=("task:rent",),
            ),
            NextAction(
                text="“Draft the slides for Lisbon”",
                reason="due tomorrow, already begun",
                score=70,
                estimate_minutes=None,
                facts=("task:slides",),
            ),
        ),
        next_actions_omitted=4,
        timeline=(
            TimelineEntry(text="“Book fair”, Leipzig", starts=None, ends=None, facts=("event:fair",)),
            TimelineEntry(text="“Stand-up”", starts=at(9), ends=at(9, 30), facts=("event:standup",)),
            TimelineEntry(
                text="“Dentist”, Hauptstraße 12, second floor, ring twice (tentative)",
                starts=at(11),
                ends=at(12),
                facts=("event:dentist",),
            ),
            TimelineEntry(
                text="“Review with Tomás”", starts=at(11, 30), ends=at(13), facts=("event:review",)
            ),
        ),
        workload=Workload(
            planned_minutes=390,
            unestimated=1,
            free_minutes=330,
            free_intervals=(
                FreeInterval(starts=at(9, 30), ends=at(11), minutes=90),
                FreeInterval(starts=at(13), ends=at(17), minutes=240),
            ),
            statements=(
                Claim(
                    kind="conflict",
                    text="“Dentist” and “Review with Tomás” overlap from 11:30 to 12:00.",
                    facts=("event:dentist", "event:review"),
                ),
                Claim(
                    kind="overload",
                    text="You can't do all of it: 6 h 30 min of tasks, 5 h 30 min free; "
                    "1 task without an estimate.",
                    facts=("stat:planned_minutes",),
                ),
            ),
        ),
        since_last=SinceLast(
            date=date(2026, 3, 27),
            entries=(
                Claim(
                    kind="done",
                    text="“Order flyers” was finished on Saturday 28 March.",
                    facts=("task:flyer",),
                ),
                Claim(
                    kind="became_overdue",
                    text="“Send the quarterly report” became overdue: it was due Friday 27 March.",
                    facts=("task:report",),
                ),
            ),
        ),
        sections=(
            section(
                "Lisbon talk",
                bucket(Bucket.IN_PROGRESS, slides),
                bucket(Bucket.BLOCKED, venue),
                bucket(
                    Bucket.UPCOMING,
                    entry(Bucket.UPCOMING, "task:blog"),
                ),
                bucket(
                    Bucket.RECENTLY_COMPLETED,
                    entry(Bucket.RECENTLY_COMPLETED, "task:flyer"),
                ),
                statements=(
                    Claim(
                        kind="description",
                        text="A talk of forty minutes about tide mills, with slides and a handout",
                        facts=("project:talk",),
                    ),
                    Claim(
                        kind="phase",
                        text="Current phase: “Draft” since Monday 16 March, until Friday 10 April.",
                        facts=("phase:draft",),
                    ),
                ),
                notes=(
                    Claim(
                        kind="note",
                        text="“Call with Inês”, on Friday 27 March: the hall seats eighty; "
                        "ask for a lectern.",
                        facts=("note:call",),
                    ),
                ),
                reused=True,
            ),
            section(
                None,
                bucket(Bucket.OVERDUE, report),
                bucket(Bucket.DUE_TODAY, rent),
                bucket(
                    Bucket.UNDATED,
                    entry(Bucket.UNDATED, "task:attic"),
                ),
            ),
        ),
        facts=facts,
    )


def quiet():
    return document(
        quiet=True,
        headline=(
            Claim(
                kind="quiet",
                text="A quiet day: nothing is due, overdue or on the calendar.",
                facts=("stat:due_today",),
            ),
            Claim(
                kind="next_up",
                text="Next: “Book the chimney sweep”, on Tuesday 14 April.",
                facts=("task:1",),
            ),
        ),
        counts=counts(projects=1, later=1),
        workload=Workload(
            planned_minutes=0,
            unestimated=0,
            free_minutes=480,
            free_intervals=(FreeInterval(starts=at(9), ends=at(17), minutes=480),),
        ),
        sections=(section("House", bucket(Bucket.LATER, entry(Bucket.LATER, "task:1"))),),
        facts={
            "task:1": task("Book the chimney sweep", "todo.txt:1", due=date(2026, 4, 14)),
            "stat:projects": Fact(
                kind="stat", title="projects", source="Daybreak", source_ref="all", value=1
            ),
            "stat:due_today": Fact(kind="stat", title="due", source="Daybreak", source_ref="due", value=0),
        },
    )


def hostile():
    facts = {f"task:{n}": task(title, f"{title}.txt:{n}", source=title) for n, title in enumerate(HOSTILE)}
    claims = [Claim(kind="overdue", text=title, facts=(f"task:{n}",)) for n, title in enumerate(HOSTILE)]
    return document(
        user=Recipient(email="m@example.org", name=HOSTILE[0]),
        headline=tuple(claims),
        counts=counts(projects=len(HOSTILE), overdue=len(HOSTILE)),
        next_actions=tuple(
            NextAction(text=c.text, reason=c.text, score=1, estimate_minutes=30, facts=c.facts)
            for c in claims
        ),
        since_last=SinceLast(date=TODAY - timedelta(days=1), entries=tuple(claims)),
        timeline=tuple(TimelineEntry(text=c.text, starts=at(9), ends=at(10), facts=c.facts) for c in claims),
        sections=tuple(
            section(
                title,
                bucket(Bucket.OVERDUE, entry(Bucket.OVERDUE, f"task:{number}")),
                statements=(claim,),
                notes=(claim,),
            )
            for number, (title, claim) in enumerate(zip(HOSTILE, claims, strict=True))
        ),
        warnings=tuple(CoverageWarning(source=title, text=title) for title in HOSTILE),
        facts=facts,
    )


def waiting():
    """Return a day with the tasks of two other people, one of which the reader has named above."""
    facts = {
        "stat:bob": Fact(
            kind="stat",
            title="tasks",
            source="Daybreak",
            source_ref="open",
            value=2,
            assignee="Bob",
            holder="other",
        ),
        "task:plan": task(
            "Draw the floor plan",
            "moves.csv:2",
            assignee="Bob",
            holder="other",
            due=TODAY - timedelta(days=4),
        ),
        "task:van": task(
            "Book the van", "moves.csv:3", assignee="Bob", holder="other", due=TODAY + timedelta(days=2)
        ),
        "task:desks": task("Sell the desks", "moves.csv:4", due=TODAY - timedelta(days=2)),
        "task:lamps": task("Sell the lamps", "moves.csv:5", due=TODAY - timedelta(days=90)),
        "task:keys": task("Return the keys", "moves.csv:6", due=TODAY, priority="high"),
        "task:bank": task("Write to the bank", "moves.csv:7"),
    }
    debts = [entry(Bucket.OVERDUE, one) for one in ("task:lamps", "task:desks")]
    action = NextAction(
        text="“Return the keys”", reason="due today", score=1, estimate_minutes=None, facts=("task:keys",)
    )
    claim = Claim(
        kind="waiting_for",
        text="Waiting for Bob: “Draw the floor plan”, 4 days overdue; 1 more.",
        facts=("stat:bob", "task:plan", "task:van"),
    )
    move = section(
        "Office move",
        bucket(Bucket.OVERDUE, *debts),
        bucket(Bucket.DUE_TODAY, entry(Bucket.DUE_TODAY, "task:keys")),
        bucket(Bucket.UNDATED, entry(Bucket.UNDATED, "task:bank")),
        waiting=(claim,),
    )
    return document(facts=facts, next_actions=(action,), sections=(move,))


def standard():
    """Return five projects, 120 task claims, 12 events; ids and source references of realistic length."""
    facts, sections = {}, []
    for number in range(120):
        title = f"Write to the supplier about delivery number {number}"
        facts[_task_id(number)] = task(title, f"work/projects.md:{number}", due=TODAY)
    for project in range(5):
        claims = [entry(Bucket.DUE_TODAY, _task_id(n)) for n in range(project * 24, project * 24 + 24)]
        kinds = [Bucket.OVERDUE, Bucket.DUE_TODAY, Bucket.IN_PROGRESS, Bucket.UPCOMING]
        views = [bucket(kind, *claims[i * 6 : i * 6 + 6]) for i, kind in enumerate(kinds)]
        sections.append(section(f"Project {project}", *views))
    timeline = []
    for hour in range(12):
        fact_id = f"event:0198a5c2-7d1e-7c3a-9f00-{hour:012}"
        facts[fact_id] = Fact(
            kind="event", title=f"Call {hour}", source="work.ics", source_ref=f"{hour}@example"
        )
        timeline.append(
            TimelineEntry(
                text=f"“Call {hour}”, Room 4", starts=at(8 + hour), ends=at(8 + hour, 45), facts=(fact_id,)
            )
        )
    return document(sections=tuple(sections), timeline=tuple(timeline), facts=facts)


def _task_id(number):
    return f"task:0198a5c2-7d1e-7c3a-8f00-{number:012}"
