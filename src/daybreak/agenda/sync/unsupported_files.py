"""Files of a source in formats that Daybreak does not read, in one warning that names them."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from daybreak.agenda.parsed import ReadWarning
from daybreak.intake import printable

_MAX_NAMES = 5
# Attachments and the files of programs hold no lists: they are counted, not named.
_COUNTED = {
    ("picture", "pictures"): (
        ".png .jpg .jpeg .gif .svg .webp .heic .heif .avif .bmp .tif .tiff .ico .psd .xcf .ai .eps .raw .cr2"
    ),
    ("recording", "recordings"): (
        ".mp3 .wav .m4a .aac .ogg .opus .flac .wma .aiff .mid .mp4 .m4v .mov .avi .mkv .webm .wmv .mpg .mpeg"
    ),
    ("file of a program", "files of programs"): (
        ".py .pyi .pyc .ipynb .js .mjs .cjs .ts .tsx .jsx .vue .css .scss .less .map .wasm .c .h .cc .cpp"
        " .hpp .rs .go .java .class .jar .kt .swift .m .rb .php .pl .lua .r .cs .fs .scala .clj .ex .exs .erl"
        " .hs .ml .sql .sh .bash .zsh .fish .bat .cmd .ps1 .exe .dll .so .dylib .a .o .lib .bin .dat .iso"
        " .img .dmg .apk .deb .rpm .woff .woff2 .ttf .otf .eot .lock .toml .ini .cfg .conf .env .log .sum"
        " .edn .canvas .base .excalidraw"
    ),
}
_PROGRAM = ("file of a program", "files of programs")
_PROGRAM_NAMES = frozenset(
    {
        *("package.json", "package-lock.json", "tsconfig.json", "jsconfig.json", "composer.json"),
        *(
            "manifest.json",
            "workspace.json",
            "settings.json",
            "data.json",
            "makefile",
            "dockerfile",
            "license",
        ),
    }
)
_KIND_OF = {suffix: kind for kind, suffixes in _COUNTED.items() for suffix in suffixes.split()}


def warn_about_unsupported_files(paths: Collection[str]) -> list[ReadWarning]:
    """Return one warning that names the files of a source that no importer reads, none if there are none.

    Pictures, recordings and the files of programs are counted only, and only beside files that are named.
    """
    kinds = Counter(map(_kind_of, paths))
    named = sorted(path for path in paths if _kind_of(path) is None)
    if not named:
        return []
    skipped, formats = "1 file was skipped", "its format"
    if len(named) > 1:
        skipped, formats = f"{len(named):,} files were skipped", "their formats"
    names = [f"“{printable(path)}”" for path in named[:_MAX_NAMES]]
    if len(named) > _MAX_NAMES:
        names.append(f"{len(named) - _MAX_NAMES:,} more")
    others = [f"{kinds[kind]:,} {kind[kinds[kind] > 1]}" for kind in _COUNTED if kinds[kind]]
    also = (
        f" So {'were' if sum(kinds.values()) > len(named) + 1 else 'was'} {_join(others)}." if others else ""
    )
    message = f"{skipped}, because Daybreak does not read {formats}: {_join(names)}.{also}"
    return [ReadWarning(path=".", message=message, count=len(named))]


def _kind_of(path: str) -> tuple[str, str] | None:
    name = PurePosixPath(path)
    return _PROGRAM if name.name.lower() in _PROGRAM_NAMES else _KIND_OF.get(name.suffix.lower())


def _join(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
