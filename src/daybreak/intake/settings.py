"""How much of the outside is let in. Every message about a limit names the variable that moves it."""

from pydantic import ByteSize, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from daybreak.settings import PREFIX, Group

_MIB = 1024 * 1024


class IntakeSettings(Group):
    """The bounds on folders, files, readers and addresses, and the keys for what is kept secret."""

    model_config = SettingsConfigDict(env_prefix=f"{PREFIX}INTAKE_")

    max_file_size: ByteSize = Field(
        default=ByteSize(32 * _MIB), gt=0, description="A larger file is left out with a warning."
    )
    max_files: int = Field(default=20_000, gt=0, description="How many files of one folder are read.")
    max_total_size: ByteSize = Field(
        default=ByteSize(512 * _MIB), gt=0, description="How much of one folder is read in all."
    )
    max_depth: int = Field(default=32, ge=1, description="How many folders deep a folder is read.")
    read_seconds: float = Field(default=30.0, gt=0, description="Time in which one file must be read.")
    folder_seconds: float = Field(
        default=600.0, gt=0, description="Time after which the rest of a folder is left out."
    )
    read_memory: ByteSize = Field(
        default=ByteSize(1024 * _MIB),
        ge=128 * _MIB,
        description="Address space of the process that reads files, where the platform can limit it.",
    )
    fetch_seconds: float = Field(
        default=20.0, gt=0, description="Time in which an address must have answered, redirects included."
    )
    fetch_size: ByteSize = Field(
        default=ByteSize(16 * _MIB), gt=0, description="A longer answer of an address is refused."
    )
    upload_size: ByteSize = Field(
        default=ByteSize(32 * _MIB), gt=0, description="How much may be uploaded at once, packed or not."
    )
    allow_private_addresses: bool = Field(
        default=False,
        description="Fetch from loopback and private networks too, and from any port. "
        "Leave it off where others can add addresses.",
    )
    secret_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys, separated by commas, for secrets at rest; the first one encrypts, all of "
        "them decrypt. Unset: a key file in DAYBREAK_HOME, made on first use.",
    )
