"""Outcomes of an attempt, and the completion of the run that follows from each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from daybreak.errors import DaybreakError, sentence_of
from daybreak.runs.kinds import AnyKind, Effects, Item, Skipped
from daybreak.runs.model import Claim, Lane, Status
from daybreak.runs.progress_buffer import News
from daybreak.runs.sanitize import storable
from daybreak.runs.store import NewItem, Settlement


class ItemsFailed(DaybreakError):
    """A run without a result because all its items failed."""


@dataclass(frozen=True, slots=True)
class Done:
    """A handler that returned its effects."""

    effects: Effects[Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt that failed with this error."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An attempt that was cancelled on request."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """An attempt that a draining worker releases; it does not count."""


Outcome = Done | Skipped | Failed | Cancelled | GivenBack


def done(
    claim: Claim, kind: AnyKind, effects: Effects[Any], result: object, said: News, window: int
) -> Settlement:
    """Build the completion of a run with a result, or of one that waits for its items."""
    items = new_items(effects.items, claim.lane)
    if claim.part_of is None and claim.items is None and (items or kind.finish):
        return _fanned_out(claim, kind, items, result, said, window)
    gaps = [*(claim.items.gaps if claim.items else ()), *map(storable, effects.gaps)]
    status = Status.PARTIAL if gaps else Status.SUCCEEDED
    error = None
    if claim.items and claim.items.failed and not claim.items.done:
        status, error = Status.FAILED, ItemsFailed(f"All items failed ({claim.items.failed}).")
    return Settlement(
        claim=claim,
        status=status,
        result=kind.write_result(result),
        gaps=gaps,
        error=_entry(claim, error) if error else None,
        progress=said.progress,
        after_event=said.after_event,
        events=[*said.events, _event(claim, status, {"gaps": gaps} if gaps else {})],
        items=items,
        window=window,
    )


def _fanned_out(
    claim: Claim, kind: AnyKind, items: list[NewItem], result: object, said: News, window: int
) -> Settlement:
    phase = {name: value for name, value in said.progress.items() if name == "phase"}
    return Settlement(
        claim=claim,
        status=Status.RUNNING,
        result=None if kind.finish else kind.write_result(result),
        progress=phase,
        after_event=said.after_event,
        events=[
            *said.events,
            ("items", {"epoch": claim.epoch, "attempt": claim.attempt, "items": len(items)}),
        ],
        items=items,
        window=window,
    )


def new_items(items: Iterable[Item], lane: Lane) -> list[NewItem]:
    """Build the rows of items.

    Raises:
        InvalidInput: the parameters are not of the type that the item's kind declares.
    """
    return [
        NewItem(
            kind=item.kind.name,
            # Items of a bulk run are bulk, too: no user waits for them.
            lane=Lane.BULK if lane is Lane.BULK else item.kind.lane,
            key=storable(item.key),
            parameters=item.kind.write_parameters(item.parameters),
            max_attempts=item.kind.max_attempts,
        )
        for item in items
    ]


def skipped(claim: Claim, reason: str, said: News) -> Settlement:
    """Build the completion of an item without work."""
    status = Status.SKIPPED
    return Settlement(
        claim=claim,
        status=status,
        progress=said.progress,
        after_event=said.after_event,
        events=[*said.events, _event(claim, status, {"reason": storable(reason)})],
    )


def failed(claim: Claim, kind: AnyKind, error: BaseException, said: News) -> Settlement:
    """Build the completion of a failed attempt: a delayed retry if retryable and attempts are left."""
    entry = _entry(claim, error)
    again = entry["retryable"] and claim.attempt < claim.max_attempts
    status = Status.QUEUED if again else Status.FAILED
    return Settlement(
        claim=claim,
        status=status,
        delay=kind.backoff.seconds(claim.attempt) if again else 0.0,
        error=entry,
        progress=said.progress,
        after_event=said.after_event,
        events=[*said.events, _event(claim, status, {"reason": entry["class"]})],
    )


def cancelled(claim: Claim, said: News) -> Settlement:
    """Build the completion of a cancelled run, without a result."""
    status = Status.CANCELLED
    return Settlement(
        claim=claim,
        status=status,
        progress=said.progress,
        after_event=said.after_event,
        events=[*said.events, _event(claim, status, {})],
    )


def given_back(claim: Claim, said: News) -> Settlement:
    """Build the release of a run, which another worker may claim immediately."""
    event = _event(claim, Status.QUEUED, {"reason": "drain"})
    return Settlement(
        claim=claim,
        status=Status.QUEUED,
        refund=True,
        progress=said.progress,
        after_event=said.after_event,
        events=[*said.events, event],
    )


def describe(error: BaseException) -> dict[str, Any]:
    """Return an error as a JSON object for storage."""
    retryable = error.retryable if isinstance(error, DaybreakError) else True
    return {
        "class": type(error).__name__,
        "message": storable(sentence_of(error)),
        "retryable": retryable,
    }


def _entry(claim: Claim, error: BaseException) -> dict[str, Any]:
    return {"epoch": claim.epoch, "attempt": claim.attempt, **describe(error)}


def _event(claim: Claim, name: str, more: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return name, {"epoch": claim.epoch, "attempt": claim.attempt, **more}
