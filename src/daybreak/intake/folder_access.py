"""Which local folders may be read: never Daybreak's own, and confined ones only at their own place."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from daybreak.errors import InvalidInput
from daybreak.intake.display import printable

_FileId = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FolderAccess:
    """The limits of one folder source; by default there are none.

    Attributes:
        home_id: device and inode of Daybreak's home folder, which is never read; None if it does not exist.
        is_confined: whether the folder was added in the web, so that no part of its path may become a link.
        allowed: real folders; a confined folder must be one of them or below one, unless there are none.
    """

    home_id: _FileId | None = None
    is_confined: bool = False
    allowed: tuple[Path, ...] = ()

    @classmethod
    def excluding(cls, home: Path | None, *, is_confined: bool = False, allowed: Iterable[Path] = ()) -> Self:
        """Return the access that excludes this home folder; the allowed folders are resolved."""
        return cls(_find_id(home) if home else None, is_confined, resolve_folders(allowed))

    def resolve(self, root: Path) -> Path:
        """Return the real path of a folder or file that may be read.

        Raises:
            InvalidInput: it is Daybreak's home or below it, or a confined folder that has moved.
            OSError: it does not exist, or its path is not accessible.
        """
        real = Path(os.path.realpath(root, strict=True))
        shown = printable(str(root))
        if self.is_in_home(real):
            raise InvalidInput(
                f"“{shown}” is in Daybreak’s own folder (DAYBREAK_HOME), which is never read;"
                " choose another folder."
            )
        if self.is_confined and real != root:
            raise InvalidInput(
                f"“{shown}” is now a link to another place, so it is not read; remove the source and add"
                " the folder itself."
            )
        if self.is_confined and self.allowed and not is_allowed(real, self.allowed):
            raise InvalidInput(
                f"“{shown}” is not below DAYBREAK_INTAKE_FOLDERS any more, so it is not read; add its"
                " parent folder to that setting, or remove the source."
            )
        return real

    def is_home(self, status: os.stat_result) -> bool:
        """Return whether a file with this status is Daybreak's home folder, by any path."""
        return self.home_id is not None and (status.st_dev, status.st_ino) == self.home_id

    def is_in_home(self, real: Path) -> bool:
        """Return whether a real path is Daybreak's home folder or below it."""
        return self.home_id is not None and any(
            _find_id(one) == self.home_id for one in (real, *real.parents)
        )


def resolve_folders(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Return the real paths of folders; one that does not exist stays as it is."""
    return tuple(Path(os.path.realpath(one)) for one in folders)


def is_allowed(real: Path, allowed: Iterable[Path]) -> bool:
    """Return whether a real path is one of these real folders, or below one."""
    return any(real.is_relative_to(one) for one in allowed)


def _find_id(path: Path) -> _FileId | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
