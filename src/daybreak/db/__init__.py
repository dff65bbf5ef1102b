"""PostgreSQL: the pool, transactions as a user, named statements, migrations, the embedded server."""

from daybreak.db.compatibility import CompatibilityMonitor
from daybreak.db.connections import RECOVERY_SECONDS, connect, is_outage, log_failure
from daybreak.db.database import Database
from daybreak.db.migrate import apply_migrations, pending_migrations
from daybreak.db.outages import drop_lost_connections, outage
from daybreak.db.queries import Queries, load
from daybreak.db.readiness import check_schema, check_writable
from daybreak.db.sql_files import FunctionFile, Migration, shipped_functions, shipped_migrations

__all__ = [
    "RECOVERY_SECONDS",
    "CompatibilityMonitor",
    "Database",
    "FunctionFile",
    "Migration",
    "Queries",
    "apply_migrations",
    "check_schema",
    "check_writable",
    "connect",
    "drop_lost_connections",
    "is_outage",
    "load",
    "log_failure",
    "outage",
    "pending_migrations",
    "shipped_functions",
    "shipped_migrations",
]
