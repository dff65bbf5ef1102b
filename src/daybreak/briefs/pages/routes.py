"""The pages Today and Briefs."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, StringConstraints, field_validator
from starlette.responses import Response

from daybreak import agenda, runs
from daybreak.briefs import archive, brief_state, feedback, store
from daybreak.briefs.archive import ArchiveCursor
from daybreak.briefs.brief_state import BriefKey, BriefState, Regenerate
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.feedback import Opinion
from daybreak.briefs.pages import task_actions
from daybreak.briefs.pages.addresses import BriefAddresses
from daybreak.briefs.pages.task_actions import TaskAction, list_snooze_days
from daybreak.briefs.pages.view import EDITIONS, LENGTHS, build_page
from daybreak.briefs.progress_reader import LiveBrief
from daybreak.errors import NotFound
from daybreak.people import BriefLength
from daybreak.web import NavItem, Pages, RequestContext, SignedIn, StreamEvent, Undo, read_form, stream

pages = Pages(
    "daybreak.briefs",
    nav=[
        NavItem(title="Today", path="/", key="t", order=10),
        NavItem(title="Briefs", path="/briefs", key="b", order=15),
    ],
)
_ONBOARDING_PATH = "/welcome"
_UNCHANGED_MESSAGES = {
    Regenerate.NONE: "There is a brief already; nothing was changed.",
    Regenerate.CHANGED: "Already up to date.",
}
_OPINION_MESSAGES = {
    Opinion.USEFUL: "Thanks. Marked as useful.",
    Opinion.WRONG: "Thanks. Marked as wrong.",
    None: "Your mark is removed.",
}
TrimmedText = Annotated[str, StringConstraints(strip_whitespace=True)]


def brief_key(day: date, edition: Edition = Edition.STANDARD) -> BriefKey:
    """Return the key of the brief that a request is about."""
    return BriefKey(day, edition)


BriefKeyParam = Annotated[BriefKey, Depends(brief_key)]


def brief_addresses(context: SignedIn, length: BriefLength | None = None) -> BriefAddresses:
    """Return the addresses on a page, with the length that its own address has."""
    return BriefAddresses(context.user.today(), length)


AddressesParam = Annotated[BriefAddresses, Depends(brief_addresses)]


class ComposeForm(BaseModel):
    """What to do if the brief exists."""

    regenerate: Regenerate = Regenerate.CHANGED


class FeedbackForm(BaseModel):
    """An opinion of a sentence: the sentence's id in the field of that opinion."""

    useful: str = ""
    wrong: str = ""
    nothing: str = ""


class TaskActionForm(BaseModel):
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
    def selected(self) -> tuple[TaskAction, UUID, date | None] | None:
        """The action, the task, and the day until which it is snoozed."""
        if self.snooze:
            task, _, day = self.snooze.partition("/")
            return TaskAction.SNOOZE, UUID(task), date.fromisoformat(day)
        for action, task_id in (
            (TaskAction.DONE, self.done),
            (TaskAction.IGNORE, self.ignore),
            (TaskAction.UNDO, self.undo),
        ):
            if task_id:
                return action, task_id, None
        return None


@pages.get("/")
async def show_today(context: SignedIn, address: AddressesParam) -> Response:
    """Show today's brief; without one, offer to compose it, or start onboarding if the agenda is empty."""
    key = BriefKey(context.user.today())
    async with context.transaction() as tx:
        state = await brief_state.open_brief(tx, context.user.id, key)
        if state.is_missing and await agenda.is_empty(tx, context.user.id):
            return context.redirect(_ONBOARDING_PATH)
    return await _brief_page(context, state, address, is_found=True)


@pages.get("/briefs/{day}")
async def show_day(context: SignedIn, key: BriefKeyParam, address: AddressesParam) -> Response:
    """Show the brief of a day."""
    async with context.transaction() as tx:
        state = await brief_state.open_brief(tx, context.user.id, key)
    return await _brief_page(context, state, address)


async def _brief_page(
    context: RequestContext, state: BriefState, address: BriefAddresses, *, is_found: bool = False
) -> Response:
    values = await _template_values(context, state, await _live_brief(context, state), address)
    status = 404 if state.is_missing and not is_found else 200
    return context.page("briefs/day.html", status=status, **values)


async def _live_brief(context: RequestContext, state: BriefState) -> LiveBrief:
    if state.brief or not state.active_run:
        return LiveBrief()
    async with context.transaction() as tx:
        return LiveBrief.from_events(await runs.list_events(tx, context.user.id, state.active_run.id))


async def _template_values(
    context: RequestContext, state: BriefState, live: LiveBrief, address: BriefAddresses
) -> dict[str, object]:
    document = state.brief.document if state.brief else live.to_document()
    run = state.active_run
    waits = run is not None and run.started_at is None
    length = address.chosen_length or context.user.preferences.length
    return {
        "state": state,
        "live": live,
        "brief": build_page(document, state.feedback_by_claim, length) if document else None,
        "is_agenda_empty": document is not None and await _is_agenda_empty(context, document),
        "has_no_worker": waits and not await brief_state.has_live_worker(context.database),
        "today": address.today,
        "address": address,
        "length": length,
        "lengths": LENGTHS,
        "editions": EDITIONS,
        "snooze_days": list_snooze_days(address.today),
    }


async def _is_agenda_empty(context: RequestContext, document: Document) -> bool:
    if document.sections or document.timeline or document.since_last.entries:
        return False
    async with context.transaction() as tx:
        return await agenda.is_empty(tx, context.user.id)


@pages.post("/briefs/{day}/compose")
async def compose_brief(context: SignedIn, key: BriefKeyParam, address: AddressesParam) -> Response:
    """Compose a brief of a day, for the first time or again."""
    form = await read_form(context.request, ComposeForm)
    regenerate = form.model.regenerate if form.model else Regenerate.CHANGED
    async with context.transaction() as tx:
        run = await brief_state.request_compose(tx, context.user, key, regenerate)
    return context.redirect(address.page(*key), None if run else _UNCHANGED_MESSAGES[regenerate])


@pages.get("/briefs/runs/{run_id}/stream")
async def stream_brief(context: SignedIn, run_id: UUID, address: AddressesParam) -> Response:
    """Stream the progress of a brief; also its text until one is stored, and once it is ready."""
    async with context.transaction() as tx:
        key = brief_state.brief_key_of(await runs.get(tx, context.user.id, run_id))

    async def read(after: str) -> Sequence[StreamEvent]:
        async with context.transaction() as tx:
            live = LiveBrief.from_events(await runs.list_events(tx, context.user.id, run_id))
            if str(live.last_event_number) == after:
                return []
            state = await brief_state.open_brief(tx, context.user.id, key)
        values = await _template_values(context, state, live, address)
        text = context.render("briefs/_stream.html", **values)
        return [StreamEvent(id=str(live.last_event_number), data=text, is_last=state.active_run is None)]

    return stream(context, read, str(run_id))


@pages.post("/briefs/{day}/feedback")
async def record_feedback(context: SignedIn, key: BriefKeyParam, address: AddressesParam) -> Response:
    """Record a reader's opinion of a sentence; if the brief has changed since, show that on its page."""
    form = (await read_form(context.request, FeedbackForm)).validated
    claim = form.useful or form.wrong or form.nothing
    opinion = Opinion.USEFUL if form.useful else Opinion.WRONG if form.wrong else None
    try:
        async with context.transaction() as tx:
            await feedback.record_feedback(tx, context.user.id, key.day, claim, opinion, key.edition)
    except NotFound:
        async with context.transaction() as tx:
            if await store.find(tx, context.user.id, *key) is None:
                raise
        return context.redirect(address.page(*key), "The brief has changed and no longer says this.")
    undo = Undo(action=address.action(key, "feedback"), values={"nothing": claim}) if opinion else None
    return context.redirect(f"{address.page(*key)}#s-{claim}", _OPINION_MESSAGES[opinion], undo=undo)


@pages.post("/briefs/{day}/tasks")
async def apply_task_action(context: SignedIn, key: BriefKeyParam, address: AddressesParam) -> Response:
    """Apply an action to a task that the brief mentions, and compose the brief again."""
    form = await read_form(context.request, TaskActionForm)
    chosen = form.model.selected if form.model else None
    if chosen is None:
        return context.redirect(
            address.page(*key), "Nothing was chosen. Open a sentence and choose an action there."
        )
    action, task_id, until = chosen
    async with context.transaction() as tx:
        message = await task_actions.apply_task_action(tx, context.user, key, action, task_id, until)
    undo = Undo(action=address.action(key, "tasks"), values={"undo": str(task_id)})
    return context.redirect(address.page(*key), message, undo=undo if action is not TaskAction.UNDO else None)


@pages.get("/briefs")
async def show_archive(
    context: SignedIn, q: TrimmedText = "", before: date | None = None, edition: Edition = Edition.STANDARD
) -> Response:
    """List earlier briefs by date, or those that match a search."""
    after = ArchiveCursor(before, edition) if before else None
    if q:
        page = await archive.search_archive(context.database, context.user.id, q, after)
    else:
        page = await archive.list_archive(context.database, context.user.id, after)
    return context.page(
        "briefs/archive.html",
        q=q,
        page=page,
        is_first=after is None,
        address=BriefAddresses(context.user.today()),
        editions=EDITIONS,
    )
