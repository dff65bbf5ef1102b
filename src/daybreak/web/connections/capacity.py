"""The number of connections that the open-file limit of this process permits."""

import resource
from dataclasses import dataclass

_MAX_DESCRIPTORS = 65_536
_MAX_RESERVE = 256  # database connections, parser processes, fetches, temporary files, accepted connections
_SHARE = 8


@dataclass(frozen=True, slots=True)
class ConnectionCapacity:
    """Upper bounds of open connections.

    Attributes:
        total: all open connections.
        per_client: connections of one client address, or of one IPv6 /64 network.
        bodies: connections whose request body is incomplete; each may occupy the memory of a whole body.
    """

    total: int
    per_client: int
    bodies: int

    @classmethod
    def of_process(cls, max_connections: int) -> "ConnectionCapacity":
        """Return the bounds for the open-file limit of this process."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return cls.of_descriptors(_MAX_DESCRIPTORS if _is_unlimited(soft) else soft, max_connections)

    @classmethod
    def of_descriptors(cls, descriptors: int, max_connections: int) -> "ConnectionCapacity":
        """Return the bounds for that many descriptors, of which some are reserved for other uses."""
        total = min(max_connections, descriptors - min(_MAX_RESERVE, descriptors // 2))
        share = max(1, total // _SHARE)
        return cls(total, share, share)


def raise_descriptor_limit() -> None:
    """Raise the soft limit of open files to the hard one, and at most to 65,536."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_DESCRIPTORS if _is_unlimited(hard) else min(hard, _MAX_DESCRIPTORS)
    if not _is_unlimited(soft) and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _is_unlimited(limit: int) -> bool:
    return limit == resource.RLIM_INFINITY
