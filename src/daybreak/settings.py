"""The base of all settings: one prefix, one order, no unknown names.

Environment over file over default. Every variable starts with ``DAYBREAK_``; its value may come from a file
named by the same variable with ``_FILE`` behind it, as secrets do. The file is TOML: ``daybreak.toml`` in
``DAYBREAK_HOME``, or the one that ``DAYBREAK_CONFIG`` names; a group with a prefix of its own is a table in
it. ``docs/settings.md`` lists them all, and a test holds it to that. A slice declares its own group as a
subclass of `Group` with its own prefix, in its module ``settings``.
"""

import os
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self, get_origin

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from daybreak.errors import Misconfigured

PREFIX = "DAYBREAK_"
CONFIG = f"{PREFIX}CONFIG"


def default_home() -> Path:
    """Where data lives unless ``DAYBREAK_HOME`` says otherwise.

    Root's own home is closed to the unprivileged user that the embedded server runs as, hence /var/lib.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/daybreak")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "daybreak"


class Group(BaseSettings):
    """A group of settings with one prefix, read from the environment and the file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    @classmethod
    def load(cls) -> Self:
        """The group as the environment and the file have it.

        Raises:
            Misconfigured: a value is malformed, or a file cannot be read.
        """
        try:
            return cls(**_values_from_files(cls))
        except ValidationError as error:
            first = error.errors()[0]
            name = f"{prefix(cls)}{'_'.join(map(str, first['loc']))}".upper()
            raise Misconfigured(f"{name}: {first['msg']}; see docs/settings.md.") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order in which values are looked for."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, _values(cls, _config()))


class Settings(Group):
    """What every part of Daybreak reads."""

    home: Path = Field(default_factory=default_home, description="Folder for everything Daybreak keeps.")
    database_url: SecretStr | None = Field(
        default=None,
        description="PostgreSQL ≥ 15 as the role daybreak_app; the embedded server is used when it is unset.",
    )
    database_owner_url: SecretStr | None = Field(
        default=None,
        description="The same database as the role daybreak_owner; only migrations need it.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="error", description="The least serious log line that is written (JSON, on stderr)."
    )


@cache
def settings() -> Settings:
    """The settings of this process, read once; unknown names are refused, in the environment and the file."""
    refuse_unknown()
    return Settings.load()


def refuse_unknown() -> None:
    """Refuse a name that no group declares: it is most likely a typing error.

    Raises:
        Misconfigured: there is such a variable, or such a name in the file.
    """
    known = {CONFIG} | {name for group in groups() for name in variables(group)}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.removesuffix("_FILE") not in known:
            raise Misconfigured(f"{name} is not a setting of Daybreak; see docs/settings.md.")
    fields = {
        (*table(group), name): field for group in groups() for name, field in group.model_fields.items()
    }
    places = {place for place, field in fields.items() if get_origin(field.annotation) is not dict}
    mappings = fields.keys() - places
    for place in _leaves(_config()):
        if place not in places and place[:-1] not in mappings:
            shown = ".".join(place)
            raise Misconfigured(f"{_config_path()}: “{shown}” is not a setting; see docs/settings.md.")


def groups() -> Iterator[type[Group]]:
    """Every group of every slice, whether its module has been imported or not."""
    for slice_ in sorted(files("daybreak").iterdir(), key=lambda entry: entry.name):
        if slice_.joinpath("settings.py").is_file():
            import_module(f"daybreak.{slice_.name}.settings")
    pending: list[type[Group]] = Group.__subclasses__()
    while pending:
        group = pending.pop()
        pending.extend(group.__subclasses__())
        yield group


def prefix(group: type[Group]) -> str:
    """What the names of a group's variables begin with."""
    return str(group.model_config.get("env_prefix", PREFIX))


def variables(group: type[Group]) -> Iterator[str]:
    """The names of the environment variables that a group reads."""
    for field in group.model_fields:
        yield f"{prefix(group)}{field}".upper()


def table(group: type[Group]) -> tuple[str, ...]:
    """The name of a group's table in the file; empty when its names stand at the top."""
    name = prefix(group).removeprefix(PREFIX).removesuffix("_").lower()
    return (name,) if name else ()


def _values_from_files(group: type[Group]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, variable in zip(group.model_fields, variables(group), strict=True):
        path = os.environ.get(f"{variable}_FILE")
        if path and not os.environ.get(variable):
            values[field] = _read(Path(path), f"{variable}_FILE").strip()
    return values


def _config_path() -> Path:
    home = os.environ.get(f"{PREFIX}HOME")
    named = os.environ.get(CONFIG)
    return Path(named) if named else (Path(home) if home else default_home()) / "daybreak.toml"


def _config() -> dict[str, Any]:
    """The settings file; nothing when there is none and none was asked for."""
    path = _config_path()
    if not os.environ.get(CONFIG) and not _is_there(path):
        return {}
    try:
        return tomllib.loads(_read(path, CONFIG))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path} is not TOML: {error}; see docs/settings.md.") from None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _read(path: Path, named_by: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise Misconfigured(f"{named_by}: {path} cannot be read ({reason}).") from None


def _values(group: type[Group], config: dict[str, Any]) -> dict[str, Any]:
    for name in table(group):
        config = config.get(name, {})
    return {key: value for key, value in config.items() if key in group.model_fields}


def _leaves(config: dict[str, Any], *above: str) -> Iterator[tuple[str, ...]]:
    for key, value in config.items():
        if isinstance(value, dict):
            yield from _leaves(value, *above, key)
        else:
            yield (*above, key)
