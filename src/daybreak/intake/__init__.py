"""Input from outside: bounded reading of folders, files and addresses, and encrypted secrets."""

from daybreak.intake.archive import UploadedFile, is_ignored, safe_path, unpack_archive
from daybreak.intake.display import printable
from daybreak.intake.files import FoundFile, RejectedFile, read_file
from daybreak.intake.folder import walk_folder
from daybreak.intake.http_fetch import Fetched, NotModified, fetch
from daybreak.intake.sandbox.pool import BoundedPool, InputDone, InputFailed
from daybreak.intake.settings import IntakeSettings
from daybreak.intake.url_guard import WebAddress
from daybreak.intake.vault import Vault

__all__ = [
    "BoundedPool",
    "Fetched",
    "FoundFile",
    "InputDone",
    "InputFailed",
    "IntakeSettings",
    "NotModified",
    "RejectedFile",
    "UploadedFile",
    "Vault",
    "WebAddress",
    "fetch",
    "is_ignored",
    "printable",
    "read_file",
    "safe_path",
    "unpack_archive",
    "walk_folder",
]
