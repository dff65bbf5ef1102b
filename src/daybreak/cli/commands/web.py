"""``daybreak web``."""

from typing import Annotated

import typer

from daybreak.cli.help_examples import examples

Port = Annotated[
    int | None, typer.Option(metavar="PORT", min=1, max=65535, help="The port to listen on (default: 8321).")
]
EXAMPLES = examples("daybreak web", "daybreak web --port 8400")


def web(
    host: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="Address to listen on (default: this machine only)."),
    ] = None,
    port: Port = None,
) -> None:
    """Serve the web app and the API.

    Any number of web processes can use one database. Stop it with SIGTERM or Ctrl-C.
    """
    from daybreak import server
    from daybreak.cli.output import write_stdout
    from daybreak.web import web_settings

    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    settings = web_settings().model_copy(update=given)
    server.serve(settings, on_ready=lambda: write_stdout(f"Daybreak is at {settings.base_url}\n"))
