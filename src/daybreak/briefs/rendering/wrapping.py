"""Line breaks by the display columns of each character."""

from rich.cells import cell_len, chop_cells

WIDTH = 110


def wrap(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> list[str]:
    """Wrap ``text`` to lines of at most ``width`` columns.

    The first line begins with ``first``, the others with ``rest``, by default as many spaces as ``first`` is
    wide. A word that is wider than a line is split.
    """
    if rest is None:
        rest = " " * cell_len(first)
    if cell_len(text) + cell_len(first) <= width:
        return [first + text]
    lines: list[str] = []
    line, room = "", width - cell_len(first)
    for word in _split_words(text, min(room, width - cell_len(rest))):
        if line and cell_len(line) + 1 + cell_len(word) > room:
            lines.append(line)
            line, room = word, width - cell_len(rest)
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    return [first + lines[0], *(rest + later for later in lines[1:])]


def _split_words(text: str, widest: int) -> list[str]:
    return [
        part
        for word in text.split(" ")
        for part in (chop_cells(word, widest) if cell_len(word) > widest else [word])
    ]
