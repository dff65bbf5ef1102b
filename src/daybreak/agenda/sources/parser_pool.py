"""Parsing of files in child processes, so that a hostile file costs a warning and nothing else."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from time import monotonic

from daybreak import clock
from daybreak.agenda.parsed import Harvest, ImportContext, ReadWarning, SourceFile
from daybreak.agenda.rows import FileHarvest
from daybreak.intake import BoundedPool, Failed, FoundFile, IntakeSettings, Refused, read, walk

Progress = Callable[[str], None]
"""Called with the path of each processed file."""

_Request = tuple[SourceFile, ImportContext]
_HEAD = 4096
_TOO_LONG = "could not be read within {:.0f} s (DAYBREAK_INTAKE_FOLDER_SECONDS), so the rest was skipped."
_FILES_FOR_A_SECOND_PROCESS = 200


@dataclass(slots=True)
class Reading:
    """The contents of a source.

    Attributes:
        files: the parsed files in the order of their paths.
        unreadable: the files and folders that could not be read; their earlier items remain the best known.
        ignored: paths of files that no importer reads, such as pictures.
    """

    harvests: list[FileHarvest] = field(default_factory=list)
    unread: list[ReadWarning] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def wants(self, path: str, head: bytes) -> bool:
        """Return whether an importer reads such a file, and record the path otherwise."""
        from daybreak.agenda.importers import recognise  # noqa: PLC0415 - only reading needs the importers

        wanted = recognise(PurePosixPath(path), head) is not None
        if not wanted:
            self.ignored.append(path)
        return wanted


def read_folder(
    root: Path, context: ImportContext, limits: IntakeSettings, progress: Progress | None = None
) -> Reading:
    """Parse every file below a folder, or one file.

    Raises:
        InvalidInput: ``root`` does not exist or cannot be read.
    """
    reading = Reading()
    finds = list(walk(root, limits, reading.wants))
    processes = 1 if len(finds) < _FILES_FOR_A_SECOND_PROCESS else 2
    requests = _requests(finds, context, limits, reading)
    _read_all(reading, requests, limits, progress, processes)
    return reading


def read_calendar(name: str, content: bytes, context: ImportContext, limits: IntakeSettings) -> Reading:
    """Parse the response of an .ics URL; ``name`` appears in source refs and warnings."""
    reading = Reading()
    _read_all(reading, [(SourceFile(name, content, clock.now()), context)], limits)
    return reading


def read_files(files: Iterable[SourceFile], context: ImportContext, limits: IntakeSettings) -> Reading:
    """Parse the files of an upload; the result lists those that no importer reads."""
    reading = Reading()
    wanted = [file for file in files if reading.wants(file.path, file.content[:_HEAD])]
    _read_all(reading, [(file, context) for file in wanted], limits)
    return reading


def _read_all(
    reading: Reading,
    requests: Iterable[_Request],
    limits: IntakeSettings,
    progress: Progress | None = None,
    processes: int = 1,
) -> None:
    pool: BoundedPool[_Request, Harvest | None] = BoundedPool(
        f"{__name__}:harvest", limits, processes=processes
    )
    deadline = monotonic() + limits.folder_seconds
    with pool:
        for result in pool.map((file, (file, context)) for file, context in requests):
            file = result.key
            if isinstance(result, Failed):
                reading.unread.append(ReadWarning(path=file.path, message=result.message))
            elif result.value is None:
                reading.ignored.append(file.path)
            else:
                reading.harvests.append(FileHarvest(file.path, file.modified_at, result.value))
            if progress:
                progress(file.path)
            if monotonic() > deadline:
                reading.unread.append(ReadWarning(path=".", message=_TOO_LONG.format(limits.folder_seconds)))
                return


def harvest(request: _Request) -> Harvest | None:
    """Parse one file in a child process; return None if no importer reads such files."""
    from daybreak.agenda.importers import recognise  # noqa: PLC0415 - only the children need the parsers

    file, context = request
    importer = recognise(PurePosixPath(file.path), file.content[:_HEAD])
    return importer.read(file, context) if importer else None


def _requests(
    finds: Iterable[FoundFile | Refused], context: ImportContext, limits: IntakeSettings, reading: Reading
) -> Iterator[_Request]:
    for found in finds:
        content = found if isinstance(found, Refused) else read(found, limits)
        if isinstance(content, Refused):
            reading.unread.append(ReadWarning(path=content.path, message=content.message))
        elif isinstance(found, FoundFile):
            yield SourceFile(found.path, content, found.modified_at), context
