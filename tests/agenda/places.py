"""The place that a source reference names in a folder, as a person with an editor finds it."""

import json
import re
from collections.abc import Mapping

_WORD = re.compile(r"\w+")


def read_lines(content: bytes) -> list[str]:
    """Return the lines of a file as an editor numbers them: they end with CR LF, LF or CR."""
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    return re.split(r"\r\n|\n|\r", text)


def find_words(title: str, source_ref: str, files: Mapping[str, bytes], file: str | None = None) -> bool:
    """Return whether the cited line, or the entry that begins there, has the words of the title.

    A calendar entry is cited by its UID, which its file contains. A title that no line has is that of a file.
    """
    if file and file.endswith(".ics"):
        return source_ref in _unfold(files[file])
    path, _, number = source_ref.rpartition(":")
    if file not in {None, path} or not number.isdigit():
        return source_ref in files
    return has_words(_entry_at(path, read_lines(files[path]), int(number)), title) or (
        number == "1" and has_words(path, title)
    )


def has_words(text: str, title: str) -> bool:
    """Return whether a text has the words of a title in their order; a long title ends in “…”."""
    found = iter(_WORD.findall(text))
    return all(word in found for word in _WORD.findall(title.removesuffix("…")))


def _unfold(content: bytes) -> str:
    return re.sub(r"\r?\n[ \t]", "", content.decode())


def _entry_at(path: str, lines: list[str], number: int) -> str:
    rest = lines[number - 1 :]
    if path.endswith(".json"):
        text = "\n".join(rest)
        return "\n".join(map(_text_of, _objects_of(text, lines[number - 1].count("{"))))
    if not path.endswith((".csv", ".tsv")):
        return rest[0]
    for count in range(1, len(rest) + 1):
        if "\n".join(rest[:count]).count('"') % 2 == 0:
            return "\n".join(rest[:count])
    return rest[0]


def _objects_of(text: str, count: int) -> list[dict]:
    """Return the objects that begin in the first line."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while len(found) < count and (at := text.find("{", at)) >= 0:
        entry, at = decoder.raw_decode(text, at)
        found.append(entry)
    return found


def _text_of(entry: dict) -> str:
    return json.dumps(entry, ensure_ascii=False).replace("\\n", " ")
