"""The SQL files that this version ships: numbered migrations and function files."""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

_MIGRATION = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9_]+)\.sql")
_REVISION = re.compile(r"-- revision: (?P<revision>[1-9]\d*)\n")
_OLDEST_PROGRAM = re.compile(r"^-- oldest program: (\d{4})$", re.MULTILINE)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _oldest_program(text: str, default: int) -> int:
    found = _OLDEST_PROGRAM.search(text)
    return int(found[1]) if found else default


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered file of ``db/migrations``: applied once, and never edited after that."""

    number: int
    name: str
    text: str

    @property
    def label(self) -> str:
        """The name of the file without its ending."""
        return f"{self.number:04}_{self.name}"

    @property
    def sha256(self) -> str:
        """The checksum of the file."""
        return _sha256(self.text)

    @property
    def oldest_program(self) -> int:
        """The oldest program that may run after this migration: by default the first that ships it."""
        return _oldest_program(self.text, self.number)


@dataclass(frozen=True, slots=True)
class FunctionFile:
    """Functions or triggers of one slice: applied again whenever the file has changed."""

    path: str
    revision: int
    text: str

    @property
    def label(self) -> str:
        """The path below the package, such as ``runs/sql/claim.sql``."""
        return self.path

    @property
    def sha256(self) -> str:
        """The checksum of the file."""
        return _sha256(self.text)

    @property
    def oldest_program(self) -> int:
        """The oldest program that may call these functions; a first revision only adds functions."""
        return _oldest_program(self.text, 0)


def shipped_migrations() -> list[Migration]:
    """Return the migrations of this version, in order."""
    entries = files(__package__).joinpath("migrations").iterdir()
    found = [
        Migration(int(match["number"]), match["name"], entry.read_text(encoding="utf-8"))
        for entry in entries
        if (match := _MIGRATION.fullmatch(entry.name))
    ]
    return sorted(found, key=lambda migration: migration.number)


def shipped_functions() -> list[FunctionFile]:
    """Return the function files of this version by path, but triggers after the functions that they execute.

    Raises:
        ValueError: a file does not state its revision, or from the second on its oldest program.
    """
    package = files(__package__.partition(".")[0])
    folders = [(slice_.name, slice_.joinpath("sql")) for slice_ in package.iterdir() if slice_.is_dir()]
    found = [
        _function_file(f"{name}/sql/{entry.name}", entry.read_text(encoding="utf-8"))
        for name, folder in folders
        if folder.is_dir()
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    ]
    return sorted(found, key=lambda file: (file.path.endswith("/triggers.sql"), file.path))


def _function_file(path: str, text: str) -> FunctionFile:
    match = _REVISION.match(text)
    if match is None:
        raise ValueError(f"{path} does not begin with a line “-- revision: 1”")
    revision = int(match["revision"])
    if revision > 1 and not _OLDEST_PROGRAM.search(text):
        raise ValueError(
            f"{path} does not name the oldest program that may call it: “-- oldest program: 0008”"
        )
    return FunctionFile(path, revision, text)
