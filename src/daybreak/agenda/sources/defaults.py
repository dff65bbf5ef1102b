"""Source readers with the limits and keys of this process's settings."""

from daybreak.agenda.sources import service
from daybreak.agenda.sources.imports import ImportReport, SourceReader, read_added_source
from daybreak.db import Database
from daybreak.intake import IntakeSettings, Vault
from daybreak.people import User
from daybreak.settings import settings


def open_vault() -> Vault:
    """Open the vault that encrypts the calendar URLs of users.

    Raises:
        Misconfigured: its keys are missing or malformed.
    """
    return Vault.open(IntakeSettings.load(), settings().home)


def make_reader(database: Database, user: User) -> SourceReader:
    """Make the reader of a user's sources, around today."""
    return SourceReader(
        database=database,
        user=user,
        today=user.today(),
        limits=IntakeSettings.load(),
        open_vault=open_vault,
        home=settings().home,
    )


async def add_and_read(database: Database, user: User, url: str, name: str | None = None) -> ImportReport:
    """Add an .ics URL and import it in this process; one that cannot be read is not added.

    Raises:
        DaybreakError: it may not be fetched, does not respond, or returns no calendar.
    """
    source = await service.add_address(database, user, url, open_vault(), name)
    return await read_added_source(make_reader(database, user), source)
