"""The embedded PostgreSQL server, for laptops, the demo and the tests.

Commands share one server for each home. A command attaches to it; the first one starts it, and it stops when
the last has detached, even if killed. ``docs/adr/0002-embedded-postgresql.md`` has the reasons.

    with embedded.attach(home) as server:
        pool = await asyncpg.create_pool(server.dsn("daybreak_app"))
"""

from daybreak.db.embedded.control import ServerStatus, psql_command, start, status, stop
from daybreak.db.embedded.server import EmbeddedServer, attach

__all__ = ["EmbeddedServer", "ServerStatus", "attach", "psql_command", "start", "status", "stop"]
