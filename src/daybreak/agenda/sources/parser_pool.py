"""Parsing of files in child processes, so that a hostile file costs a warning and nothing else."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from time import monotonic

from daybreak import clock
from daybreak.agenda.parsed import ImportContext, ParsedFile, ReadWarning, SourceFile
from daybreak.agenda.rows import ParsedSourceFile
from daybreak.agenda.sources.ignored_files import (
    find_conflict_copies,
    find_templates,
    is_below,
    split_templates,
    warn_about_conflict_copies,
)
from daybreak.agenda.sources.vdir import (
    CollectionProperties,
    find_collection_properties,
    name_collections,
)
from daybreak.intake import (
    BoundedPool,
    BudgetExceeded,
    FolderAccess,
    FoundFile,
    InputFailed,
    IntakeBudget,
    IntakeSettings,
    RejectedFile,
    read_file,
    walk_folder,
)

ProgressCallback = Callable[[str], None]
"""Called with the path of each processed file."""

_ParseRequest = tuple[SourceFile, ImportContext]
_HEAD_BYTES = 4096
_CALENDAR_FORMAT = "icalendar"
_TIME_LIMIT_MESSAGE = (
    "could not be read within {:.0f} s (DAYBREAK_INTAKE_FOLDER_SECONDS), so the rest was skipped."
)
_MIN_FILES_FOR_TWO_PROCESSES = 200
_NO_LIMITS = FolderAccess()


@dataclass(slots=True)
class SourceContents:
    """The contents of a source.

    Attributes:
        files: the parsed files in the order of their paths.
        unreadable: the files and folders that could not be read; their earlier items remain the best known.
        ignored: paths of files that are not read, such as pictures, templates and conflict copies.
        ignored_damage: paths of those that no importer reads, with the damage that may explain it, or None.
        notices: warnings that concern no file that was read.
        collections: the names of folders with one calendar file per entry.
    """

    files: list[ParsedSourceFile] = field(default_factory=list)
    unreadable: list[ReadWarning] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    ignored_damage: dict[str, str | None] = field(default_factory=dict)
    notices: list[ReadWarning] = field(default_factory=list)
    collections: CollectionProperties = field(default_factory=CollectionProperties)

    def accepts(self, path: str, head: bytes) -> bool:
        """Return whether an importer reads such a file, and record the path otherwise."""
        from daybreak.agenda.importers import find_damage, find_importer  # noqa: PLC0415 - only reading needs them

        is_accepted = find_importer(PurePosixPath(path), head) is not None
        if not is_accepted:
            self.ignored.append(path)
            self.ignored_damage[path] = find_damage(head)
            self.collections.add(path, head)
        return is_accepted

    def apply_collections(self, root_name: str | None = None) -> None:
        """Name the lists of folders with one calendar file per entry; the files with their names are read."""
        used = find_collection_properties(self.files, self.collections.paths)
        self.ignored = [path for path in self.ignored if path not in used]
        self.ignored_damage = {
            path: damage for path, damage in self.ignored_damage.items() if path not in used
        }
        self.files = name_collections(self.files, self.collections, root_name)

    def reject_conflict_copies(self, paths: Sequence[str]) -> Collection[str]:
        """Return the conflict copies among these files, and record them."""
        originals = find_conflict_copies(paths)
        self.ignored += originals
        self.notices += warn_about_conflict_copies(originals)
        return originals


def read_folder(
    root: Path,
    context: ImportContext,
    limits: IntakeSettings,
    progress: ProgressCallback | None = None,
    access: FolderAccess = _NO_LIMITS,
) -> SourceContents:
    """Parse every file below a folder, or one file.

    Raises:
        InvalidInput: ``root`` does not exist, or may not or cannot be read.
    """
    contents = SourceContents()
    found_files = list(_select_files(list(walk_folder(root, limits, contents.accepts, access)), contents))
    processes = 1 if len(found_files) < _MIN_FILES_FOR_TWO_PROCESSES else 2
    requests = _parse_requests(found_files, context, limits, contents)
    _parse_all(contents, requests, limits, progress, processes)
    contents.apply_collections(root.resolve().name if root.is_dir() else None)
    return contents


def read_calendar(
    name: str, content: bytes, context: ImportContext, limits: IntakeSettings
) -> SourceContents:
    """Parse the response of an .ics URL; ``name`` appears in source refs and warnings."""
    contents = SourceContents()
    _parse_all(contents, [(SourceFile(name, content, clock.now()), context)], limits)
    return contents


def is_calendar(content: bytes) -> bool:
    """Return whether the response of an .ics URL is one that `read_calendar` parses."""
    from daybreak.agenda.importers import starts_with_calendar  # noqa: PLC0415 - only reading needs the importers

    return starts_with_calendar(content[:_HEAD_BYTES])


def read_files(files: Iterable[SourceFile], context: ImportContext, limits: IntakeSettings) -> SourceContents:
    """Parse the files of an upload; the result lists those that no importer reads."""
    contents = SourceContents()
    accepted = [file for file in files if contents.accepts(file.path, file.content[:_HEAD_BYTES])]
    copies = contents.reject_conflict_copies([file.path for file in accepted])
    _parse_all(contents, [(file, context) for file in accepted if file.path not in copies], limits)
    contents.apply_collections()
    return contents


def _select_files(
    found_files: Sequence[FoundFile | RejectedFile], contents: SourceContents
) -> Iterator[FoundFile | RejectedFile]:
    """Yield the files that are neither conflict copies nor in a folder for templates."""
    copies = contents.reject_conflict_copies([one.path for one in found_files if isinstance(one, FoundFile)])
    folders = find_templates(found_files)
    for one in found_files:
        if isinstance(one, FoundFile) and is_below(one.parts, folders):
            contents.ignored.append(one.path)
        elif one.path not in copies:
            yield one


def _parse_all(
    contents: SourceContents,
    requests: Iterable[_ParseRequest],
    limits: IntakeSettings,
    progress: ProgressCallback | None = None,
    processes: int = 1,
) -> None:
    pool: BoundedPool[_ParseRequest, ParsedFile | None] = BoundedPool(
        f"{__name__}:parse_file", limits, processes=processes
    )
    deadline = monotonic() + limits.folder_seconds
    with pool:
        for result in pool.map((file, (file, context)) for file, context in requests):
            file = result.key
            if isinstance(result, InputFailed):
                contents.unreadable.append(ReadWarning(path=file.path, message=result.message))
            elif result.value is None:
                contents.ignored.append(file.path)
                contents.ignored_damage[file.path] = None
            else:
                contents.files.append(ParsedSourceFile(file.path, file.modified_at, result.value))
            if progress:
                progress(file.path)
            if monotonic() > deadline:
                contents.unreadable.append(
                    ReadWarning(path=".", message=_TIME_LIMIT_MESSAGE.format(limits.folder_seconds))
                )
                break
    contents.files, templates = split_templates(contents.files)
    contents.ignored += templates


def parse_file(request: _ParseRequest) -> ParsedFile | None:
    """Parse one file in a child process; return None if no importer reads such files."""
    from daybreak.agenda.importers import find_importer  # noqa: PLC0415 - only the children need the parsers

    file, context = request
    importer = find_importer(PurePosixPath(file.path), file.content[:_HEAD_BYTES])
    if importer is None:
        return None
    if importer.name != _CALENDAR_FORMAT:
        from daybreak.agenda.importers.templates import is_template  # noqa: PLC0415 - no calendar needs it

        if is_template(file):
            return ParsedFile(is_template=True)
    return importer.read(file, context)


def _parse_requests(
    found_files: Iterable[FoundFile | RejectedFile],
    context: ImportContext,
    limits: IntakeSettings,
    contents: SourceContents,
) -> Iterator[_ParseRequest]:
    budget = IntakeBudget.for_folder(limits)
    for found in found_files:
        content = found if isinstance(found, RejectedFile) else read_file(found, limits)
        if isinstance(content, RejectedFile):
            contents.unreadable.append(ReadWarning(path=content.path, message=content.message))
        elif isinstance(found, FoundFile):
            try:
                budget.spend(size=len(content), files=1)  # it may have grown since it was found
            except BudgetExceeded as error:
                message = f"contains {error.limit}, {budget.consequence}."
                contents.unreadable.append(ReadWarning(path=".", message=message))
                return
            yield SourceFile(found.path, content, found.modified_at), context
