"""Absence: whether an item that a reading did not find is gone from its source."""

from collections.abc import Collection
from pathlib import PurePosixPath


def is_unreadable(path: str, unreadable: Collection[str]) -> bool:
    """Return whether a file, or a folder above it, could not be read."""
    return (
        "." in unreadable
        or path in unreadable
        or any(str(up) in unreadable for up in PurePosixPath(path).parents)
    )
