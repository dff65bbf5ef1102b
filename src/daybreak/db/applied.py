"""The files that have been applied to a database, compared with those that this version ships."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daybreak.db.sql_files import FunctionFile, Migration
from daybreak.errors import Misconfigured

_NEWER = "the database belongs to a newer version of Daybreak; run that version."
_BEFORE_THE_BASELINE = (
    "The database was created by a development version of Daybreak and cannot be upgraded: "
    "run “daybreak db stop”, delete the folder postgresql in DAYBREAK_HOME and import again "
    "(on a server of your own, create the database again as docs/howto/postgresql.md shows)."
)


@dataclass(frozen=True, slots=True)
class AppliedFunctions:
    """A row of ``db_functions``: the state in which a function file was applied."""

    revision: int
    sha256: str


def due_migrations(shipped: Sequence[Migration], applied: Mapping[int, str]) -> list[Migration]:
    """Return the migrations that have not been applied; ``applied`` has checksums by number.

    Raises:
        Misconfigured: the database was created before the baseline or belongs to a newer Daybreak, or an
            applied file was edited.
    """
    known = {migration.number: migration for migration in shipped}
    # The first file has not changed since the baseline.
    if 1 in applied and 1 in known and known[1].sha256 != applied[1]:
        raise Misconfigured(_BEFORE_THE_BASELINE)
    if newer := sorted(applied.keys() - known.keys()):
        raise Misconfigured(f"Migration {newer[-1]:04} is unknown to this version: {_NEWER}")
    for number, sha256 in applied.items():
        if known[number].sha256 != sha256:
            raise Misconfigured(
                f"Migration {known[number].label} was edited after it had been applied; "
                "restore the file as it was shipped."
            )
    return [migration for migration in shipped if migration.number not in applied]


def due_functions(
    shipped: Sequence[FunctionFile], applied: Mapping[str, AppliedFunctions]
) -> list[FunctionFile]:
    """Return the function files that have changed since they were applied, or never were.

    Raises:
        Misconfigured: the database has a file or a revision of a newer Daybreak.
    """
    if unknown := sorted(applied.keys() - {file.path for file in shipped}):
        raise Misconfigured(f"The function file {unknown[0]} is unknown to this version: {_NEWER}")
    due = []
    for file in shipped:
        before = applied.get(file.path)
        if before is not None and before.revision > file.revision:
            raise Misconfigured(
                f"The database has revision {before.revision} of {file.path}, "
                f"this version ships revision {file.revision}: {_NEWER}"
            )
        if before is None or before.sha256 != file.sha256:
            due.append(file)
    return due
