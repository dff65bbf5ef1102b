"""PostgreSQL: the pool, transactions as a user, named statements, migrations, the embedded server."""

from daybreak.db.connections import RECOVERY_SECONDS, connect
from daybreak.db.database import Database
from daybreak.db.migrate import apply_migrations, pending_migrations
from daybreak.db.queries import Queries, load
from daybreak.db.readiness import check_schema, check_writable
from daybreak.db.sql_files import FunctionFile, Migration, shipped_functions, shipped_migrations

__all__ = [
    "RECOVERY_SECONDS",
    "Database",
    "FunctionFile",
    "Migration",
    "Queries",
    "apply_migrations",
    "check_schema",
    "check_writable",
    "connect",
    "load",
    "pending_migrations",
    "shipped_functions",
    "shipped_migrations",
]
