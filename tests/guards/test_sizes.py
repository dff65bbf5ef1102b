"""Test the size budgets of STYLE."""

import ast
import tokenize
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import daybreak

SOURCES = sorted(Path(daybreak.__file__).parent.rglob("*.py"))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions() -> Iterator[tuple[str, int]]:
    """Return each function with its length, including decorators and docstring."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_files_are_short():
    sizes = {str(path): lines(path) for path in SOURCES if path.name != "__init__.py"}
    assert median(sizes.values()) <= 120
    assert quantiles(sizes.values(), n=10)[-1] <= 350
    assert {path: size for path, size in sizes.items() if size > 500} == {}


def test_functions_are_short():
    sizes = list(functions())
    assert median(size for _, size in sizes) <= 10
    assert quantiles([size for _, size in sizes], n=10)[-1] <= 30
    assert [one for one in sizes if one[1] > 60] == []


def test_comments_are_rare():
    comments = total = 0
    for path in SOURCES:
        with path.open("rb") as file:
            comments += sum(token.type == tokenize.COMMENT for token in tokenize.tokenize(file.readline))
        total += lines(path)
    assert comments / total < 0.05
