"""Source readers with the limits and keys of this process's settings."""

from collections.abc import Collection

from daybreak.agenda.sources.addresses import add_address
from daybreak.agenda.sources.imports import ImportReport, read_added_source
from daybreak.agenda.sources.reader import SourceReader
from daybreak.db import Database
from daybreak.errors import Forbidden
from daybreak.intake import BasicCredentials, IntakeSettings, PrivateAddress, StoredAddress, Vault
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


async def add_and_read(
    database: Database,
    user: User,
    url: str,
    name: str | None = None,
    *,
    credentials: BasicCredentials | None = None,
    confirmed_addresses: Collection[str] = (),
    can_confirm: bool = False,
) -> ImportReport:
    """Add an .ics URL and import it in this process; one that cannot be read is not added.

    Args:
        database: the database.
        user: the owner.
        url: the URL as entered.
        name: the name of the source; None for the host.
        credentials: the user name and the password.
        confirmed_addresses: the private network addresses that the user confirmed for its host and port.
        can_confirm: whether the user may confirm such addresses.

    Raises:
        PrivateAddress: it is in a private network; if the user may confirm that, the message asks.
        Forbidden: the user confirmed an address and may not.
        DaybreakError: it may not be fetched, does not respond, or returns no calendar.
    """
    if confirmed_addresses and not can_confirm:
        raise Forbidden(
            "Only an administrator can confirm a private address, on the machine on which “daybreak up” "
            "runs. On other servers, set DAYBREAK_INTAKE_ALLOW_PRIVATE_ADDRESSES."
        )
    given = (name, credentials, confirmed_addresses)
    source = await add_address(database, user, url, open_vault(), *given)
    try:
        entered = StoredAddress.parse(url, credentials).credentials
        return await read_added_source(make_reader(database, user), source, entered)
    except PrivateAddress as error:
        raise (error.as_question() if can_confirm else error) from None
