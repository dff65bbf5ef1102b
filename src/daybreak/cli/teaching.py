"""How ``--help`` teaches: every command ends with examples that can be copied."""


def examples(*commands: str) -> str:
    """The end of a command's help, one example a line."""
    # The backspace keeps the paragraph from being wrapped.
    return "\b\nFor example:\n" + "\n".join(f"  {command}" for command in commands)
