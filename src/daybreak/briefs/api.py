"""The API of briefs."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

import asyncpg
from fastapi import Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from daybreak.briefs import archive, brief_state, feedback
from daybreak.briefs.archive import Kept, Page, Place
from daybreak.briefs.brief_state import Morning, Regenerate, Which
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.feedback import Opinion, claim_id
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.errors import Conflict, NotFound
from daybreak.runs import Run, Status
from daybreak.web import (
    After,
    Api,
    Day,
    IdempotencyKey,
    Limit,
    Listing,
    Order,
    Reader,
    Resource,
    Writer,
    answer,
    once,
    read_place,
    refusals,
    versioned,
    write_place,
)

api = Api("briefs")
_MOST_FOUND = 50
_DATE = "2026-03-29"
_FACT = "task:7c9e6679-7425-40de-944b-e07fc1f90ae7"
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class FeedbackView(Resource):
    """The reader's opinion of a sentence."""

    text: str = Field(examples=["“Water the plants” is due today"])
    facts: tuple[str, ...] = Field(examples=[[_FACT]])
    opinion: Opinion


class BriefView(Resource):
    """A stored brief."""

    id: UUID
    composed_at: datetime
    feedback: list[FeedbackView]
    document: Document = Field(description="The format is described in docs/brief.schema.json of Daybreak.")

    @classmethod
    def of(cls, found: Morning) -> Self:
        """Return the brief of a day.

        Raises:
            NotFound: there is none.
        """
        if found.brief is None:
            raise NotFound(_missing(found))
        given = [FeedbackView.model_validate(one) for one in found.opinions.values()]
        brief = found.brief
        return cls(id=brief.id, composed_at=brief.composed_at, feedback=given, document=brief.document)


class BriefLine(Resource):
    """A brief in a list."""

    id: UUID
    date: date
    edition: Edition
    composed_at: datetime
    opening: str = Field(examples=["1 project: 2 due today, 0 overdue."])
    lines: list[str] = Field(description="In search results: the matching sentences, at most three.")

    @classmethod
    def of(cls, kept: Kept) -> Self:
        """Return a brief of the archive as a list item."""
        lines = ["".join(piece.text for piece in line) for line in kept.lines]
        return cls(
            id=kept.id,
            date=kept.date,
            edition=kept.edition,
            composed_at=kept.composed_at,
            opening=kept.opening,
            lines=lines,
        )


class WritingView(Resource):
    """A run that composes a brief; `/api/v1/runs/{run}` has its progress."""

    run: UUID
    status: Status
    date: date
    edition: Edition


class BriefOrder(Order):
    """The brief to compose."""

    date: Day = Field(examples=[_DATE])
    edition: Edition = Field(Edition.STANDARD, strict=False, description="`standard` or `weekly`.")
    regenerate: Regenerate = Field(
        Regenerate.NONE,
        strict=False,
        description="What to do if the brief exists: return it (`none`), compose it again if facts have "
        "changed since (`changed`), or always compose it again (`all`).",
    )


class Judgement(Order):
    """The reader's opinion of a sentence, or its removal."""

    text: Words = Field(
        examples=["“Water the plants” is due today"], description="The sentence exactly as in the document."
    )
    facts: list[Annotated[str, StringConstraints(max_length=200)]] = Field(max_length=500, examples=[[_FACT]])
    opinion: Opinion | None = Field(strict=False, description="null removes the opinion.")


_STANDS: dict[int | str, dict[str, Any]] = {200: {"model": BriefView, "description": "The existing brief."}}


@api.post(
    "/briefs",
    status_code=202,
    response_model=WritingView,
    responses=_STANDS | refusals(Conflict),
)
async def write_brief(visit: Writer, order: BriefOrder, key: IdempotencyKey = None) -> Response:
    """Compose a brief: 202 with the run that composes it, or 200 with the existing brief."""

    async def work(tx: asyncpg.Connection) -> Response:
        which = Which(order.date, order.edition)
        run = await brief_state.begin(tx, visit.user, which, order.regenerate)
        if run is None:
            return answer(BriefView.of(await brief_state.look(tx, visit.user.id, which)))
        return _started(run, which)

    return await once(visit, key, work)


@api.get("/briefs", response_model=Listing[BriefLine])
async def list_briefs(
    visit: Reader,
    q: Annotated[
        str,
        Query(max_length=archive.LONGEST_SEARCH, description="Only briefs that contain these words."),
    ] = "",
    after: After = None,
    limit: Limit = archive.PAGE,
) -> Response:
    """List your own briefs, newest first, or those that match a search."""
    place = _place(after) if after else None
    if q.strip():
        page = await archive.search(visit.database, visit.user.id, q, place, limit=min(limit, _MOST_FOUND))
    else:
        page = await archive.browse(visit.database, visit.user.id, place, limit=limit)
    return answer(_listing(page))


@api.get("/briefs/{day}", response_model=BriefView)
async def read_brief(visit: Reader, day: date, edition: Edition = Edition.STANDARD) -> Response:
    """Return the brief of a day and mark it as received, so that the next one lists the changes since."""
    async with visit.transaction() as tx:
        view = BriefView.of(await brief_state.look(tx, visit.user.id, Which(day, edition)))
    return versioned(visit.request, view)


@api.put("/briefs/{day}/feedback", response_model=BriefView)
async def judge_sentence(
    visit: Writer, day: date, judgement: Judgement, edition: Edition = Edition.STANDARD
) -> Response:
    """Record your opinion of a sentence of a brief, or remove it."""
    claim = claim_id(one_line(judgement.text), judgement.facts)
    async with visit.transaction() as tx:
        await feedback.judge(tx, visit.user.id, day, claim, judgement.opinion, edition)
        return answer(BriefView.of(await brief_state.look(tx, visit.user.id, Which(day, edition))))


def _place(after: str) -> Place:
    day, edition = read_place(after, date.fromisoformat, Edition)
    return Place(date.fromisoformat(str(day)), Edition(str(edition)))


def _missing(found: Morning) -> str:
    order = "create it with a POST to /api/v1/briefs."
    if found.is_skipped:
        return f"There is no brief for {found.which.day}: your preferences skip quiet days; {order}"
    return f"There is no brief for {found.which.day}; {order}"


def _started(run: Run, which: Which) -> Response:
    view = WritingView(run=run.id, status=run.status, date=which.day, edition=which.edition)
    return answer(view, 202, headers={"Location": f"/api/v1/runs/{run.id}"})


def _listing(page: Page) -> Listing[BriefLine]:
    following = write_place(page.after.date.isoformat(), str(page.after.edition)) if page.after else None
    return Listing[BriefLine](items=[BriefLine.of(one) for one in page.briefs], next=following)
