"""Where operating systems differ: in cnntrain/system, and nowhere else."""

import ast
import platform
import re
import sys
from pathlib import Path

import pytest

import cnntrain
from cnntrain.system.processors import allowed_processors, processor_name

ROOT = Path(cnntrain.__file__).parent
# What tells systems apart, or is found on some of them alone.
TELLING = re.compile(
    r"sys\.platform|os\.name\b|platform\.system|sched_getaffinity|pthread_sigmask|posix_fallocate"
    r"|O_DIRECTORY|O_NONBLOCK|O_BINARY|fcntl|msvcrt|\bSIG(?:TERM|HUP|KILL|STOP)\b|os\.(?:fork|uname)"
)


def code(path: Path) -> str:
    """Return the program of a file without comments and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = ""
    return ast.unparse(tree)


def test_systems_are_told_apart_in_one_folder_alone() -> None:
    places = {
        path.relative_to(ROOT).as_posix(): TELLING.findall(code(path))
        for path in sorted(ROOT.rglob("*.py"))
        if ROOT / "system" not in path.parents
    }
    assert {path: found for path, found in places.items() if found} == {}


def test_the_search_sees_what_is_in_that_folder() -> None:
    found = {path.name for path in (ROOT / "system").glob("*.py") if TELLING.search(code(path))}
    assert {"files.py", "processes.py", "processors.py", "regular.py", "reserved.py"} <= found


def test_the_processor_is_named_by_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = tmp_path / "cpuinfo"
    listing.write_text("processor\t: 0\nmodel name\t: Swift 9000 @ 3 GHz\nflags\t: a\n")
    monkeypatch.setattr(sys, "platform", "linux")
    assert processor_name(listing) == "Swift 9000 @ 3 GHz"
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platform, "processor", lambda: "arm")
    assert processor_name(listing) == "arm"


def test_there_is_a_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    assert allowed_processors() >= 1
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert allowed_processors() == 1
