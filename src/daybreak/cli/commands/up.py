"""``daybreak up``."""

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.commands.web import Port
from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from daybreak.settings import Settings
    from daybreak.web import WebSettings
    from daybreak.wiring import DatabaseUrls

EXAMPLES = examples("daybreak up", "daybreak up --workers 2 --port 8400")


def up(
    port: Port = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Number of workers.")] = 1,
) -> None:
    """Start everything (database, worker, web) on this machine.

    Prints the address and a one-time sign-in link. Only reachable from this machine. Press Ctrl-C to stop.
    """
    from daybreak import telemetry, wiring
    from daybreak.cli.output import write_stderr
    from daybreak.web import web_settings

    # Also for the workers: the server and its browsers are on this machine.
    os.environ["DAYBREAK_INTAKE_ALLOW_CONFIRMED_ADDRESSES"] = "true"
    current = wiring.load_settings()
    _allow_own_folders()
    telemetry.configure(current.log_level)
    telemetry.capture_stdlib_logging()
    given = {"host": "127.0.0.1", "url": None} | ({"port": port} if port else {})
    if wiring.is_first_start(current):
        write_stderr(f"Setting up the database in {current.home} (only once).")
    with wiring.postgres(current, long_running=True) as addresses:
        asyncio.run(_run_all(current, web_settings().model_copy(update=given), addresses, workers))


def _allow_own_folders() -> None:
    """Allow the folders of the user who starts everything, for the web and its workers, unless it is set."""
    from daybreak import wiring

    if "folders" not in wiring.intake_settings().model_fields_set:
        with suppress(RuntimeError):  # no home folder is known
            os.environ["DAYBREAK_INTAKE_FOLDERS"] = json.dumps([str(Path.home())])


async def _run_all(current: "Settings", web: "WebSettings", addresses: "DatabaseUrls", workers: int) -> None:
    from daybreak import server
    from daybreak.supervision import run_until_stopped, stop_on_signals, supervise

    listening = server.bind(web)
    app = server.build_app(web, addresses)
    greeting = await _make_greeting(current, web, addresses)
    stop = asyncio.Event()
    stop_on_signals(stop.set)
    await run_until_stopped(
        stop,
        supervise([(sys.executable, "-m", "daybreak.worker")] * workers, stop),
        server.serve_on_socket(app, web, listening, stop, on_ready=lambda: _print_greeting(greeting)),
    )


async def _make_greeting(current: "Settings", web: "WebSettings", addresses: "DatabaseUrls") -> str:
    """Return the address and a sign-in link of the local user, who becomes an administrator."""
    from daybreak import people, wiring
    from daybreak.cli.context import CommandContext

    async with wiring.open_database(addresses, connections=1) as database:
        user = await CommandContext(current, database).get_or_create_user(None)
        actor = people.Actor.of_command("daybreak up")
        await people.set_role(database, user, people.Role.ADMIN, actor=actor)
        secret = await people.create_link(database, user, people.LinkPurpose.SIGN_IN, actor=actor)
    minutes = people.people_settings().sign_in_link_minutes
    return (
        f"Daybreak is at {web.base_url}\n"
        f"Sign-in link (works once, for {minutes:g} minutes): "
        f"{web.base_url}{people.LinkPurpose.SIGN_IN.path(secret)}\n"
    )


def _print_greeting(greeting: str) -> None:
    from daybreak.cli.output import write_stderr, write_stdout

    write_stdout(greeting)
    if sys.stderr.isatty():
        write_stderr("Press Ctrl-C to stop.")
