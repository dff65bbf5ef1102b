"""Named SQL statements from a `queries.sql` beside the code that runs them.

A statement starts with a line ``-- name: find_user``; the comment lines below it describe its result; the
rest is SQL with native ``$1`` parameters, up to the next name. ``tests/migrations`` prepares all of them.
"""

import re
from functools import cache
from importlib.resources import files

_HEADER = re.compile(r"^-- name: (?P<name>[a-z_]+)$", re.MULTILINE)


class Queries:
    """The statements of one package, each an attribute with its SQL."""

    def __init__(self, package: str, statements: dict[str, str]) -> None:
        self.package = package
        self.statements = statements

    def __getattr__(self, name: str) -> str:
        try:
            return self.statements[name]
        except KeyError:
            raise AttributeError(f"{self.package}/queries.sql has no statement named {name}") from None


@cache
def load(package: str) -> Queries:
    """Return the statements in the package's `queries.sql`.

    Raises:
        ValueError: two statements have the same name.
    """
    text = files(package).joinpath("queries.sql").read_text(encoding="utf-8")
    return Queries(package, _parse(text, package))


def _parse(text: str, package: str) -> dict[str, str]:
    statements: dict[str, str] = {}
    headers = list(_HEADER.finditer(text))
    ends = [header.start() for header in headers[1:]] + [len(text)]
    for header, end in zip(headers, ends, strict=True):
        name = header["name"]
        if name in statements:
            raise ValueError(f"{package}/queries.sql names two statements {name}")
        statements[name] = text[header.end() : end].strip()
    return statements
