"""``daybreak up``."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.commands.web import Port
from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.settings import Settings
    from daybreak.web import WebSettings
    from daybreak.wiring import Addresses

EXAMPLES = examples("daybreak up", "daybreak up --workers 2 --port 8400")


def up(
    port: Port = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Number of workers.")] = 1,
) -> None:
    """Start everything (database, worker, web) on this machine.

    Prints the address and a one-time sign-in link. Only reachable from this machine. Press Ctrl-C to stop.
    """
    from daybreak import telemetry, wiring
    from daybreak.cli.output import say
    from daybreak.web import web_settings

    current = wiring.load_settings()
    telemetry.configure(current.log_level)
    telemetry.adopt_libraries()
    given = {"host": "127.0.0.1", "url": None} | ({"port": port} if port else {})
    if wiring.is_first_start(current):
        say(f"Setting up the database in {current.home} (only once).")
    with wiring.postgres(current) as addresses:
        asyncio.run(_up(current, web_settings().model_copy(update=given), addresses, workers))


async def _up(current: "Settings", web: "WebSettings", addresses: "Addresses", workers: int) -> None:
    from daybreak import server
    from daybreak.supervision import keep_going, on_signals

    listening = server.listen(web)
    app = server.create_app(web, addresses)
    greeting = await _greeting(current, web, addresses)
    stop = asyncio.Event()
    on_signals(stop.set)
    async with asyncio.TaskGroup() as group:
        group.create_task(keep_going([(sys.executable, "-m", "daybreak.worker")] * workers, stop))
        group.create_task(server.answer(app, web, listening, stop, ready=lambda: _greet(greeting)))


async def _greeting(current: "Settings", web: "WebSettings", addresses: "Addresses") -> str:
    """Return the address and a sign-in link of the local user, who becomes an administrator."""
    from daybreak import people, wiring
    from daybreak.cli.context import Session

    async with wiring.open_database(addresses, connections=1) as database:
        user = await Session(current, database).user(None)
        await people.set_role(database, user, people.Role.ADMIN)
        secret = await people.make_link(database, user, people.Purpose.SIGN_IN)
    minutes = people.people_settings().sign_in_minutes
    return (
        f"Daybreak is at {web.address}\n"
        f"Sign-in link (works once, for {minutes:g} minutes): "
        f"{web.address}{people.Purpose.SIGN_IN.path(secret)}\n"
    )


def _greet(greeting: str) -> None:
    from daybreak.cli.output import answer, say

    answer(greeting)
    if sys.stderr.isatty():
        say("Press Ctrl-C to stop.")
