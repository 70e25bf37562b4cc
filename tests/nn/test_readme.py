"""The lesson beside the engine: its outputs are the program's, its lines of code are the code's."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cnntrain.cli import main
from tests.readme import CONFIGS, LESSON, ROOT, block, paragraph, read, section

STEPS = section(LESSON, "From the tutorial's six update steps to the code")
ROW = re.compile(r"^\| ([^|]*) \|.*\| `(.+)` \| `(\w+)\.(\w+)` in `([\w/.]+)` \|$", re.MULTILINE)
ROWS = [match.groups() for match in ROW.finditer(STEPS)]


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


def lines_of(path: str, kind: str, method: str) -> list[str]:
    """Return the lines of a method without their indentation."""
    source = (ROOT / "cnntrain" / "nn" / path).read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == kind:
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and part.name == method:
                    lines = source.splitlines()[part.lineno - 1 : part.end_lineno]
                    return [line.strip() for line in lines]
    raise AssertionError(f"{path}: no method {kind}.{method}")


def test_the_table_of_describe_is_the_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "cnntrain describe lenet.yaml"
    assert block(LESSON, f"output: {command}") == output(command, tmp_path, monkeypatch)


def test_the_table_of_check_is_the_programs_but_for_rounding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "cnntrain check lenet.yaml"
    shown = block(LESSON, f"output, but for the digits: {command}")
    assert without_figures(shown) == without_figures(output(command, tmp_path, monkeypatch))


def test_the_part_of_trace_is_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = "cnntrain trace lenet.yaml --set dataset=synthetic"
    shown = block(LESSON, f"part of the output: {command}")
    assert shown.count("\n") > 20
    assert f"\n{shown}" in output(command, tmp_path, monkeypatch)


def test_the_lines_that_it_explains_are_those_of_the_configuration() -> None:
    lenet = yaml.safe_load(read("configs/lenet.yaml"))
    explained = [
        yaml.safe_load(part)
        for row in re.findall(
            r"^\| (`.*?`) \|", section(LESSON, "The configuration, line by line"), re.MULTILINE
        )
        for part in re.findall(r"`([^`]+)`", row)
    ]
    layers = [line[0] for line in explained if isinstance(line, list)]
    assert layers == lenet["network"]
    for line in explained:
        if isinstance(line, dict):
            assert line.items() <= (lenet | lenet["train"]).items()


def test_all_six_steps_are_on_the_way_from_the_error_to_the_update() -> None:
    steps = [step for step, *_ in ROWS if "−=" in step]
    assert [step.partition(" ")[0] for step in steps] == ["w1", "b1", "w2", "b2", "w3", "b3", "w"]
    rows = [line for line in STEPS.splitlines() if line.startswith("| ")]
    headings = 3 * 2  # each table's heading and the line under it
    assert len(ROWS) == len(rows) - headings


@pytest.mark.parametrize(("step", "line", "kind", "method", "path"), ROWS)
def test_each_step_is_computed_by_the_line_it_shows(
    step: str, line: str, kind: str, method: str, path: str
) -> None:
    assert line in lines_of(path, kind, method), step


ADDING = ("Add a layer", "Add an update rule", "Add a schedule or a loss")
PARTS = [
    *((LESSON, section(LESSON, heading)) for heading in ADDING),
    (CONFIGS, paragraph(CONFIGS, "A distortion of your own")),
]
NAMED = sorted(
    {
        (page, *each)
        for page, text in PARTS
        for each in re.findall(r"`([A-Z_]+)` in `([\w/.]+)`", text)
    }
)


@pytest.mark.parametrize(("page", "table", "path"), NAMED)
def test_the_tables_to_extend_are_where_it_says(page: str, table: str, path: str) -> None:
    beside, below = (ROOT / page).parent / path, ROOT / path
    source = (beside if beside.exists() else below).read_text(encoding="utf-8")
    assert re.search(rf"^{table}\b.* = ", source, re.MULTILINE), f"{table} in {path}"


def test_it_names_the_tables_of_all_that_a_configuration_chooses() -> None:
    tables = {table for _, table, _ in NAMED}
    assert tables >= {"ACTIVATIONS", "LAYERS", "UPDATES", "SCHEDULES", "LOSSES", "DISTORTIONS"}
