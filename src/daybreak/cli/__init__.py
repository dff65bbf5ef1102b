"""The command line: one module per command group; each parses, calls one verb, prints.

Modules are imported when their command runs, so that ``daybreak version`` need not wait for PostgreSQL's
driver or the calendar libraries.
"""

import os
import sys

from daybreak.errors import Bug, DaybreakError, InvalidInput

INTERRUPTED = 130
_DEBUG = "--debug"


def main() -> None:
    """Run the command that the arguments name; errors are one line and a documented exit code."""
    debug = _DEBUG in sys.argv
    if debug:
        sys.argv = [argument for argument in sys.argv if argument != _DEBUG]
        os.environ["DAYBREAK_LOG_LEVEL"] = "debug"
    try:
        code = _run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        if debug:
            raise
        code = _tell(error)
    sys.exit(code)


def _run() -> int:
    from daybreak.cli.printing import answer, hold_closed_streams, tolerate_any_encoding

    hold_closed_streams()
    tolerate_any_encoding()
    _refuse_empty(sys.argv[1:])
    code = 0
    if sys.argv[1:] in (["version"], ["--version"]):
        # Asked by scripts all day long: not worth the time that loading the commands takes.
        from daybreak.cli.version import version

        version()
    else:
        from daybreak.cli.app import app

        code = app(standalone_mode=False) or 0
    answer()
    return code


def _refuse_empty(arguments: list[str]) -> None:
    # Most likely a variable that is not set; as a path or an address it would mean something else entirely.
    for argument in arguments:
        option, _, value = argument.partition("=")
        if not argument.strip() or (option.startswith("--") and option != argument and not value.strip()):
            raise InvalidInput("An argument is empty; give it a value, or leave it out.")


def _tell(error: Exception) -> int:
    """Say on standard error what went wrong, in one line; gives the exit code."""
    from typer import TyperException

    from daybreak.cli.printing import say

    if isinstance(error, DaybreakError):
        sentence, code = str(error), error.exit_code
    elif isinstance(error, TyperException):
        sentence, code = _usage(error), error.exit_code
    else:
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        sentence = f"This is a defect of Daybreak ({what}); please report it with what --debug shows."
        code = Bug.exit_code
    say("daybreak: " + " ".join(sentence.split()))
    return code


def _usage(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "daybreak"
    said = error.format_message().replace("Value error, ", "").rstrip(".")  # type: ignore[attr-defined]
    return f"{said} See “{command} --help”." if said.endswith("?") else f"{said}; see “{command} --help”."
