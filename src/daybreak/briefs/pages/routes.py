"""The pages Today and Briefs."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, StringConstraints, field_validator
from starlette.responses import Response

from daybreak import agenda, runs
from daybreak.briefs import archive, brief_state, feedback
from daybreak.briefs.archive import Place
from daybreak.briefs.brief_state import Morning, Regenerate, Which
from daybreak.briefs.document.model import Edition
from daybreak.briefs.feedback import Opinion
from daybreak.briefs.pages import task_actions
from daybreak.briefs.pages.task_actions import Verb, snooze_days
from daybreak.briefs.pages.view import EDITIONS, build_page
from daybreak.briefs.progress_reader import Draft
from daybreak.web import NavItem, News, Pages, SignedIn, Undo, Visit, read_form, stream

pages = Pages(
    "daybreak.briefs",
    nav=[
        NavItem(title="Today", path="/", key="t", place=10),
        NavItem(title="Briefs", path="/briefs", key="b", place=15),
    ],
)
_FIRST_VISIT = "/welcome"
_LEFT = {
    Regenerate.NONE: "The brief stands already; nothing was written.",
    Regenerate.CHANGED: "Nothing has changed since the brief was written; it stands.",
}
Text = Annotated[str, StringConstraints(strip_whitespace=True)]


def wanted_of(day: date, edition: Edition = Edition.STANDARD) -> Which:
    """Return the key of the brief that a request is about."""
    return Which(day, edition)


Wanted = Annotated[Which, Depends(wanted_of)]


class Writing(BaseModel):
    """What to do if the brief exists."""

    regenerate: Regenerate = Regenerate.CHANGED


class Judging(BaseModel):
    """An opinion of a sentence: the sentence's id in the field of that opinion."""

    useful: str = ""
    wrong: str = ""
    nothing: str = ""


class Deciding(BaseModel):
    """An action on a task: the task's id in the field of that action."""

    done: UUID | None = None
    ignore: UUID | None = None
    undo: UUID | None = None
    snooze: Annotated[str, StringConstraints(pattern="^([0-9a-f-]{36}/[0-9-]{10})?$")] = ""

    @field_validator("snooze")
    @classmethod
    def _is_readable(cls, text: str) -> str:
        if text:
            task, _, day = text.partition("/")
            UUID(task), date.fromisoformat(day)
        return text

    @property
    def chosen(self) -> tuple[Verb, UUID, date | None] | None:
        """The action, the task, and the day until which it is snoozed."""
        if self.snooze:
            task, _, day = self.snooze.partition("/")
            return Verb.SNOOZE, UUID(task), date.fromisoformat(day)
        for verb, task_id in ((Verb.DONE, self.done), (Verb.IGNORE, self.ignore), (Verb.UNDO, self.undo)):
            if task_id:
                return verb, task_id, None
        return None


@pages.get("/")
async def show_today(visit: SignedIn) -> Response:
    """Show today's brief; without one, enqueue it, or start onboarding if the agenda is empty."""
    which = Which(visit.user.today())
    async with visit.transaction() as tx:
        found = await brief_state.look(tx, visit.user.id, which)
        if found.brief is None and found.run is None and not found.is_skipped:
            if await agenda.is_empty(tx, visit.user.id):
                return visit.redirect(_FIRST_VISIT)
            await brief_state.begin(tx, visit.user, which)
            found = await brief_state.look(tx, visit.user.id, which)
    return await _show(visit, found)


@pages.get("/briefs/{day}")
async def show_day(visit: SignedIn, which: Wanted) -> Response:
    """Show the brief of a day."""
    async with visit.transaction() as tx:
        found = await brief_state.look(tx, visit.user.id, which)
    return await _show(visit, found)


async def _show(visit: Visit, found: Morning) -> Response:
    values = await _values(visit, found, await _draft(visit, found))
    is_nothing = found.brief is None and found.run is None and not found.is_skipped
    status = 404 if is_nothing else 200
    return visit.page("briefs/day.html", status=status, **values)


async def _draft(visit: Visit, found: Morning) -> Draft:
    if found.brief or not found.writing:
        return Draft()
    async with visit.transaction() as tx:
        return Draft.of(await runs.events(tx, visit.user.id, found.writing.id))


async def _values(visit: Visit, found: Morning, draft: Draft) -> dict[str, object]:
    document = found.brief.document if found.brief else draft.brief()
    today, run = visit.user.today(), found.writing
    waits = run is not None and run.started_at is None
    return {
        "found": found,
        "draft": draft,
        "brief": build_page(document, found.opinions) if document else None,
        "is_alone": waits and not await brief_state.is_anybody_working(visit.database),
        "today": today,
        "address": partial(_path, today),
        "editions": EDITIONS,
        "snooze_days": snooze_days(today),
    }


@pages.post("/briefs/{day}/write")
async def write(visit: SignedIn, which: Wanted) -> Response:
    """Compose a brief of a day, for the first time or again."""
    form = await read_form(visit.request, Writing)
    wanted = form.model.regenerate if form.model else Regenerate.CHANGED
    async with visit.transaction() as tx:
        run = await brief_state.begin(tx, visit.user, which, wanted)
    return visit.redirect(_address(visit, which), None if run else _LEFT[wanted])


@pages.get("/briefs/runs/{run_id}/news")
async def follow(visit: SignedIn, run_id: UUID) -> Response:
    """Stream the progress of a brief; also its text until one is stored, and once it is ready."""
    async with visit.transaction() as tx:
        which = brief_state.which_of(await runs.get(tx, visit.user.id, run_id))

    async def read(after: str) -> Sequence[News]:
        async with visit.transaction() as tx:
            draft = Draft.of(await runs.events(tx, visit.user.id, run_id))
            if str(draft.number) == after:
                return []
            found = await brief_state.look(tx, visit.user.id, which)
        text = visit.render("briefs/_news.html", **await _values(visit, found, draft))
        return [News(id=str(draft.number), data=text, is_last=found.writing is None)]

    return stream(visit, read, str(run_id))


@pages.post("/briefs/{day}/feedback")
async def judge(visit: SignedIn, which: Wanted) -> Response:
    """Record a reader's opinion of a sentence."""
    form = (await read_form(visit.request, Judging)).filled
    claim = form.useful or form.wrong or form.nothing
    opinion = Opinion.USEFUL if form.useful else Opinion.WRONG if form.wrong else None
    async with visit.transaction() as tx:
        await feedback.judge(tx, visit.user.id, which.day, claim, opinion, which.edition)
    words = {Opinion.USEFUL: "Noted as useful.", Opinion.WRONG: "Noted as wrong.", None: "Taken back."}
    undo = Undo(action=which.verb("feedback"), values={"nothing": claim}) if opinion else None
    return visit.redirect(f"{_address(visit, which)}#s-{claim}", words[opinion], undo=undo)


@pages.post("/briefs/{day}/tasks")
async def decide(visit: SignedIn, which: Wanted) -> Response:
    """Apply an action to a task that the brief mentions, and compose the brief again."""
    form = await read_form(visit.request, Deciding)
    chosen = form.model.chosen if form.model else None
    if chosen is None:
        return visit.redirect(_address(visit, which), "Nothing was chosen; open a sentence and choose there.")
    verb, task_id, until = chosen
    async with visit.transaction() as tx:
        said = await task_actions.decide(tx, visit.user, which, verb, task_id, until)
    undo = Undo(action=which.verb("tasks"), values={"undo": str(task_id)})
    return visit.redirect(_address(visit, which), said, undo=undo if verb is not Verb.UNDO else None)


@pages.get("/briefs")
async def show_archive(
    visit: SignedIn, q: Text = "", before: date | None = None, edition: Edition = Edition.STANDARD
) -> Response:
    """List earlier briefs by date, or those that match a search."""
    after = Place(before, edition) if before else None
    if q:
        page = await archive.search(visit.database, visit.user.id, q, after)
    else:
        page = await archive.browse(visit.database, visit.user.id, after)
    today = visit.user.today()
    return visit.page(
        "briefs/archive.html",
        q=q,
        page=page,
        is_first=after is None,
        today=today,
        address=partial(_path, today),
        editions=EDITIONS,
    )


def _address(visit: Visit, which: Which) -> str:
    return _path(visit.user.today(), *which)


def _path(today: date, day: date, edition: Edition = Edition.STANDARD) -> str:
    """Return the path of a brief's page; the path of today's is “/”."""
    which = Which(day, Edition(edition))
    return "/" if which == Which(today) else which.path
