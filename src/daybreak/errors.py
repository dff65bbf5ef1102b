"""Every error that Daybreak raises on purpose.

DaybreakError                    one sentence for a person; `status`, `retryable` and `exit_code` on the class
├── UserError           400  2   the caller can mend it: the sentence says what, where and how
│   ├── InvalidInput    422  2   a value that cannot be used (a zone, a date, a file)
│   ├── NotFound        404  4   no such user, source, brief
│   └── Conflict        409  5   it exists already, or it changed meanwhile
├── Misconfigured       500  3   settings, roles or schema are wrong: an operator must act
├── Unavailable         503  6   retryable: a database, a server or an address did not answer
└── Bug                 500  70  an invariant of ours does not hold: please report
"""

from typing import ClassVar


class DaybreakError(Exception):
    """The base: its message is one sentence for a person, never a secret.

    Attributes:
        status: the HTTP status that the web answers with.
        retryable: whether the same call may succeed later without anybody's help.
        exit_code: what the command line exits with.
    """

    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1


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


class Conflict(UserError):
    """It exists already, or it changed meanwhile."""

    status = 409
    exit_code = 5


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
