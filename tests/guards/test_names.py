"""The naming rules of STYLE.md that a program can check."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src/daybreak"
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
MAX_MODULES = 15
# Gerunds for which the field has no other noun.
GERUNDS = {"composing", "onboarding", "rendering", "wiring", "wording"}
GERUNDS |= {"decoding", "formatting", "parsing", "templating", "testing", "wrapping"}
# The page of a list, and the short form of `BriefOut` in lists.
ALLOWED_BODIES = {"Page", "BriefSummary"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def list_classes() -> Iterator[tuple[ast.ClassDef, Path]]:
    """Return all classes with their files."""
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield node, path.relative_to(SOURCE)


def list_exports(package: ast.Module, name: str) -> set[str]:
    """Return the names that a package exports; its own modules, which it may import, are not among them."""
    exports = set()
    blocks = [package.body, *(node.body for node in package.body if isinstance(node, ast.If))]
    for node in chain(*blocks):
        match node:
            case ast.Assign(targets=[ast.Name("__all__")], value=ast.List(elements)):
                exports |= {element.value for element in elements if isinstance(element, ast.Constant)}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                exports.add(node.name)
            case ast.ImportFrom(module=module) if module != name:
                exports |= {alias.asname or alias.name for alias in node.names}
    return exports


def test_class_names_are_unique():
    found = defaultdict(list)
    for node, path in list_classes():
        found[node.name].append(str(path))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_no_module_has_the_name_of_an_export_of_its_package():
    found = []
    for path, tree in TREES.items():
        if path.name == "__init__.py":
            modules = {
                child.stem for child in path.parent.iterdir() if child.suffix == ".py" or child.is_dir()
            }
            package = ".".join(path.parent.relative_to(SOURCE.parent).parts)
            found += [f"{package}.{name}" for name in sorted(modules & list_exports(tree, package))]
    assert found == []


def test_modules_are_nouns():
    names = {(path.parent if path.name == "__init__.py" else path).relative_to(SOURCE) for path in TREES}
    gerunds = {str(path) for path in names if path.stem.endswith("ing") and path.stem not in GERUNDS}
    vague = {str(path) for path in names if path.stem in VAGUE}
    assert gerunds | vague == set()


def test_folders_are_small():
    modules = defaultdict(list)
    for path in TREES:
        if path.name != "__init__.py":
            modules[path.parent].append(path.stem)
    assert [str(folder) for folder, names in modules.items() if len(names) > MAX_MODULES] == []


def test_parameters_and_results_of_run_kinds_are_named_so():
    found = []
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Kind", "runs.Kind"}:
                named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                for role, suffix in (("parameters", "Parameters"), ("result", "Result")):
                    found.append((named[role], named[role].endswith(suffix)))
    assert len(found) > 6
    assert [name for name, is_named_so in found if not is_named_so] == []


def test_bodies_of_the_api_end_in_in_or_out():
    suffixes = {"InputModel": "In", "OutputModel": "Out"}
    wrong, count = [], 0
    for node, _ in list_classes():
        for base in map(ast.unparse, node.bases):
            if base in suffixes and node.name not in ALLOWED_BODIES:
                count += 1
                wrong += [node.name] if not node.name.endswith(suffixes[base]) else []
    assert count > 20
    assert wrong == []


def test_middleware_is_named_so():
    public = [node.name for node, path in list_classes() if path.match("web/middleware/*.py")]
    assert public
    assert [name for name in public if not name.startswith("_") and not name.endswith("Middleware")] == []
