"""Users' secrets, encrypted at rest."""

import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from daybreak.errors import Misconfigured
from daybreak.intake.files import os_error_reason
from daybreak.intake.settings import IntakeSettings

KEY_FILE = "secret.key"


class Vault:
    """Encryption with the first of several keys and decryption with any of them (Fernet of `cryptography`).

    To rotate: put a new key first, `rotate` every stored secret, then remove the old key.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise Misconfigured(
                "DAYBREAK_INTAKE_ENCRYPTION_KEYS must be Fernet keys (URL-safe base64), separated by commas."
            ) from None

    @classmethod
    def open(cls, settings: IntakeSettings, home: Path) -> Self:
        """Return the vault with the keys of the settings or, if unset, of the key file in ``home``.

        Raises:
            Misconfigured: the keys are malformed, or the file cannot be read or created, or others can read
                it.
        """
        if settings.encryption_keys is None:
            return cls(_read_key_file(home / KEY_FILE))
        return cls(_split_keys(settings.encryption_keys.get_secret_value()))

    def encrypt(self, secret: str) -> str:
        """Return a token for ``secret``: ASCII, different on each call."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """Return the secret of a token.

        Raises:
            Misconfigured: none of the keys made that token.
        """
        try:
            return self._fernet.decrypt(token).decode()
        except (InvalidToken, ValueError):
            raise Misconfigured(_KEY_MISSING) from None

    def rotate(self, token: str) -> str:
        """Return a token of the same secret under the first key.

        Raises:
            Misconfigured: none of the keys made that token.
        """
        try:
            return self._fernet.rotate(token).decode("ascii")
        except (InvalidToken, ValueError):
            raise Misconfigured(_KEY_MISSING) from None


_KEY_MISSING = (
    "A stored secret was encrypted with a key that is missing; add that key after the others in "
    f"DAYBREAK_INTAKE_ENCRYPTION_KEYS or {KEY_FILE}, or enter the secret again."
)


def _read_key_file(path: Path) -> list[str]:
    try:
        if not path.exists():
            _create_key_file(path)
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            keys = _split_keys(file.read().replace("\n", ","))
    except OSError as error:
        raise Misconfigured(
            f"The key file {path} cannot be read or created ({os_error_reason(error)})."
        ) from None
    except UnicodeDecodeError:
        keys = []
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise Misconfigured(f"Other users can read the key file {path}; change it to mode 600.")
    if not keys:
        raise Misconfigured(f"The key file {path} contains no key; restore it from a backup.")
    return keys


def _create_key_file(path: Path) -> None:
    # Linked as a complete file: of two processes that start together one creates the key and both use it.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(file.name, path)


def _split_keys(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]
