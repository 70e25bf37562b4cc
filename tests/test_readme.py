"""What the README shows is what the program does."""

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cnntrain.cli import main
from cnntrain.nn.layers import LAYERS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(mark: str) -> str:
    """Return the fenced block under a comment."""
    found = re.search(
        rf"^<!-- {re.escape(mark)} -->\n```\w+\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
    )
    assert found, mark
    return found[1]


def output(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a command prints, run in an empty folder at the usual width."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("COLUMNS", raising=False)
    result = CliRunner().invoke(main, command.removeprefix("cnntrain ").split())
    assert result.exit_code == 0, result.stderr
    return result.stdout


def without_figures(text: str) -> list[str]:
    """Return the lines with every number, and the spaces around it, replaced.

    Which number has the worst error is a matter of digits, too.
    """
    text = re.sub(r"(worst \S+ at )\S+", r"\1#", text)
    return [re.sub(r"[\s\[]*[-+]?\d[\d.,e+\-\]]*\s*", " # ", line) for line in text.splitlines()]


def test_the_table_of_describe_is_the_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "cnntrain describe lenet.yaml"
    assert block(f"output: {command}") == output(command, tmp_path, monkeypatch)


def test_the_table_of_check_is_the_programs_but_for_rounding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "cnntrain check lenet.yaml"
    shown = block(f"output, but for the digits: {command}")
    assert without_figures(shown) == without_figures(output(command, tmp_path, monkeypatch))


def test_the_part_of_trace_is_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = "cnntrain trace lenet.yaml --set dataset=synthetic"
    shown = block(f"part of the output: {command}")
    assert shown.count("\n") > 20
    assert f"\n{shown}" in output(command, tmp_path, monkeypatch)


def test_the_marked_commands_run_files_that_exist() -> None:
    assert block("command: test").strip() == "scripts/test"
    assert (ROOT / "scripts" / "test").stat().st_mode & 0o100
    quickstart = block("command: quickstart")
    assert quickstart.count("\n") == 1
    assert quickstart.endswith("cnntrain train --config quickstart.yaml\n")


def test_every_command_shown_exists() -> None:
    inline = re.findall(r"`cnntrain ([a-z]+)\b", README)
    blocks = re.findall(r"^\.venv/bin/cnntrain ([a-z]+)\b", README, re.MULTILINE)
    assert {*inline, *blocks} == set(main.commands)


def test_every_option_shown_exists() -> None:
    options = {
        option
        for command in main.commands.values()
        for parameter in command.params
        for option in parameter.opts
    }
    script = (ROOT / "scripts" / "benchmark").read_text(encoding="utf-8")
    options |= set(re.findall(r'"(--[a-z-]+)"', script))
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", re.sub(r"<!--.*?-->", "", README)))
    assert shown - options - {"--help"} == set()


def test_every_shipped_configuration_has_its_row() -> None:
    rows = re.findall(r"^\| `([\w-]+\.yaml)` \|", README, re.MULTILINE)
    assert sorted(rows) == sorted(path.name for path in (ROOT / "configs").iterdir())


def test_the_lines_that_it_explains_are_those_of_the_configuration() -> None:
    lenet = yaml.safe_load((ROOT / "configs" / "lenet.yaml").read_text(encoding="utf-8"))
    section = README.partition("## The configuration, line by line")[2].partition("\n\nLayers:")[0]
    explained = [
        yaml.safe_load(part)
        for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
        for part in re.findall(r"`([^`]+)`", row)
    ]
    layers = [line[0] for line in explained if isinstance(line, list)]
    assert layers == lenet["network"]
    for line in explained:
        if isinstance(line, dict):
            assert line.items() <= (lenet | lenet["train"]).items()


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_named(layer: str) -> None:
    assert f"`{layer}`" in README


def test_every_file_on_the_map_exists() -> None:
    tree = README.partition("## Where things are")[2].partition("```text\n")[2].partition("```")[0]
    folder: dict[int, Path] = {0: ROOT}
    for line in tree.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        for name in re.findall(r"[\w-]+(?:/|\.py)(?= |$)", line.strip().partition("   ")[0]):
            path = folder[depth] / name
            assert path.exists(), path
            if name.endswith("/"):
                folder[depth + 1] = path
    assert folder.keys() == {0, 1, 2, 3}


@pytest.mark.parametrize("link", re.findall(r"`([A-Z]\w+)\.(\w+)` in `(nn/[\w/.]+)`", README))
def test_the_code_of_the_update_steps_is_where_it_says(link: tuple[str, str, str]) -> None:
    name, method, path = link
    source = (ROOT / "cnntrain" / path).read_text(encoding="utf-8")
    assert f"class {name}" in source
    assert f"def {method}(" in source
