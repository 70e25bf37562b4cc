"""The lesson beside the engine: its outputs are the program's, its lines of code are the code's."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cnntrain.cli import main
from tests.readme import CHINESE, CONFIGS, LESSON, LESSONS, ROOT, block, paragraph, read, section

LINES = {LESSON: "The configuration, line by line", CHINESE: "逐行读配置"}
STEPS = {
    LESSON: section(LESSON, "From the tutorial's six update steps to the code"),
    CHINESE: section(CHINESE, "从教程的六个更新步骤到代码"),
}
ROW = re.compile(
    r"^\| ([^|]*) \|.*\| `(.+)` \| `(\w+)\.(\w+)`(?: in |，在 )`([\w/.]+)` \|$", re.MULTILINE
)
ROWS = {page: [match.groups() for match in ROW.finditer(steps)] for page, steps in STEPS.items()}
in_both_languages = pytest.mark.parametrize("page", LESSONS)


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
    printed = output(command, tmp_path, monkeypatch)
    for page in LESSONS:
        assert block(page, f"output: {command}") == printed


def test_the_table_of_check_is_the_programs_but_for_rounding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = "cnntrain check lenet.yaml"
    printed = without_figures(output(command, tmp_path, monkeypatch))
    for page in LESSONS:
        assert without_figures(block(page, f"output, but for the digits: {command}")) == printed


def test_the_part_of_trace_is_the_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = "cnntrain trace lenet.yaml --set dataset=synthetic"
    printed = output(command, tmp_path, monkeypatch)
    for page in LESSONS:
        shown = block(page, f"part of the output: {command}")
        assert shown.count("\n") > 20
        assert f"\n{shown}" in printed


@in_both_languages
def test_the_lines_that_it_explains_are_those_of_the_configuration(page: str) -> None:
    lenet = yaml.safe_load(read("configs/lenet.yaml"))
    explained = [
        yaml.safe_load(part)
        for row in re.findall(r"^\| (`.*?`) \|", section(page, LINES[page]), re.MULTILINE)
        for part in re.findall(r"`([^`]+)`", row)
    ]
    layers = [line[0] for line in explained if isinstance(line, list)]
    assert layers == lenet["network"]
    for line in explained:
        if isinstance(line, dict):
            assert line.items() <= (lenet | lenet["train"]).items()


@in_both_languages
def test_all_six_steps_are_on_the_way_from_the_error_to_the_update(page: str) -> None:
    steps = [step for step, *_ in ROWS[page] if "−=" in step]
    assert [step.partition(" ")[0] for step in steps] == ["w1", "b1", "w2", "b2", "w3", "b3", "w"]
    rows = [line for line in STEPS[page].splitlines() if line.startswith("| ")]
    headings = 3 * 2  # each table's heading and the line under it
    assert len(ROWS[page]) == len(rows) - headings


@pytest.mark.parametrize(
    ("page", "step", "line", "kind", "method", "path"),
    [(page, *row) for page, rows in ROWS.items() for row in rows],
)
def test_each_step_is_computed_by_the_line_it_shows(
    page: str, step: str, line: str, kind: str, method: str, path: str
) -> None:
    assert line in lines_of(path, kind, method), (page, step)


def sections(page: str) -> list[str]:
    """Return the parts of a page in order, from one heading to the next."""
    return re.split(r"^## ", read(page), flags=re.MULTILINE)


def test_the_chinese_lesson_says_the_same_about_the_same_names() -> None:
    english, chinese = sections(LESSON), sections(CHINESE)
    assert len(english) == len(chinese)
    for one, other in zip(english, chinese, strict=True):
        blocks = re.compile(r"^```.*?^```$|^<!--.*?-->$", re.MULTILINE | re.DOTALL)
        assert blocks.findall(one) == blocks.findall(other)
        names = [set(re.findall(r"`([^`\n]+)`", blocks.sub("", part))) for part in (one, other)]
        assert names[0] ^ names[1] == set()
        assert [part.count("\n| ") for part in (one, other)] == [one.count("\n| ")] * 2
    assert "[中文](README.zh.md)" in english[0]
    assert "[English](README.md)" in chinese[0]


ADDING = ("Add a layer", "Add an update rule", "Add a schedule or a loss")
ADDING_IN_CHINESE = ("添加一种层", "添加一种更新规则", "添加一种学习率计划或损失函数")
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
NAMED_IN_CHINESE = sorted(
    {
        (CHINESE, table, path)
        for heading in ADDING_IN_CHINESE
        for path, table in re.findall(r"`([\w/.]+)` 的 `([A-Z_]+)`", section(CHINESE, heading))
    }
)


@pytest.mark.parametrize(("page", "table", "path"), [*NAMED, *NAMED_IN_CHINESE])
def test_the_tables_to_extend_are_where_it_says(page: str, table: str, path: str) -> None:
    beside, below = (ROOT / page).parent / path, ROOT / path
    source = (beside if beside.exists() else below).read_text(encoding="utf-8")
    assert re.search(rf"^{table}\b.* = ", source, re.MULTILINE), f"{table} in {path}"


def test_it_names_the_tables_of_all_that_a_configuration_chooses() -> None:
    tables = {table for _, table, _ in NAMED}
    assert tables >= {"ACTIVATIONS", "LAYERS", "UPDATES", "SCHEDULES", "LOSSES", "DISTORTIONS"}
    here = {(table, path) for page, table, path in NAMED if page == LESSON}
    assert here == {(table, path) for _, table, path in NAMED_IN_CHINESE}
