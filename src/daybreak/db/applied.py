"""The files that have been applied to a database, compared with those that this version ships."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from daybreak.db.sql_files import FunctionFile, Migration
from daybreak.errors import Misconfigured, Outdated

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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedFiles:
    """The applied list of a database.

    Attributes:
        migrations: checksums by number.
        functions: function files by path.
        oldest_program: the oldest program that may run; None if no program has declared it.
    """

    migrations: Mapping[int, str]
    functions: Mapping[str, AppliedFunctions]
    oldest_program: int | None


def due_files(
    migrations: Sequence[Migration], functions: Sequence[FunctionFile], applied: AppliedFiles
) -> list[Migration | FunctionFile]:
    """Return the shipped files to apply: none to a newer database on which this program may run.

    Raises:
        Misconfigured: the database was created before the baseline, or an applied file was edited.
        Outdated: the database belongs to a newer Daybreak that excludes this program.
    """
    _reject_edited(migrations, applied.migrations)
    program, newer = migrations[-1].number, _describe_newer(migrations, functions, applied)
    if applied.oldest_program is not None and applied.oldest_program > program:
        raise Outdated(f"{newer or f'Migration {program:04} is the newest of this version'}: {_NEWER}")
    if newer and applied.oldest_program is None:
        raise Outdated(f"{newer}: {_NEWER}")
    if newer:
        return []
    return [
        *(migration for migration in migrations if migration.number not in applied.migrations),
        *(file for file in functions if _is_changed(file, applied.functions.get(file.path))),
    ]


def _reject_edited(migrations: Sequence[Migration], applied: Mapping[int, str]) -> None:
    for migration in migrations:
        if applied.get(migration.number) in (None, migration.sha256):
            continue
        # The first file has not changed since the baseline.
        if migration.number == 1:
            raise Misconfigured(_BEFORE_THE_BASELINE)
        raise Misconfigured(
            f"Migration {migration.label} was edited after it had been applied; "
            "restore the file as it was shipped."
        )


def _describe_newer(
    migrations: Sequence[Migration], functions: Sequence[FunctionFile], applied: AppliedFiles
) -> str | None:
    """Return what the database has that this version does not ship.

    A pending migration may still remove function files.
    """
    if unknown := sorted(applied.migrations.keys() - {one.number for one in migrations}):
        return f"Migration {unknown[-1]:04} is unknown to this version"
    if any(one.number not in applied.migrations for one in migrations):
        return None
    if missing := sorted(applied.functions.keys() - {file.path for file in functions}):
        return f"The function file {missing[0]} is unknown to this version"
    for file in functions:
        before = applied.functions.get(file.path)
        if before is not None and before.revision > file.revision:
            return (
                f"The database has revision {before.revision} of {file.path}, "
                f"this version ships revision {file.revision}"
            )
    return None


def _is_changed(file: FunctionFile, before: AppliedFunctions | None) -> bool:
    return before is None or before.sha256 != file.sha256
