"""A budget of bytes, files and sources for everything that one request, message or folder brings."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from daybreak.errors import InvalidInput, TooManyRequests, Unavailable
from daybreak.intake.display import human_size
from daybreak.intake.settings import IntakeSettings

FORM_OVERHEAD = 1024 * 1024
"""The size of a form without the contents of its files."""

MAX_SOURCES_PER_UPLOAD = 50
_MAX_SPOOLED_UPLOADS = 16
_MAX_SPOOLED_UPLOADS_PER_USER = 2
_OPENING_COST = 1024 * 1024


class BudgetExceeded(InvalidInput):
    """A limit on a sum that would be exceeded.

    Attributes:
        limit: what is exceeded, e.g. “more than 20,000 files (DAYBREAK_INTAKE_MAX_FILES)”.
    """

    def __init__(self, message: str, limit: str) -> None:
        super().__init__(message)
        self.limit = limit


@dataclass(slots=True)
class IntakeBudget:
    """The remaining bytes, files and sources of one whole intake, shared by all of its parts.

    Spend a part before the work on it begins. A rejected part spends nothing.

    Attributes:
        subject: the start of the message, such as “The upload”.
        consequence: its end, such as “so nothing was saved”.
        size_setting: the setting that limits the bytes.
    """

    subject: str
    consequence: str
    size_setting: str
    max_size: int
    max_files: int
    max_sources: int = 1
    size: int = 0
    files: int = 0
    sources: int = 0

    @classmethod
    def for_upload(cls, limits: IntakeSettings) -> Self:
        """Return the budget of one upload; archives spend what they unpack to."""
        return cls(
            "The upload",
            "so nothing was saved; upload less at once",
            "DAYBREAK_INTAKE_MAX_UPLOAD_SIZE",
            limits.max_upload_size,
            limits.max_files,
            MAX_SOURCES_PER_UPLOAD,
        )

    @classmethod
    def for_folder(cls, limits: IntakeSettings) -> Self:
        """Return the budget of one folder."""
        return cls(
            "The folder",
            "so the rest was skipped; split the folder or raise the limit",
            "DAYBREAK_INTAKE_MAX_TOTAL_SIZE",
            limits.max_total_size,
            limits.max_files,
        )

    def spend(self, *, size: int = 0, files: int = 0, sources: int = 0) -> None:
        """Spend bytes, files and sources.

        Raises:
            BudgetExceeded: one of the sums would exceed its limit; nothing is spent.
        """
        if self.sources + sources > self.max_sources:
            raise self._exceeded(f"more than {self.max_sources:,} folders, archives and single files")
        if self.files + files > self.max_files:
            raise self._exceeded(f"more than {self.max_files:,} files (DAYBREAK_INTAKE_MAX_FILES)")
        if self.size + size > self.max_size:
            raise self._exceeded(f"more than {human_size(self.max_size)} of files ({self.size_setting})")
        self.size += size
        self.files += files
        self.sources += sources

    def _exceeded(self, limit: str) -> BudgetExceeded:
        return BudgetExceeded(f"{self.subject} contains {limit}, {self.consequence}.", limit)


class SpoolQuota:
    """The bytes of all uploads that a process has spooled, with a share of an eighth for each user.

    A slow upload holds what has arrived of it, and no place for a whole one.
    """

    def __init__(self) -> None:
        """Create an unused quota."""
        self._users: Counter[UUID] = Counter()

    @contextmanager
    def open(self, user_id: UUID, limits: IntakeSettings) -> Iterator[Callable[[int], None]]:
        """Open an upload, and return the function that reserves bytes until the block ends.

        Raises:
            TooManyRequests: the user has spooled too many bytes; raised by that function, too.
            Unavailable: all users together have spooled too many bytes; likewise.
        """
        whole = _OPENING_COST + limits.max_upload_size + FORM_OVERHEAD
        reserved = 0

        def reserve(size: int) -> None:
            nonlocal reserved
            if self._users[user_id] + size > whole * _MAX_SPOOLED_UPLOADS_PER_USER:
                raise TooManyRequests("Your unfinished uploads are too large; try again when they end.", 30)
            if self._users.total() + size > whole * _MAX_SPOOLED_UPLOADS:
                raise Unavailable("Too many uploads are in progress; try again in a minute.")
            self._users[user_id] += size
            reserved += size

        try:
            reserve(_OPENING_COST)
            yield reserve
        finally:
            self._users[user_id] -= reserved
            self._users += Counter()  # drops users without uploads
