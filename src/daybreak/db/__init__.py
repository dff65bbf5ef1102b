"""PostgreSQL: the pool, transactions as a user, named statements, migrations, the embedded server."""

from daybreak.db.connections import connect
from daybreak.db.database import Database
from daybreak.db.migrate import migrate, pending
from daybreak.db.queries import Queries, load
from daybreak.db.sql_files import FunctionFile, Migration, shipped, shipped_functions

__all__ = [
    "Database",
    "FunctionFile",
    "Migration",
    "Queries",
    "connect",
    "load",
    "migrate",
    "pending",
    "shipped",
    "shipped_functions",
]
