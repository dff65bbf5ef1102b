"""Input from outside: bounded reading of folders, files and addresses, and encrypted secrets."""

from daybreak.intake.archive import is_ignored, safe_path, unpack_archives
from daybreak.intake.budget import FORM_OVERHEAD, BudgetExceeded, IntakeBudget, SpoolQuota
from daybreak.intake.display import printable
from daybreak.intake.file_names import (
    find_original,
    is_skipped,
    is_transient,
    normalize_path,
    split_copy_marker,
)
from daybreak.intake.files import FoundFile, RejectedFile, read_file, read_head
from daybreak.intake.folder import walk_folder
from daybreak.intake.folder_access import FolderAccess, is_allowed, resolve_folders
from daybreak.intake.folder_state import FolderState, read_folder_state
from daybreak.intake.http_fetch import Fetched, NotModified, fetch
from daybreak.intake.sandbox.pool import BoundedPool, InputDone, InputFailed
from daybreak.intake.settings import IntakeSettings
from daybreak.intake.spool import ReceivedFile, Spool, SpooledContent, SpooledUpload, UploadedFile
from daybreak.intake.url_guard import PrivateAddress, WebAddress, is_confirmable
from daybreak.intake.vault import Vault
from daybreak.intake.written_address import BasicCredentials, StoredAddress, separate_password

__all__ = [
    "FORM_OVERHEAD",
    "BasicCredentials",
    "BoundedPool",
    "BudgetExceeded",
    "Fetched",
    "FolderAccess",
    "FolderState",
    "FoundFile",
    "InputDone",
    "InputFailed",
    "IntakeBudget",
    "IntakeSettings",
    "NotModified",
    "PrivateAddress",
    "ReceivedFile",
    "RejectedFile",
    "Spool",
    "SpoolQuota",
    "SpooledContent",
    "SpooledUpload",
    "StoredAddress",
    "UploadedFile",
    "Vault",
    "WebAddress",
    "fetch",
    "find_original",
    "is_allowed",
    "is_confirmable",
    "is_ignored",
    "is_skipped",
    "is_transient",
    "normalize_path",
    "printable",
    "read_file",
    "read_folder_state",
    "read_head",
    "resolve_folders",
    "safe_path",
    "separate_password",
    "split_copy_marker",
    "unpack_archives",
    "walk_folder",
]
