"""``daybreak db``."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from daybreak.cli.help_examples import examples

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(help="Manage the database.")


@app.command("start", epilog=examples("daybreak db start"))
def start() -> None:
    """Start the embedded server; it runs until “daybreak db stop”."""
    from daybreak.cli.output import write_stdout
    from daybreak.db import embedded

    status = embedded.start(_embedded_home())
    write_stdout(
        f"PostgreSQL {status.version} is running as process {status.pid} until “daybreak db stop”.\n"
    )


@app.command("stop", epilog=examples("daybreak db stop"))
def stop() -> None:
    """Stop the embedded server once no command uses it."""
    from daybreak.cli.output import write_stdout
    from daybreak.db import embedded

    home = _embedded_home()
    before, after = embedded.status(home), embedded.stop(home)
    if after.used:
        write_stdout("Other commands are using the server; it stops when they end.\n")
    else:
        write_stdout("Stopped.\n" if before.running else "The server was not running.\n")


@app.command("status", epilog=examples("daybreak db status", "daybreak db status --json"))
def status(json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show database status.

    For a database of DAYBREAK_DATABASE_URL, show whether migrations are due.
    """
    from daybreak import wiring
    from daybreak.cli.dates import format_instant
    from daybreak.cli.output import print_json, print_table
    from daybreak.db import embedded

    if wiring.load_settings().database_url is not None:
        due = _has_pending_migrations()
        if json:
            print_json({"server": "DAYBREAK_DATABASE_URL", "migrations_due": due})
            return
        state = "due: run “daybreak db migrate”" if due else "up to date"
        print_table(("PROPERTY", "VALUE"), [("server", "DAYBREAK_DATABASE_URL"), ("migrations", state)])
        return
    found = embedded.status(_embedded_home())
    if json:
        print_json(asdict(found))
        return
    rows = [
        ("server", f"running, process {found.pid}" if found.running else "stopped"),
        ("since", format_instant(found.since) if found.since else ""),
        ("lifetime", "until “daybreak db stop”" if found.kept else "while in use"),
        ("version", found.version or ""),
        ("data", found.data),
        ("socket", found.socket or ""),
    ]
    print_table(("PROPERTY", "VALUE"), rows)


@app.command("migrate", epilog=examples("daybreak db migrate"))
def migrate() -> None:
    """Migrate the schema to this version of Daybreak.

    It is safe to repeat and to run concurrently. The embedded database is migrated automatically.
    """
    import asyncio

    from daybreak import wiring
    from daybreak.cli.output import write_stdout
    from daybreak.db import apply_migrations as apply
    from daybreak.errors import Misconfigured

    with wiring.postgres(wiring.load_settings()) as addresses:
        if addresses.owner is None:
            raise Misconfigured(
                "Migrations need DAYBREAK_DATABASE_OWNER_URL, the database URL for the role daybreak_owner."
            )
        applied = asyncio.run(apply(addresses.owner))
    for file in applied:
        write_stdout(f"Applied {file.label}.\n")
    if not applied:
        write_stdout("The schema is up to date.\n")


@app.command("shell", epilog=examples("daybreak db shell", "echo 'SELECT version()' | daybreak db shell"))
def shell() -> None:
    """Open psql, PostgreSQL’s shell, as the schema’s owner."""
    import signal
    import subprocess

    from daybreak import wiring
    from daybreak.db import embedded
    from daybreak.errors import Misconfigured

    current = wiring.load_settings()
    if current.database_url is not None:
        url = current.database_owner_url or current.database_url
        address, password = _split_password(url.get_secret_value())
        try:
            os.execvpe("psql", ["psql", address], os.environ | password)  # noqa: S606, S607 - the operator's own
        except FileNotFoundError:
            raise Misconfigured("psql is not installed; install PostgreSQL’s client package.") from None
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # psql handles Ctrl-C
    with embedded.attach(current.home) as server:
        raise SystemExit(subprocess.call(embedded.psql_command(current.home, server)))  # noqa: S603


def _split_password(url: str) -> tuple[str, dict[str, str]]:
    """Return a URL without its password, and the variable with it: every user can read arguments."""
    from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    login, at, host = parts.netloc.rpartition("@")
    name, colon, written = login.partition(":")
    password = unquote(written) if colon else query.pop("password", None)
    if password is None:
        return url, {}
    rest = f"?{urlencode(query, quote_via=quote)}" if query else ""
    return f"{parts.scheme}://{name}{at}{host}{parts.path}{rest}", {"PGPASSWORD": password}


def _embedded_home() -> "Path":
    from daybreak import wiring
    from daybreak.errors import Misconfigured

    if wiring.load_settings().database_url is not None:
        raise Misconfigured(
            "DAYBREAK_DATABASE_URL is set, so Daybreak runs no embedded server; unset it to use one."
        )
    return wiring.load_settings().home


def _has_pending_migrations() -> bool:
    import asyncio

    from daybreak import wiring
    from daybreak.db import Database

    async def due(address: str) -> bool:
        async with Database.connect(address, max_connections=1) as database:
            return await database.has_pending_migrations()

    with wiring.postgres(wiring.load_settings()) as addresses:
        return asyncio.run(due(addresses.app))
