"""Templates: the kit's own and those of each slice, one environment for all."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
)

from daybreak.web.static import StaticFiles

FOLDER = Path(__file__).parent / "templates"


def environment(packages: Iterable[str], static: StaticFiles) -> Environment:
    """The environment of a site.

    Args:
        packages: the slices that have templates; ``daybreak.account`` has them as ``account/….html``.
        static: what ``static("app.css")`` gives the addresses of.
    """
    slices: dict[str, BaseLoader] = {name.rpartition(".")[2]: PackageLoader(name) for name in packages}
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(FOLDER), PrefixLoader(slices)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static.address
    made.filters["day"] = _day
    return made


def _day(day: date) -> str:
    """A date as people write it: Sunday 29 March 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"
