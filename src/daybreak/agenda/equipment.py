"""What sources are read with in a server or worker: the limits and keys of its settings."""

from daybreak.agenda.importing import Reader
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
