"""Breaking lines by the columns that a terminal or a mail reader gives to each character."""

from rich.cells import cell_len, chop_cells

WIDTH = 78


def wrapped(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> list[str]:
    """The lines of ``text``, none wider than ``width`` columns.

    The first begins with ``first``, the others with ``rest`` (as many spaces as ``first`` is wide, if not
    given). A word that is wider than a line is cut.
    """
    if rest is None:
        rest = " " * cell_len(first)
    if cell_len(text) + cell_len(first) <= width:
        return [first + text]
    lines: list[str] = []
    line, room = "", width - cell_len(first)
    for word in _words(text, min(room, width - cell_len(rest))):
        if line and cell_len(line) + 1 + cell_len(word) > room:
            lines.append(line)
            line, room = word, width - cell_len(rest)
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    return [first + lines[0], *(rest + later for later in lines[1:])]


def _words(text: str, widest: int) -> list[str]:
    return [
        part
        for word in text.split(" ")
        for part in (chop_cells(word, widest) if cell_len(word) > widest else [word])
    ]
