"""The Jinja environment with the templates of the web and of each slice."""

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

from daybreak.web.pages.static_files import StaticFiles

TEMPLATE_FOLDER = Path(__file__).parent.parent / "templates"


def make_environment(packages: Iterable[str], static: StaticFiles) -> Environment:
    """Create the environment.

    Args:
        packages: the slices with templates; those of ``daybreak.account`` are ``account/….html``.
        static: the static files whose addresses ``static("app.css")`` returns.
    """
    slices: dict[str, BaseLoader] = {name.rpartition(".")[2]: PackageLoader(name) for name in packages}
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATE_FOLDER), PrefixLoader(slices)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static.url
    environment.filters["long_date"] = _format_date
    environment.filters["short_date"] = _format_short_date
    environment.filters["instant"] = _format_instant
    return environment


def _format_date(value: date) -> str:
    """Format a date like “Sunday 29 March 2026”."""
    return f"{value:%A} {value.day} {value:%B %Y}"


def _format_short_date(value: date) -> str:
    """Format a date like “29 Mar 2026”."""
    return f"{value.day} {value:%b %Y}"


def _format_instant(instant: datetime, tz: tzinfo) -> Markup:
    """Format an instant in a time zone like “29 Mar 2026, 08:30”, with the whole instant on hover."""
    local = instant.astimezone(tz)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{instant:%Y-%m-%dT%H:%M:%SZ}",
        f"{local:%A} {local.day} {local:%B %Y, %H:%M:%S %Z}",
        f"{local.day} {local:%b %Y, %H:%M}",
    )
