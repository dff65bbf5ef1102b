"""Every error that Daybreak raises on purpose.

DaybreakError                    one sentence for a person; `status`, `retryable` and `exit_code` on the class
├── UserError           400  2   the caller can mend it: the sentence says what, where and how
│   ├── InvalidInput    422  2   a value that cannot be used (a zone, a date, a file)
│   ├── NotSignedIn     401  2   nobody is known to ask, or the password is wrong
│   ├── Forbidden       403  2   whoever asks may not do that
│   ├── NotFound        404  4   no such user, source, brief
│   ├── Conflict        409  5   it exists already, or it changed meanwhile
│   ├── Changed         412  5   it is not any more what the caller has seen
│   ├── TooSlow         408  6   retryable: what was sent came too slowly
│   ├── TooLarge        413  2   more than is taken at once
│   └── TooMany         429  6   retryable: too often in too short a time
├── Misconfigured       500  3   settings, roles or schema are wrong: an operator must act
├── Unavailable         503  6   retryable: a database, a server or an address did not answer
└── Bug                 500  70  an invariant of ours does not hold: please report
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Self

_NOTHING: Mapping[str, object] = MappingProxyType({})


class DaybreakError(Exception):
    """The base: its message is one sentence for a person, never a secret.

    Attributes:
        status: the HTTP status that the web answers with.
        retryable: whether the same call may succeed later without anybody's help.
        exit_code: what the command line exits with.
        details: what a program is told besides the sentence, as JSON can hold it.
    """

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1
    details: Mapping[str, object] = _NOTHING

    def telling(self, **details: object) -> Self:
        """The same error with these details."""
        self.details = {**self.details, **details}
        return self


class UserError(DaybreakError):
    """The caller can mend it."""

    status = 400
    exit_code = 2


class InvalidInput(UserError):
    """A value that cannot be used."""

    status = 422


class NotFound(UserError):
    """What was named does not exist, or belongs to somebody else."""

    status = 404
    exit_code = 4


class NotSignedIn(UserError):
    """Nobody is known to ask: no session, no token, or a wrong password."""

    status = 401


class Forbidden(UserError):
    """Whoever asks is known, and may not do that."""

    status = 403


class Conflict(UserError):
    """It exists already, or it changed meanwhile."""

    status = 409
    exit_code = 5


class Changed(UserError):
    """It is not any more what the caller has seen."""

    status = 412
    exit_code = 5


class TooSlow(UserError):
    """What is sent does not come, or takes too long."""

    status = 408
    retryable = True
    exit_code = 6


class TooLarge(UserError):
    """More than is taken at once."""

    status = 413


class TooMany(UserError):
    """Too often in too short a time.

    Attributes:
        retry_after: seconds after which it may be tried again.
    """

    status = 429
    retryable = True
    exit_code = 6

    def __init__(self, sentence: str, retry_after: float) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Misconfigured(DaybreakError):
    """Settings, roles or schema are wrong; an operator must act."""

    exit_code = 3


class Unavailable(DaybreakError):
    """Something that is needed did not answer; trying again may help."""

    status = 503
    retryable = True
    exit_code = 6


class Bug(DaybreakError):
    """An invariant of Daybreak itself does not hold."""

    exit_code = 70


def sentence_of(error: BaseException) -> str:
    """An error for others to read: our own sentence; of a foreign one the class, for it may hold secrets."""
    if isinstance(error, DaybreakError):
        return str(error)
    return f"An unexpected error ({type(error).__name__}); the log has more."
