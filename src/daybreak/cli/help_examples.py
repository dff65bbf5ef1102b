"""The examples at the end of every command's ``--help``."""


def examples(*commands: str) -> str:
    """Return the end of a command's help, one example per line."""
    # The backspace prevents wrapping of the paragraph.
    return "\b\nFor example:\n" + "\n".join(f"  {command}" for command in commands)
