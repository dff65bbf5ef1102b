"""Base of all settings: one prefix, one order of sources, no unknown names.

The environment overrides the settings file, which overrides the defaults. Every variable starts with
``DAYBREAK_``. A variable with the suffix ``_FILE`` names a file with the value, as for secrets. The settings
file is TOML: ``daybreak.toml`` in ``DAYBREAK_HOME``, or the file named by ``DAYBREAK_CONFIG``. A group with a
prefix is a table in it. A slice declares its group in its module ``settings``, as a subclass of
`SettingsGroup` with a prefix. A test compares the groups with ``docs/settings.md``.
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
from daybreak.validation import describe_invalid

PREFIX = "DAYBREAK_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"


def default_home() -> Path:
    """Return the default of ``DAYBREAK_HOME``, the folder for all data.

    For root it is /var/lib: the embedded server's unprivileged user cannot enter root's home.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/daybreak")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "daybreak"


class SettingsGroup(BaseSettings):
    """A group of settings with one prefix, read from the environment and the file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    @classmethod
    def load(cls) -> Self:
        """Load the group from the environment and the settings file.

        Raises:
            Misconfigured: a value is malformed, or a file cannot be read.
        """
        try:
            return cls(**_read_secret_files(cls))
        except ValidationError as error:
            first = error.errors()[0]
            name = f"{env_prefix(cls)}{'_'.join(map(str, first['loc']))}".upper()
            raise Misconfigured(f"{name} {describe_invalid(first)}; see docs/settings.md.") from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources in order of precedence."""
        return (
            init_settings,
            env_settings,
            InitSettingsSource(settings_cls, _group_values(cls, _load_config())),
        )


class Settings(SettingsGroup):
    """Settings that are common to all parts of Daybreak."""

    home: Path = Field(default_factory=default_home, description="Folder for all data.")
    database_url: SecretStr | None = Field(
        default=None,
        description="URL of PostgreSQL ≥ 15 for the role daybreak_app. Unset: the embedded server.",
    )
    database_owner_url: SecretStr | None = Field(
        default=None,
        description="URL of the same database for the role daybreak_owner, used for migrations only.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning",
        description="Minimum level of log lines on standard error, JSON unless it is a terminal. Commands "
        "that end by themselves log errors only, unless it is set.",
    )

    @property
    def command_log_level(self) -> str:
        """The log level of a command that a user waits for: its own messages are enough."""
        return self.log_level if "log_level" in self.model_fields_set else "error"


@cache
def settings() -> Settings:
    """Return the settings of this process, read once; unknown names are rejected in both sources."""
    reject_unknown()
    return Settings.load()


def reject_unknown() -> None:
    """Reject names that no group declares, which are most likely typing errors.

    Raises:
        Misconfigured: the environment or the settings file contains an unknown name.
    """
    known = {CONFIG_VARIABLE} | {name for group in groups() for name in env_variables(group)}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name.removesuffix("_FILE") not in known:
            raise Misconfigured(f"{name} is not a setting of Daybreak; see docs/settings.md.")
    fields = {
        (*toml_table(group), name): field for group in groups() for name, field in group.model_fields.items()
    }
    paths = {path for path, field in fields.items() if get_origin(field.annotation) is not dict}
    mappings = fields.keys() - paths
    for path in _toml_leaves(_load_config()):
        if path not in paths and path[:-1] not in mappings:
            shown = ".".join(path)
            raise Misconfigured(f"{_config_path()}: “{shown}” is not a setting; see docs/settings.md.")


def groups() -> Iterator[type[SettingsGroup]]:
    """Yield the settings groups of all slices; imports the modules that declare them."""
    for slice_ in sorted(files("daybreak").iterdir(), key=lambda entry: entry.name):
        if slice_.joinpath("settings.py").is_file():
            import_module(f"daybreak.{slice_.name}.settings")
    pending: list[type[SettingsGroup]] = SettingsGroup.__subclasses__()
    while pending:
        group = pending.pop()
        pending.extend(group.__subclasses__())
        yield group


def env_prefix(group: type[SettingsGroup]) -> str:
    """Return the prefix of a group's environment variables."""
    return str(group.model_config.get("env_prefix", PREFIX))


def env_variables(group: type[SettingsGroup]) -> Iterator[str]:
    """Yield the names of a group's environment variables."""
    for field in group.model_fields:
        yield f"{env_prefix(group)}{field}".upper()


def toml_table(group: type[SettingsGroup]) -> tuple[str, ...]:
    """Return the path of a group's table in the settings file; empty for names at the top level."""
    name = env_prefix(group).removeprefix(PREFIX).removesuffix("_").lower()
    return (name,) if name else ()


def _read_secret_files(group: type[SettingsGroup]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, variable in zip(group.model_fields, env_variables(group), strict=True):
        path = os.environ.get(f"{variable}_FILE")
        if path and not os.environ.get(variable):
            values[field] = _read_text(Path(path), f"{variable}_FILE").strip()
    return values


def _config_path() -> Path:
    home = os.environ.get(f"{PREFIX}HOME")
    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else (Path(home) if home else default_home()) / "daybreak.toml"


def _load_config() -> dict[str, Any]:
    """Load the settings file; empty if the default file does not exist."""
    path = _config_path()
    if not os.environ.get(CONFIG_VARIABLE) and not _path_exists(path):
        return {}
    try:
        return tomllib.loads(_read_text(path, CONFIG_VARIABLE))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path} is not valid TOML: {error}; see docs/settings.md.") from None


def _path_exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _read_text(path: Path, variable: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise Misconfigured(f"{variable}: {path} cannot be read ({reason}).") from None


def _group_values(group: type[SettingsGroup], config: dict[str, Any]) -> dict[str, Any]:
    for name in toml_table(group):
        config = config.get(name, {})
    return {key: value for key, value in config.items() if key in group.model_fields}


def _toml_leaves(config: dict[str, Any], *parents: str) -> Iterator[tuple[str, ...]]:
    for key, value in config.items():
        if isinstance(value, dict):
            yield from _toml_leaves(value, *parents, key)
        else:
            yield (*parents, key)
