"""Ids that file formats assign: whether an id is ever used for a second item."""

import re

_UUID = re.compile(r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?", re.IGNORECASE | re.ASCII)
_ISSUE_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,20}-[0-9]{1,9}", re.ASCII)
_MIN_PERMANENT_LENGTH = 16
_FILE_SEPARATOR = "#"


def is_permanent(native_id: str) -> bool:
    """Return whether the id is never used again: a UUID, an issue key, the UID of a calendar, a long id.

    Short ids, such as those of topydo, are used again once they are free.
    """
    if _FILE_SEPARATOR in native_id:
        return False
    if _UUID.fullmatch(native_id) or _ISSUE_KEY.fullmatch(native_id):
        return True
    return "@" in native_id or (len(native_id) >= _MIN_PERMANENT_LENGTH and " " not in native_id)


def strip_file(native_id: str) -> str:
    """Return an id that is only unique within its file without the path of that file."""
    return native_id.rpartition(_FILE_SEPARATOR)[2]
