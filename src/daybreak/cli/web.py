"""``daybreak web``."""

from typing import Annotated

import typer

from daybreak.cli.teaching import examples

Port = Annotated[
    int | None, typer.Option(metavar="PORT", min=1, max=65535, help="The port; 8321 if not given.")
]
EXAMPLES = examples("daybreak web", "daybreak web --port 8400")


def web(
    host: Annotated[
        str | None, typer.Option(metavar="HOST", help="The address to listen on; loopback if not given.")
    ] = None,
    port: Port = None,
) -> None:
    """Serve the pages and the interface for programs.

    It answers until it gets SIGTERM or Ctrl-C. Any number may work on one database.
    """
    from daybreak import server
    from daybreak.cli.printing import answer
    from daybreak.web import web_settings

    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = web_settings().model_copy(update=given)
    server.serve(settings, ready=lambda: answer(f"Daybreak is at {settings.address}\n"))
