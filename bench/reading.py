"""How a brief reads: five days of a busy folder, and days that people have judged.

The tables are printed in Markdown, as docs/numbers.md has them. Each FOLDER has further judged days.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from busy_folder import EMAIL, TIMEZONE, BusyFolder
from daybreak import agenda, briefs, people, telemetry
from daybreak.agenda import SourceReader
from daybreak.briefs import ComposeParameters
from daybreak.briefs.document.model import Document
from daybreak.briefs.rendering import OutputFormat, render
from daybreak.briefs.rendering.outline import ListBlock, Outline, OutlineSentence, Prose
from daybreak.briefs.rendering.outline_builder import build_outline
from daybreak.briefs.wording.titles import split_titles, without_marks
from daybreak.db import Database
from daybreak.intake import IntakeSettings
from daybreak.people import BriefLength, User
from harness import Report, folder_of, postgres
from judging import MOST_SHOWN, JudgedDay, Verdict, find_days

JUDGED = Path(__file__).parents[1] / "tests/briefs/judged"
BUSY_DAYS = 5


@dataclass(frozen=True)
class BusyDay:
    """A brief of the busy folder: its two lengths as text, and what the standard one names.

    Attributes:
        first: the titles that it shows first.
        named: the titles of the tasks that it names.
        repeated: the share of its tasks that the brief of the day before named too; None on the first day.
    """

    day: date
    standard: str
    glance: str
    first: Sequence[str]
    named: frozenset[str]
    repeated: float | None = None

    @property
    def lines(self) -> int:
        """The lines of the standard length."""
        return _count_lines(self.standard)

    @property
    def words(self) -> int:
        """Its words."""
        return len(self.standard.split())

    @property
    def glance_lines(self) -> int:
        """The lines of the shortest length."""
        return _count_lines(self.glance)


async def read_brief(database: Database, user: User, place: Path, day: date) -> Document:
    """Import a folder, compose the brief of a day from it and mark it as received."""
    reader = SourceReader(database, user, day, IntakeSettings(), _refuse_vault)
    report = await agenda.import_folder(reader, place)
    async with database.transaction([user.id]) as tx:
        brief = await briefs.compose_folder(tx, user.id, report.source.id, ComposeParameters(date=day))
    await briefs.record_folder_brief(database, user.id, brief)
    return brief.document


async def read_busy_days(database: Database, place: Path) -> list[BusyDay]:
    """Return the briefs of the busy folder, one for each day of a working week."""
    user = await people.create_user(database, EMAIL, timezone=TIMEZONE)
    folder, days = BusyFolder(place), list[BusyDay]()
    for number in range(BUSY_DAYS):
        if number:
            folder.advance()
        document = await read_brief(database, user, place, folder.today)
        named = named_tasks(document)
        before = days[-1].named if days else None
        days.append(
            BusyDay(
                day=folder.today,
                standard=render(document, OutputFormat.TEXT),
                glance=render(document, OutputFormat.TEXT, BriefLength.GLANCE),
                first=shown_first(document),
                named=named,
                repeated=None if before is None else len(named & before) / max(1, len(named)),
            )
        )
    return days


async def judge_days(database: Database, days: Iterable[JudgedDay], work: Path) -> list[Verdict]:
    """Return the verdicts on the briefs of these days, which are in the order of each person's days."""
    users: dict[Path, User] = {}
    verdicts = []
    for day in days:
        place = work / day.folder.name
        if day.folder not in users:
            place.mkdir()
            email, zone = day.persona["email"], day.persona["tz"]
            users[day.folder] = await people.create_user(database, email, timezone=zone)
        day.lay_out(place)
        document = await read_brief(database, users[day.folder], place, day.date)
        verdicts.append(Verdict(day, shown_first(document), render(document, OutputFormat.TEXT)))
    return verdicts


def shown_first(document: Document) -> list[str]:
    """Return the titles of what the brief shows first."""
    return [without_marks(action.text) for action in document.next_actions[:MOST_SHOWN]]


def named_tasks(document: Document) -> frozenset[str]:
    """Return the titles of the tasks that the standard length names."""
    titles = {fact.title for fact in document.facts.values() if fact.kind == "task"}
    texts = (text for one in sentences(build_outline(document)) for text in (one.text, *one.remarks))
    return frozenset(piece for text in texts for piece, is_title in split_titles(text) if is_title) & titles


def sentences(outline: Outline) -> Iterator[OutlineSentence]:
    """Yield the sentences of an outline, in reading order."""
    for block in outline:
        if isinstance(block, Prose | ListBlock):
            yield from block.sentences


@dataclass(frozen=True)
class Bar:
    """A number with its limit, the least if `is_least`, and its words in the table."""

    name: str
    words: str
    value: float | None
    limit: float
    is_least: bool = False

    @property
    def row(self) -> tuple[str, str, str]:
        """The row of the table."""
        sign, is_share = "≥" if self.is_least else "≤", isinstance(self.value, float)
        target = f"{self.limit:.0%}" if is_share else f"{self.limit:g}"
        measured = "-" if self.value is None else f"{self.value:.0%}" if is_share else f"{self.value:g}"
        return self.words, measured, f"{sign} {target}" if self.limit else target


def bars_of_busy_days(days: Sequence[BusyDay]) -> list[Bar]:
    """Return the bars of the busy folder."""
    repeated = sum(len(one.named & before.named) for before, one in pairwise(days))
    named = sum(len(one.named) for one in days[1:])
    same = sum(set(one.first) == set(before.first) for before, one in pairwise(days))
    return [
        Bar("busy_lines", "busy folder: lines, at most", max(one.lines for one in days), 90),
        Bar("busy_words", "words, at most", max(one.words for one in days), 600),
        Bar("busy_glance_lines", "lines at a glance, at most", max(one.glance_lines for one in days), 15),
        Bar(
            "busy_tasks_repeated",
            "tasks named that were named the day before, all days",
            repeated / named,
            0.5,
        ),
        Bar("busy_days_with_the_same_start", "days that start like the day before", same, 0),
    ]


def bars_of_judged_days(verdicts: Sequence[Verdict]) -> list[Bar]:
    """Return the bars of the judged days."""
    with_best = [one for one in verdicts if one.has_best is not None]
    acceptable = _share(verdicts, lambda one: one.acceptable, lambda one: len(one.shown))
    best = _share(with_best, lambda one: bool(one.has_best), lambda _: 1)
    said = _share(verdicts, lambda one: one.to_say - len(one.unsaid), lambda one: one.to_say)
    too_few = sum(one.has_too_few for one in verdicts)
    forbidden = sum(len(one.forbidden) for one in verdicts)
    wrongly = sum(len(one.wrongly_said) for one in verdicts)
    too_long = sum(one.is_too_long for one in verdicts)
    return [
        Bar(
            "acceptable",
            f"{len(verdicts)} judged days: acceptable of what is shown first",
            acceptable,
            0.9,
            is_least=True,
        ),
        Bar("best", "days on which the best one is among them", best, 0.8, is_least=True),
        Bar("days_with_too_few", "days with fewer than two of three acceptable ones", too_few, 0),
        Bar("forbidden", "absurd ones", forbidden, 0),
        Bar("must_say", "said of what must be said, within the lines allowed", said, 0.95, is_least=True),
        Bar("must_not_say", "wrongly said", wrongly, 0),
        Bar("days_too_long", "days over their lines", too_long, 0),
    ]


def print_busy_days(days: Sequence[BusyDay]) -> None:
    """Print the table of the busy folder."""
    rows = [
        (
            f"{one.day:%A}",
            one.lines,
            one.words,
            one.glance_lines,
            len(one.named),
            "-" if one.repeated is None else f"{one.repeated:.0%}",
            "; ".join(one.first),
        )
        for one in days
    ]
    headings = ("busy folder", "lines", "words", "glance", "tasks", "named the day before", "Start here")
    _print_markdown(headings, rows)


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print the table of the judged days, and everything that is wrong in their briefs."""
    rows = [
        (
            one.day.title,
            f"{one.acceptable} of {len(one.shown)}",
            {True: "yes", False: "no", None: "-"}[one.has_best],
            len(one.forbidden),
            f"{one.to_say - len(one.unsaid)} of {one.to_say}",
            len(one.wrongly_said),
            f"{len(one.lines)} of {one.most_lines}",
        )
        for one in verdicts
    ]
    headings = ("judged day", "acceptable", "best", "forbidden", "said", "wrongly said", "lines")
    _print_markdown(headings, rows)
    for one in verdicts:
        _print_misses(one)
    print()


def report_bars(report: Report, bars: Sequence[Bar]) -> None:
    """Print the bars, as a table and one by one."""
    _print_markdown(("what", "measured", "target"), [bar.row for bar in bars])
    for bar in bars:
        (report.at_least if bar.is_least else report.at_most)(bar.name, bar.value, bar.limit)


def _print_misses(verdict: Verdict) -> None:
    misses = {"forbidden": verdict.forbidden, "unsaid": verdict.unsaid, "wrongly said": verdict.wrongly_said}
    for kind, found in misses.items():
        for one in found:
            print(f"{verdict.day.title}, {kind}: {one}")


def _share(
    verdicts: Sequence[Verdict], part: Callable[[Verdict], int], whole: Callable[[Verdict], int]
) -> float | None:
    total = sum(map(whole, verdicts))
    return sum(map(part, verdicts)) / total if total else None


def _print_markdown(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    for row in (headings, ["---"] * len(headings), *rows):
        print(f"| {' | '.join(map(str, row))} |")
    print(flush=True)


def _count_lines(text: str) -> int:
    return len(text.rstrip("\n").split("\n"))


def _refuse_vault() -> NoReturn:
    raise AssertionError("a folder has no secret")


async def main(report: Report) -> None:
    """Compose, judge and report."""
    telemetry.configure("error")
    folders = [JUDGED, *map(Path, report.operands)]
    async with postgres() as bench, Database.connect(bench.server.dsn("daybreak_app")) as database:
        with folder_of("busy") as place:
            busy = await read_busy_days(database, place)
        with folder_of("judged") as work:
            verdicts = await judge_days(database, find_days(folders), work)
    print_busy_days(busy)
    print_verdicts(verdicts)
    report_bars(report, [*bars_of_busy_days(busy), *bars_of_judged_days(verdicts)])
    report.finish()


if __name__ == "__main__":
    asyncio.run(main(Report.of("reading", __doc__, "FOLDER")))
