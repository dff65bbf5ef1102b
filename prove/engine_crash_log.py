"""A log that survives kills: lines in files."""

import os
from pathlib import Path


def append_line(folder: Path, name: str, line: str) -> None:
    """Append a line in one system call, so that it is complete or absent."""
    file = os.open(folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(file, f"{line}\n".encode())
    os.close(file)


def read_lines(folder: Path, name: str) -> list[str]:
    """Return the lines of the file with this name."""
    file = folder / name
    return file.read_text().splitlines() if file.exists() else []
