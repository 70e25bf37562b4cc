"""What the README says is so; and what holds for the README files of the folders as well."""

import re
from pathlib import Path

import pytest

from cnntrain.cli import COMMANDS, command
from tests.readme import FRONT, PAGES, ROOT, block, read, section

every_page = pytest.mark.parametrize("page", PAGES)


def commands_on(page: str) -> set[str]:
    """Return the commands of cnntrain that a page shows."""
    inline = re.findall(r"`cnntrain ([a-z]+)\b", read(page))
    return {*inline, *re.findall(r"^\.venv/bin/cnntrain ([a-z]+)\b", read(page), re.MULTILINE)}


def test_the_marked_commands_run_files_that_exist() -> None:
    assert block(FRONT, "command: test").strip() == "scripts/test"
    assert (ROOT / "scripts" / "test").stat().st_mode & 0o100
    quickstart = block(FRONT, "command: quickstart")
    assert quickstart.count("\n") == 1
    assert quickstart.endswith("cnntrain train --config quickstart.yaml\n")


def test_every_command_has_its_row() -> None:
    rows = re.findall(r"^\| `cnntrain (\w+)` \|", section(FRONT, "Use"), re.MULTILINE)
    assert sorted(rows) == sorted(COMMANDS)


@every_page
def test_every_command_shown_exists(page: str) -> None:
    assert commands_on(page) <= set(COMMANDS)


@every_page
def test_every_option_shown_exists(page: str) -> None:
    options = {
        option
        for name in COMMANDS
        for parameter in command(name).params
        for option in parameter.opts
    }
    for script in (ROOT / "scripts").iterdir():
        if script.is_file():
            options |= set(re.findall(r'"(--[a-z-]+)"', script.read_text(encoding="utf-8")))
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", re.sub(r"<!--.*?-->", "", read(page))))
    assert shown - options - {"--help"} == set()


@pytest.mark.parametrize(
    "file", [*PAGES, *(f"configs/{p.name}" for p in ROOT.glob("configs/*.yaml"))]
)
def test_what_a_shell_would_take_for_a_pattern_is_quoted(file: str) -> None:
    unquoted = r"""--[a-z-]+[ =][^\s'"`|]*[\[{*?][^\s`]*"""  # zsh stops at --set network[1]=relu
    assert re.findall(unquoted, read(file)) == []


@every_page
def test_every_link_leads_to_a_file(page: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", read(page)):
        assert (ROOT / page).parent.joinpath(link).is_file(), link


@every_page
def test_every_file_named_exists(page: str) -> None:
    folders = [(ROOT / page).parent, ROOT, ROOT / "cnntrain", ROOT / "configs"]
    made_by_a_run = {"config.yaml", "original.yaml", "best.yaml"}
    written_by_the_reader = {"my_layers.py"}
    names = set(re.findall(r"`([\w./-]+\.(?:py|yaml|md))`", read(page)))
    for name in names - made_by_a_run - written_by_the_reader:
        assert any((folder / name).is_file() for folder in folders), name


def test_every_file_on_the_map_exists() -> None:
    tree = section(FRONT, "Where things are").partition("```text\n")[2].partition("```")[0]
    folder: dict[int, Path] = {0: ROOT}
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for name in re.findall(r"[\w-]+(?:/|\.py)(?= |$)", line.strip().partition("   ")[0]):
            path = folder[depth] / name
            assert path.exists(), path
            if name.endswith("/"):
                folder[depth + 1] = path
    assert folder.keys() == {0, 1, 2, 3}


def test_every_package_is_on_the_map() -> None:
    tree = section(FRONT, "Where things are")
    packages = {path.parent.name for path in (ROOT / "cnntrain").glob("*/__init__.py")}
    assert packages - set(re.findall(r"^  (\w+)/ ", tree, re.MULTILINE)) == set()


def test_the_tests_that_keep_a_promise_exist() -> None:
    promises = section(FRONT, "What it promises")
    rows = re.findall(r"^\| \*\*.*\| (.*) \|$", promises, re.MULTILINE)
    named = [re.findall(r"`(tests/[\w/]+\.py)`", row) for row in rows]
    assert len(rows) >= 8
    assert all(named)
    assert [file for row in named for file in row if not (ROOT / file).is_file()] == []
