"""Test that slices export names in `__all__`, and that others import only these."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import daybreak

ROOT = Path(daybreak.__file__).parent
SLICES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "cli")
# Public submodules, which some processes do not need.
PUBLIC_SUBMODULES = {
    "daybreak.db.embedded",
    "daybreak.briefs.rendering",
    "daybreak.briefs.rendering.terminal",
}


def list_imports() -> Iterator[tuple[Path, str]]:
    """Return each imported module with the importing file."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path} imports relatively"
                yield path, node.module or ""
            elif isinstance(node, ast.Import):
                yield from ((path, alias.name) for alias in node.names)


@pytest.mark.parametrize("name", SLICES)
def test_slice_exports_exist(name: str):
    door = import_module(f"daybreak.{name}")
    assert door.__doc__
    assert len(set(door.__all__)) == len(door.__all__)
    assert all(hasattr(door, offered) for offered in door.__all__)


def test_slices_are_imported_by_their_public_module_only():
    wrong = []
    for path, module in list_imports():
        parts = module.split(".")
        is_inner = (
            len(parts) > 2
            and parts[0] == "daybreak"
            and parts[1] in SLICES
            and module not in PUBLIC_SUBMODULES
        )
        # Only `wiring` imports the routes and APIs of slices.
        is_route = path.name == "wiring.py" and parts[2:] in (["routes"], ["pages"], ["api"])
        if is_inner and not is_route and ROOT / parts[1] not in path.parents:
            wrong.append(f"{path.relative_to(ROOT)}: {module}")
    assert wrong == []
