"""Outcomes of an attempt, and the completion of the run that follows from each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from daybreak.errors import DaybreakError, public_message
from daybreak.runs.kinds import AnyKind, Effects, Item, Skipped
from daybreak.runs.model import ClaimedRun, Queue, Status
from daybreak.runs.progress_buffer import ProgressBuffer
from daybreak.runs.sanitize import replace_unstorable
from daybreak.runs.store import Completion, ItemRow


class ItemsFailed(DaybreakError):
    """A run without a result because all its items failed."""


@dataclass(frozen=True, slots=True)
class Completed:
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
class Released:
    """An attempt that a draining worker releases; it does not count."""


Outcome = Completed | Skipped | Failed | Cancelled | Released


def completed(
    claim: ClaimedRun,
    kind: AnyKind,
    effects: Effects[Any],
    result: object,
    buffer: ProgressBuffer,
    max_dispatched: int,
) -> Completion:
    """Build the completion of a run with a result, or of one that waits for its items."""
    items = build_item_rows(effects.items, claim.queue)
    if claim.parent_id is None and claim.items is None and (items or kind.finish):
        return _fanned_out(claim, kind, items, result, buffer, max_dispatched)
    gaps = [*(claim.items.gaps if claim.items else ()), *map(replace_unstorable, effects.gaps)]
    status = Status.PARTIAL if gaps else Status.SUCCEEDED
    error = None
    if claim.items and claim.items.failed and not claim.items.done:
        status, error = Status.FAILED, ItemsFailed(f"All items failed ({claim.items.failed}).")
    return Completion(
        claim=claim,
        status=status,
        result=kind.encode_result(result),
        gaps=gaps,
        error=_error_entry(claim, error) if error else None,
        progress=buffer.progress,
        after_event=buffer.after_event,
        events=[*buffer.events, _outcome_event(claim, status, {"gaps": gaps} if gaps else {})],
        items=items,
        max_dispatched=max_dispatched,
    )


def _fanned_out(
    claim: ClaimedRun,
    kind: AnyKind,
    items: list[ItemRow],
    result: object,
    buffer: ProgressBuffer,
    max_dispatched: int,
) -> Completion:
    phase = {name: value for name, value in buffer.progress.items() if name == "phase"}
    return Completion(
        claim=claim,
        status=Status.RUNNING,
        result=None if kind.finish else kind.encode_result(result),
        progress=phase,
        after_event=buffer.after_event,
        events=[
            *buffer.events,
            ("items", {"epoch": claim.epoch, "attempt": claim.attempt, "items": len(items)}),
        ],
        items=items,
        max_dispatched=max_dispatched,
    )


def build_item_rows(items: Iterable[Item], queue: Queue) -> list[ItemRow]:
    """Build the rows of items.

    Raises:
        InvalidInput: the parameters are not of the type that the item's kind declares.
    """
    return [
        ItemRow(
            kind=item.kind.name,
            # Items of a bulk run are bulk, too: no user waits for them.
            queue=Queue.BULK if queue is Queue.BULK else item.kind.queue,
            key=replace_unstorable(item.key),
            parameters=item.kind.encode_parameters(item.parameters),
            max_attempts=item.kind.max_attempts,
        )
        for item in items
    ]


def skipped(claim: ClaimedRun, reason: str, buffer: ProgressBuffer) -> Completion:
    """Build the completion of an item without work."""
    status = Status.SKIPPED
    return Completion(
        claim=claim,
        status=status,
        progress=buffer.progress,
        after_event=buffer.after_event,
        events=[*buffer.events, _outcome_event(claim, status, {"reason": replace_unstorable(reason)})],
    )


def failed(claim: ClaimedRun, kind: AnyKind, error: BaseException, buffer: ProgressBuffer) -> Completion:
    """Build the completion of a failed attempt: a delayed retry if retryable and attempts are left."""
    entry = _error_entry(claim, error)
    again = entry["retryable"] and claim.attempt < claim.max_attempts
    status = Status.QUEUED if again else Status.FAILED
    return Completion(
        claim=claim,
        status=status,
        delay=kind.backoff.delay_seconds(claim.attempt) if again else 0.0,
        error=entry,
        progress=buffer.progress,
        after_event=buffer.after_event,
        events=[*buffer.events, _outcome_event(claim, status, {"reason": entry["class"]})],
    )


def cancelled(claim: ClaimedRun, buffer: ProgressBuffer) -> Completion:
    """Build the completion of a cancelled run, without a result."""
    status = Status.CANCELLED
    return Completion(
        claim=claim,
        status=status,
        progress=buffer.progress,
        after_event=buffer.after_event,
        events=[*buffer.events, _outcome_event(claim, status, {})],
    )


def released(claim: ClaimedRun, buffer: ProgressBuffer) -> Completion:
    """Build the release of a run, which another worker may claim immediately."""
    event = _outcome_event(claim, Status.QUEUED, {"reason": "drain"})
    return Completion(
        claim=claim,
        status=Status.QUEUED,
        refund=True,
        progress=buffer.progress,
        after_event=buffer.after_event,
        events=[*buffer.events, event],
    )


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return an error as a JSON object for storage."""
    retryable = error.retryable if isinstance(error, DaybreakError) else True
    return {
        "class": type(error).__name__,
        "message": replace_unstorable(public_message(error)),
        "retryable": retryable,
    }


def _error_entry(claim: ClaimedRun, error: BaseException) -> dict[str, Any]:
    return {"epoch": claim.epoch, "attempt": claim.attempt, **describe_error(error)}


def _outcome_event(claim: ClaimedRun, name: str, extra: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return name, {"epoch": claim.epoch, "attempt": claim.attempt, **extra}
