"""All errors that Daybreak raises deliberately, with HTTP status and exit code.

DaybreakError                      one sentence for a person; `status`, `retryable`, `exit_code` on the class
├── UserError             400  2   the caller can fix it: the sentence states what, where and how
│   ├── InvalidInput      422  2   an unusable value (a time zone, a date, a file)
│   ├── Unauthenticated   401  2   no known user, or a wrong password
│   ├── Forbidden         403  2   the user is known and lacks the permission
│   ├── NotFound          404  4   no such user, source or brief
│   ├── Conflict          409  5   it already exists, or it has changed in the meantime
│   ├── PreconditionFailed 412 5   it has changed since the caller read it
│   ├── RequestTimeout    408  6   retryable: the request body arrived too slowly
│   ├── PayloadTooLarge   413  2   the request exceeds a size limit
│   └── TooManyRequests   429  6   retryable: too many requests in a short time
├── Misconfigured         500  3   wrong settings, roles or schema: an operator must act
│   └── Outdated          503  3   a newer version has migrated the database: start that version
├── Unavailable           503  6   retryable: a database, server or address did not answer
└── InternalError         500  70  a violated internal invariant: please report it
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Self

_NO_DETAILS: Mapping[str, object] = MappingProxyType({})


INTERRUPTED = 130  # the exit code after Ctrl-C, as shells count it


class DaybreakError(Exception):
    """Base class; the message is one sentence for a person and never contains a secret.

    Attributes:
        status: HTTP status of the response.
        retryable: whether the same call may succeed later without intervention.
        exit_code: exit code of the command line.
        details: additional JSON-compatible fields for programs.
        reason: the technical reason, for the log and the command line; never shown on a page or by the API.
    """

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1
    details: Mapping[str, object] = _NO_DETAILS
    reason: str = ""

    def with_reason(self, reason: object) -> Self:
        """Set the technical reason of this error and return it."""
        self.reason = str(reason).partition("\n")[0]
        return self

    def with_details(self, **details: object) -> Self:
        """Add details to this error and return it."""
        self.details = {**self.details, **details}
        return self


class UserError(DaybreakError):
    """An error that the caller can fix."""

    status = 400
    exit_code = 2


class InvalidInput(UserError):
    """An unusable value."""

    status = 422


class NotFound(UserError):
    """A resource that does not exist, or belongs to another user."""

    status = 404
    exit_code = 4


class Unauthenticated(UserError):
    """No authenticated user: no session, no token, or a wrong password."""

    status = 401


class Forbidden(UserError):
    """A known user without the required permission."""

    status = 403


class Conflict(UserError):
    """A resource that already exists, or has changed in the meantime."""

    status = 409
    exit_code = 5


class PreconditionFailed(UserError):
    """A resource that has changed since the caller read it."""

    status = 412
    exit_code = 5


class RequestTimeout(UserError):
    """A request body that does not arrive in time."""

    status = 408
    retryable = True
    exit_code = 6


class PayloadTooLarge(UserError):
    """A request larger than the limit."""

    status = 413


class TooManyRequests(UserError):
    """Too many requests in a short time.

    Attributes:
        retry_after: seconds until the next attempt is allowed.
    """

    status = 429
    retryable = True
    exit_code = 6

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Misconfigured(DaybreakError):
    """Wrong settings, roles or schema; an operator must act."""

    exit_code = 3


class Outdated(Misconfigured):
    """A program that is older than the database allows."""

    status = 503


class Unavailable(DaybreakError):
    """A required service that did not answer; a retry may succeed.

    Attributes:
        retry_after: seconds until the next attempt makes sense.
    """

    status = 503
    retryable = True
    exit_code = 6
    retry_after: float = 5

    def with_retry_after(self, seconds: float) -> Self:
        """Set after how many seconds the next attempt makes sense, and return this error."""
        self.retry_after = seconds
        return self


class InternalError(DaybreakError):
    """A violated internal invariant, that is, a defect of Daybreak."""

    exit_code = 70


def operator_message(error: DaybreakError) -> str:
    """Return the message for an operator: the sentence, and the technical reason if there is one."""
    return f"{error} Reason: {error.reason.rstrip('.')}." if error.reason else str(error)


def public_message(error: BaseException) -> str:
    """Return the message to show: the sentence of an own error, or only the class of a foreign one.

    The text of a foreign error may contain secrets.
    """
    if isinstance(error, DaybreakError):
        return str(error)
    return f"Unexpected error ({type(error).__name__}); see the log for details."
