"""What an attempt came to, and what becomes of its run then."""

from dataclasses import dataclass
from typing import Any

from daybreak.errors import DaybreakError
from daybreak.runs.kinds import AnyKind
from daybreak.runs.model import Claim, Status
from daybreak.runs.store import Settlement
from daybreak.runs.tasks import Effects, News


@dataclass(frozen=True, slots=True)
class Done:
    """The handler gave its effects."""

    effects: Effects[Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt failed, with this error."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody asked for it to be cancelled."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The worker is told to stop; the attempt does not count."""


Outcome = Done | Failed | Cancelled | GivenBack


def succeeded(claim: Claim, effects: Effects[Any], result: str, said: News) -> Settlement:
    """The run ends with its result."""
    status = Status.PARTIAL if effects.gaps else Status.SUCCEEDED
    more = {"gaps": list(effects.gaps)} if effects.gaps else {}
    return Settlement(
        pair=claim.place,
        status=status,
        result=result,
        progress=said.progress,
        events=[*said.events, _event(claim, status, more)],
    )


def failed(claim: Claim, kind: AnyKind, error: BaseException, said: News) -> Settlement:
    """The run is tried again later, if that may help and attempts are left."""
    entry = describe(error)
    again = entry["retryable"] and claim.attempt < claim.max_attempts
    status = Status.QUEUED if again else Status.FAILED
    return Settlement(
        pair=claim.place,
        status=status,
        delay=kind.backoff.seconds(claim.attempt) if again else 0.0,
        error={"epoch": claim.epoch, "attempt": claim.attempt, **entry},
        progress=said.progress,
        events=[*said.events, _event(claim, status, {"reason": entry["class"]})],
    )


def cancelled(claim: Claim, said: News) -> Settlement:
    """The run ends without a result."""
    status = Status.CANCELLED
    return Settlement(
        pair=claim.place,
        status=status,
        progress=said.progress,
        events=[*said.events, _event(claim, status, {})],
    )


def given_back(claim: Claim, said: News) -> Settlement:
    """Another worker may have it at once."""
    event = _event(claim, Status.QUEUED, {"reason": "drain"})
    return Settlement(
        pair=claim.place,
        status=Status.QUEUED,
        refund=True,
        progress=said.progress,
        events=[*said.events, event],
    )


def describe(error: BaseException) -> dict[str, Any]:
    """An error as it is kept: our own sentences; of others only the class, as they may hold secrets."""
    name = type(error).__name__
    if isinstance(error, DaybreakError):
        return {"class": name, "message": str(error), "retryable": error.retryable}
    return {"class": name, "message": f"An unexpected error ({name}); the log has more.", "retryable": True}


def _event(claim: Claim, status: Status, more: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return status, {"epoch": claim.epoch, "attempt": claim.attempt, **more}
