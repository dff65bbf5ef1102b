"""Reading sources in a server or worker, with the limits and keys of its settings."""

from daybreak.agenda import sources
from daybreak.agenda.importing import Imported, Reader, read_new
from daybreak.db import Database
from daybreak.intake import IntakeSettings, Vault
from daybreak.people import User
from daybreak.settings import settings


def open_vault() -> Vault:
    """What encrypts the addresses of users.

    Raises:
        Misconfigured: its keys are not there or malformed.
    """
    return Vault.open(IntakeSettings.load(), settings().home)


def reader_of(database: Database, user: User) -> Reader:
    """What the sources of a user are read with, around today."""
    return Reader(
        database=database,
        user=user,
        day=user.today(),
        limits=IntakeSettings.load(),
        open_vault=open_vault,
    )


async def add_and_read(database: Database, user: User, url: str, name: str | None = None) -> Imported:
    """Add an .ics address and read it here and now; one that cannot be read is not added.

    Raises:
        DaybreakError: it may not be fetched, does not answer, or gives no calendar.
    """
    source = await sources.add_address(database, user, url, open_vault(), name)
    return await read_new(reader_of(database, user), source)
