"""The API of briefs."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

import asyncpg
from fastapi import Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from daybreak.briefs import archive, brief_state, feedback
from daybreak.briefs.archive import ArchiveCursor, ArchivedBrief, ArchivePage
from daybreak.briefs.brief_state import BriefKey, BriefState, Regenerate
from daybreak.briefs.document.model import Document, Edition
from daybreak.briefs.feedback import Opinion, claim_id
from daybreak.briefs.rendering.safe_text import one_line
from daybreak.briefs.wording.entries import with_texts
from daybreak.errors import Conflict, NotFound
from daybreak.runs import Run, Status
from daybreak.web import (
    After,
    ApiReader,
    ApiRouter,
    ApiWriter,
    Day,
    IdempotencyKey,
    InputModel,
    Limit,
    OutputModel,
    Page,
    decode_cursor,
    encode_cursor,
    error_responses,
    etag_response,
    json_response,
    run_once,
)

api = ApiRouter("briefs")
_MAX_SEARCH_RESULTS = 50
_DATE = "2026-03-29"
_FACT = "task:7c9e6679-7425-40de-944b-e07fc1f90ae7"
SentenceText = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class FeedbackOut(OutputModel):
    """The reader's opinion of a sentence."""

    text: str = Field(examples=["“Water the plants” is due today"])
    facts: tuple[str, ...] = Field(examples=[[_FACT]])
    opinion: Opinion


class BriefOut(OutputModel):
    """A stored brief."""

    id: UUID
    composed_at: datetime
    feedback: list[FeedbackOut]
    document: Document = Field(
        description="The whole brief, at each length that the reader may prefer: every open task by name. "
        "Titles are in “quotation marks”. The format is described in docs/brief.schema.json of Daybreak."
    )

    @classmethod
    def of(cls, state: BriefState) -> Self:
        """Return the brief of a day.

        Raises:
            NotFound: there is none.
        """
        if state.brief is None:
            raise NotFound(_missing_message(state))
        given = [FeedbackOut.model_validate(one) for one in state.feedback_by_claim.values()]
        brief = state.brief
        document = with_texts(brief.document)
        return cls(id=brief.id, composed_at=brief.composed_at, feedback=given, document=document)


class BriefSummary(OutputModel):
    """A brief in a list."""

    id: UUID
    date: date
    edition: Edition
    composed_at: datetime
    opening: str = Field(examples=["2 due today, 1 overdue."])
    lines: list[str] = Field(description="In search results: the matching sentences, at most three.")

    @classmethod
    def of(cls, brief: ArchivedBrief) -> Self:
        """Return a brief of the archive as a list item."""
        lines = ["".join(piece.text for piece in line) for line in brief.lines]
        return cls(
            id=brief.id,
            date=brief.date,
            edition=brief.edition,
            composed_at=brief.composed_at,
            opening=brief.opening,
            lines=lines,
        )


class ComposeRunOut(OutputModel):
    """A run that composes a brief; `/api/v1/runs/{run}` has its progress."""

    run: UUID
    status: Status
    date: date
    edition: Edition


class BriefIn(InputModel):
    """The brief to compose."""

    date: Day = Field(examples=[_DATE])
    edition: Edition = Field(Edition.STANDARD, strict=False, description="`standard` or `weekly`.")
    regenerate: Regenerate = Field(
        Regenerate.NONE,
        strict=False,
        description="What to do if the brief exists: return it (`none`), compose it again if facts have "
        "changed since (`changed`), or always compose it again (`all`).",
    )


class FeedbackIn(InputModel):
    """The reader's opinion of a sentence, or its removal."""

    text: SentenceText = Field(
        examples=["“Water the plants” is due today"],
        description="The sentence exactly as in the document, or a line of a page, its titles in “quotation "
        "marks”.",
    )
    facts: list[Annotated[str, StringConstraints(max_length=200)]] = Field(max_length=500, examples=[[_FACT]])
    opinion: Opinion | None = Field(strict=False, description="null removes the opinion.")


_EXISTING_BRIEF: dict[int | str, dict[str, Any]] = {
    200: {"model": BriefOut, "description": "The existing brief."}
}


@api.post(
    "/briefs",
    status_code=202,
    response_model=ComposeRunOut,
    responses=_EXISTING_BRIEF | error_responses(Conflict),
)
async def compose_brief(context: ApiWriter, body: BriefIn, key: IdempotencyKey = None) -> Response:
    """Compose a brief: 202 with the run that composes it, or 200 with the existing brief."""

    async def work(tx: asyncpg.Connection) -> Response:
        brief_key = BriefKey(body.date, body.edition)
        run = await brief_state.request_compose(tx, context.user, brief_key, body.regenerate)
        if run is None:
            return json_response(BriefOut.of(await brief_state.open_brief(tx, context.user.id, brief_key)))
        return _accepted(run, brief_key)

    return await run_once(context, key, work)


@api.get("/briefs", response_model=Page[BriefSummary])
async def list_briefs(
    context: ApiReader,
    q: Annotated[
        str,
        Query(max_length=archive.MAX_QUERY_LENGTH, description="Only briefs that contain these words."),
    ] = "",
    after: After = None,
    limit: Limit = archive.PAGE_SIZE,
) -> Response:
    """List your own briefs, newest first, or those that match a search."""
    cursor = _decode_after(after) if after else None
    if q.strip():
        page = await archive.search_archive(
            context.database, context.user.id, q, cursor, limit=min(limit, _MAX_SEARCH_RESULTS)
        )
    else:
        page = await archive.list_archive(context.database, context.user.id, cursor, limit=limit)
    return json_response(_to_page(page))


@api.get("/briefs/{day}", response_model=BriefOut)
async def get_brief(context: ApiReader, day: date, edition: Edition = Edition.STANDARD) -> Response:
    """Return the whole brief of a day. Marks it as received, so that the next one lists the changes since."""
    async with context.transaction() as tx:
        brief = BriefOut.of(await brief_state.open_brief(tx, context.user.id, BriefKey(day, edition)))
    return etag_response(context.request, brief)


@api.put("/briefs/{day}/feedback", response_model=BriefOut)
async def record_feedback(
    context: ApiWriter, day: date, body: FeedbackIn, edition: Edition = Edition.STANDARD
) -> Response:
    """Record your opinion of a sentence of a brief, or remove it."""
    claim = claim_id(one_line(body.text), body.facts)
    async with context.transaction() as tx:
        await feedback.record_feedback(tx, context.user.id, day, claim, body.opinion, edition)
        return json_response(
            BriefOut.of(await brief_state.open_brief(tx, context.user.id, BriefKey(day, edition)))
        )


def _decode_after(after: str) -> ArchiveCursor:
    day, edition = decode_cursor(after, date.fromisoformat, Edition)
    return ArchiveCursor(date.fromisoformat(str(day)), Edition(str(edition)))


def _missing_message(state: BriefState) -> str:
    order = "create it with a POST to /api/v1/briefs."
    if state.is_skipped:
        return f"There is no brief for {state.key.day}: your preferences skip quiet days; {order}"
    return f"There is no brief for {state.key.day}; {order}"


def _accepted(run: Run, key: BriefKey) -> Response:
    accepted = ComposeRunOut(run=run.id, status=run.status, date=key.day, edition=key.edition)
    return json_response(accepted, 202, headers={"Location": f"/api/v1/runs/{run.id}"})


def _to_page(page: ArchivePage) -> Page[BriefSummary]:
    following = encode_cursor(page.after.date.isoformat(), str(page.after.edition)) if page.after else None
    return Page[BriefSummary](items=[BriefSummary.of(one) for one in page.briefs], next=following)
