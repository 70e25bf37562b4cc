"""Who may import whom, read from the sources: floors, each resting on those below it."""

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cnntrain

ROOT = Path(cnntrain.__file__).parent
STANDARD = frozenset(sys.stdlib_module_names)


def module_name(path: Path) -> str:
    """Return cnntrain.nn.losses for cnntrain/nn/losses.py."""
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Return the full name of everything that a file imports, anywhere in it."""
    name = module_name(path)
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            yield from (
                f"{importlib.util.resolve_name(source, package)}.{alias.name}"
                for alias in node.names
            )


def lies_in(name: str, *packages: str) -> bool:
    """Tell whether a module, or a thing in a module, lies in one of the packages."""
    return any(f"{name}.".startswith(f"{package}.") for package in packages)


IMPORTS = {
    module_name(path): sorted(set(imports(path)))
    for path in sorted(ROOT.rglob("*.py"))
    if "__pycache__" not in path.parts
}


# From top to bottom: each imports from itself and from what stands below it.
FLOORS = [
    "cnntrain.__main__",
    "cnntrain.cli",
    "cnntrain.web",
    "cnntrain.show",
    "cnntrain.explain",
    "cnntrain.runs",
    "cnntrain.model",
    "cnntrain.training",
    "cnntrain.config",
    "cnntrain.nn",
    "cnntrain.data",
    "cnntrain.system",
    "cnntrain.errors",
]


def floor_of(module: str) -> int | None:
    """Return the number of the floor that a module lies on, counted from the top."""
    return next((n for n, floor in enumerate(FLOORS) if lies_in(module, floor)), None)


def test_each_floor_imports_only_from_itself_and_those_below() -> None:
    upwards = [
        f"{module} -> {name}"
        for module, names in IMPORTS.items()
        if (floor := floor_of(module)) is not None
        for name in names
        if (other := floor_of(name)) is not None and other < floor
    ]
    assert upwards == []


def test_every_module_lies_on_a_floor() -> None:
    loose = [name for name in IMPORTS if name != "cnntrain" and floor_of(name) is None]
    assert loose == []


def test_the_engine_imports_numpy_and_nothing_else() -> None:
    strangers = [
        f"{module} -> {name}"
        for module, names in IMPORTS.items()
        if lies_in(module, "cnntrain.nn")
        for name in names
        if not lies_in(name, *STANDARD, "numpy", "cnntrain.nn")
    ]
    assert strangers == []


@pytest.mark.parametrize(
    ("package", "homes"),
    [
        ("click", ["cnntrain.cli"]),
        ("cnntrain.cli", ["cnntrain.cli", "cnntrain.__main__"]),
        ("yaml", ["cnntrain.config"]),
    ],
)
def test_a_package_is_imported_in_its_home_only(package: str, homes: list[str]) -> None:
    strangers = [
        module
        for module, names in IMPORTS.items()
        if not lies_in(module, *homes) and any(lies_in(name, package) for name in names)
    ]
    assert strangers == []


def test_the_walk_sees_modules_and_what_they_import() -> None:
    assert "cnntrain.nn.layers.base.Layer" in IMPORTS["cnntrain.nn.network"]
    assert "numpy" in IMPORTS["cnntrain.nn.network"]


def test_the_package_is_looked_over_at_a_glance() -> None:
    shown = {path.name for path in ROOT.iterdir()} - {"__pycache__"}
    assert len(shown) <= 15, sorted(shown)


def test_no_module_is_longer_than_220_lines() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8").count("\n")
        for ending in ("py", "js")
        for path in ROOT.rglob(f"*.{ending}")
    }
    assert {name: count for name, count in lines.items() if count > 220} == {}
