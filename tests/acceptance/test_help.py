from collections.abc import Iterator

import pytest
from typer.main import get_command

from daybreak.cli.app import app


def commands(command, name: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield name
    for child, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*name, child))


ALL = sorted(commands(get_command(app)))


@pytest.mark.parametrize("name", ALL, ids=lambda name: " ".join(name) or "daybreak")
def test_every_help_has_examples_and_fits_a_terminal(daybreak, name):
    answer = daybreak.with_environment(COLUMNS="80")(*name, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Usage: daybreak")
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "..." not in answer.out.partition("Commands:")[2], "a summary is cut short"
    if name not in {("db",), ("projects",), ("runs",), ("schedule",), ("sources",), ("users",)}:
        assert f"For example:\n    {' '.join(['daybreak', *name])}" in answer.out


def test_command_without_arguments_prints_help(daybreak):
    answer = daybreak()
    assert answer.code == 0
    assert "daybreak brief ~/plans" in answer.out


def test_exit_codes_are_documented(daybreak):
    shown = daybreak("--help").out
    assert all(f"\n    {code} " in shown for code in (0, 2, 3, 4, 5, 6, 70, 130))
