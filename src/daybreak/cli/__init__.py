"""The command line: one module per command group; each parses options, calls one function and prints.

Modules are imported when their command runs, so that ``daybreak version`` does not load PostgreSQL's driver
or the calendar libraries.
"""

import os
import sys

from daybreak.errors import INTERRUPTED, DaybreakError, InternalError, InvalidInput, operator_message

_DEBUG_OPTION = "--debug"


def main() -> None:
    """Run the command of the arguments; print errors in one line and exit with a documented code."""
    debug = _DEBUG_OPTION in sys.argv
    if debug:
        sys.argv = [argument for argument in sys.argv if argument != _DEBUG_OPTION]
        os.environ["DAYBREAK_LOG_LEVEL"] = "debug"
    try:
        code = _run()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        if debug:
            raise
        code = _report_error(error)
    if "daybreak.threads" in sys.modules:  # not loaded by ``daybreak version``
        from daybreak.threads import exit_if_busy

        exit_if_busy(code)
    sys.exit(code)


def _run() -> int:
    from daybreak.cli.output import escape_unencodable, reopen_closed_streams, write_stdout

    reopen_closed_streams()
    escape_unencodable()
    _reject_empty_arguments(sys.argv[1:])
    code = 0
    if sys.argv[1:] in (["version"], ["--version"]):
        # Scripts call it often: it does not load the other commands.
        from daybreak.cli.commands.version import version

        version()
    else:
        from daybreak.cli.app import app

        code = app(standalone_mode=False) or 0
    write_stdout()
    return code


def _reject_empty_arguments(arguments: list[str]) -> None:
    # Most likely an unset shell variable; as a path or an address an empty text has another meaning.
    for argument in arguments:
        option, _, value = argument.partition("=")
        if not argument.strip() or (option.startswith("--") and option != argument and not value.strip()):
            raise InvalidInput("An argument is empty; give it a value or omit it.")


def _report_error(error: Exception) -> int:
    """Print an error on standard error in one line, and return the exit code."""
    from typer import TyperException

    from daybreak.cli.output import write_stderr

    if isinstance(error, DaybreakError):
        sentence, code = operator_message(error), error.exit_code
    elif isinstance(error, TyperException):
        sentence, code = _usage_message(error), error.exit_code
    else:
        what = f"{type(error).__name__}: {error}".rstrip(": ")
        sentence = (
            f"This is an internal error of Daybreak ({what}); please report it with the output of --debug."
        )
        code = InternalError.exit_code
    write_stderr("daybreak: " + " ".join(sentence.split()))
    return code


def _usage_message(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "daybreak"
    message = error.format_message().replace("Value error, ", "").rstrip(".")  # type: ignore[attr-defined]
    return (
        f"{message} See “{command} --help”."
        if message.endswith("?")
        else f"{message}; see “{command} --help”."
    )
