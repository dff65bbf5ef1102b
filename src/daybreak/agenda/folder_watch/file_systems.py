"""Whether a folder is on a file system that reports the changes of other computers."""

from collections.abc import Iterable
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_REMOTE = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "virtiofs", "vboxsf", "vmhgfs"),
        *("ceph", "glusterfs", "lustre", "gfs2", "ocfs2", "davfs", "drvfs", "fuse", "autofs"),
    }
)


def find_remote_folders() -> tuple[Path, ...]:
    """Return where file systems are mounted whose changes are not all reported; none if that is unknown."""
    try:
        return parse_remote_mounts(_MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
    except OSError:
        return ()


def parse_remote_mounts(lines: Iterable[str]) -> tuple[Path, ...]:
    """Return the mount points of remote file systems from the lines of mountinfo(5)."""
    found = []
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        kind = after.split(" ")[0]
        if len(fields) > 4 and (kind in _REMOTE or kind.startswith("fuse.")):  # noqa: PLR2004 - the fifth field
            found.append(Path(_unescape(fields[4])))
    return tuple(found)


def _unescape(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text
