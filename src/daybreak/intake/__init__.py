"""Input from outside: bounded reading of folders, files and addresses, and encrypted secrets."""

from daybreak.intake.archive import SentFile, is_passed_over, safe_path, unpack
from daybreak.intake.display import printable
from daybreak.intake.files import FoundFile, Refused, read
from daybreak.intake.folder import walk
from daybreak.intake.http_fetch import Fetched, NotModified, fetch
from daybreak.intake.sandbox.pool import BoundedPool, Done, Failed
from daybreak.intake.settings import IntakeSettings
from daybreak.intake.url_guard import WebAddress
from daybreak.intake.vault import Vault

__all__ = [
    "BoundedPool",
    "Done",
    "Failed",
    "Fetched",
    "FoundFile",
    "IntakeSettings",
    "NotModified",
    "Refused",
    "SentFile",
    "Vault",
    "WebAddress",
    "fetch",
    "is_passed_over",
    "printable",
    "read",
    "safe_path",
    "unpack",
    "walk",
]
