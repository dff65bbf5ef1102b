"""Templates: the kit's own and those of each slice, one environment for all."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
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
from markupsafe import Markup

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
    made.filters["moment"] = _moment
    return made


def _day(day: date) -> str:
    """A date as people write it: Sunday 29 March 2026."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def _moment(instant: datetime, tz: tzinfo) -> Markup:
    """An instant as it is on somebody's wall, to the minute; the exact one is there for programs."""
    local = instant.astimezone(tz)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{instant:%Y-%m-%dT%H:%M:%SZ}",
        f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z}",
        f"{local:%Y-%m-%d %H:%M}",
    )
