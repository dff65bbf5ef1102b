"""PostgreSQL: the pool, transactions as a user, named statements, migrations, the embedded server."""

from daybreak.db.connecting import connect
from daybreak.db.database import Database
from daybreak.db.migrate import Migration, migrate, pending, shipped
from daybreak.db.queries import Queries, load

__all__ = ["Database", "Migration", "Queries", "connect", "load", "migrate", "pending", "shipped"]
