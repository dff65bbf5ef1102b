"""The limits on input from outside. Every message about a limit names its setting."""

import os
from pathlib import Path
from typing import Annotated

import orjson
from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from daybreak.settings import PREFIX, SettingsGroup

_MIB = 1024 * 1024


def _split_paths(value: object) -> object:
    """Return the paths of a text, which is a JSON list or has the separator of PATH."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise ValueError("must be a JSON list of folders") from None
    return [part for part in value.split(os.pathsep) if part]


def _require_absolute(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    try:
        expanded = tuple(path.expanduser() for path in paths)
    except RuntimeError:
        raise ValueError("must have the names of existing users after “~”") from None
    if not all(path.is_absolute() for path in expanded):
        raise ValueError("must have absolute paths, such as /srv/plans")
    return expanded


FolderList = Annotated[
    tuple[Path, ...], NoDecode, BeforeValidator(_split_paths), AfterValidator(_require_absolute)
]


class IntakeSettings(SettingsGroup):
    """The limits on folders, files, readers and addresses, and the keys for stored secrets."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}INTAKE_")

    max_file_size: ByteSize = Field(
        default=ByteSize(32 * _MIB),
        gt=0,
        description="Size of a file; a larger one is skipped with a warning.",
    )
    max_files: int = Field(
        default=20_000,
        gt=0,
        description="Files of one folder or upload; the rest of a folder is skipped with a warning.",
    )
    max_total_size: ByteSize = Field(
        default=ByteSize(512 * _MIB), gt=0, description="Total size of the files read from one folder."
    )
    max_depth: int = Field(default=32, ge=1, description="Levels of subfolders that are read.")
    read_seconds: float = Field(
        default=30.0, gt=0, description="Seconds for reading one file; after that it is skipped."
    )
    folder_seconds: float = Field(
        default=600.0, gt=0, description="Seconds for reading one folder; after that the rest is skipped."
    )
    max_read_memory: ByteSize = Field(
        default=ByteSize(1024 * _MIB),
        ge=128 * _MIB,
        description="Address space of the process that reads files, on platforms that can limit it.",
    )
    fetch_seconds: float = Field(
        default=20.0, gt=0, description="Seconds for fetching one address, redirects included."
    )
    max_fetch_size: ByteSize = Field(
        default=ByteSize(16 * _MIB),
        gt=0,
        description="Size of the response of an address; a larger one is rejected.",
    )
    max_upload_size: ByteSize = Field(
        default=ByteSize(32 * _MIB), gt=0, description="Total size of one upload, before and after unpacking."
    )
    allow_private_addresses: bool = Field(
        default=False,
        description="Fetch from loopback and private networks too, and from any port. "
        "Leave it off if other users can add addresses.",
    )
    allow_confirmed_addresses: bool = Field(
        default=False,
        description="Fetch from the private addresses that an administrator confirmed on a page of "
        "“daybreak up”, which turns this on. Leave it off on any other server.",
    )
    folders: FolderList = Field(
        default=(),
        description="Folders of this computer, separated by “:” or as a JSON list; administrators can add "
        "them and their subfolders as sources in the web. Under “daybreak up” the default is the home folder "
        "of the user who started it; “[]” allows none.",
    )
    max_watched_folders: int = Field(
        default=4000,
        ge=0,
        description="Folders, subfolders included, that are watched for changes on a machine; sources "
        "beyond it are checked every 15 minutes. 0 watches none.",
    )
    encryption_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys, separated by commas, for secrets at rest; the first one encrypts, all of "
        "them decrypt. Unset: a key file in DAYBREAK_HOME, made on first use.",
    )
