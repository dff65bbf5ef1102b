"""The server's configuration: written anew at every start, so that it follows the version of Daybreak."""

import os
from pathlib import Path

from daybreak.db.embedded.os_user import OsUser

ROLES = ("daybreak_app", "daybreak_owner", "postgres")
DATABASE = "daybreak"
PORT = 5432

_SETTINGS = """\
# Written by Daybreak at every start of the server: changes are lost.
cluster_name = 'daybreak'
listen_addresses = ''
port = {port}
unix_socket_directories = '"{socket}"'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
max_wal_size = 256MB
huge_pages = off
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
log_line_prefix = '%m [%p] %q%u@%d '
"""
_WITHOUT_FSYNC = """\
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def write_config(conf: Path, socket: Path, *, fsync: bool) -> None:
    """Write the three files into the folder ``conf``, readable by the server's user."""
    conf.mkdir(exist_ok=True)
    conf.chmod(0o755)
    settings = _SETTINGS.format(port=PORT, socket=socket)
    _write_atomically(conf / "postgresql.conf", settings if fsync else settings + _WITHOUT_FSYNC)
    _write_atomically(conf / "pg_hba.conf", "local all all peer map=daybreak\n")
    person = OsUser.user_name(os.geteuid())
    _write_atomically(conf / "pg_ident.conf", "".join(f'daybreak "{person}" {role}\n' for role in ROLES))


def server_arguments(conf: Path, data: Path) -> list[str]:
    """Return the arguments of ``postgres`` for these files."""
    files = {"config": "postgresql.conf", "hba": "pg_hba.conf", "ident": "pg_ident.conf"}
    return ["-D", str(data), *(f"--{kind}_file={conf / name}" for kind, name in files.items())]


def _write_atomically(path: Path, text: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o644)
    new.replace(path)
