"""The lesson's section on writing a layer: its files run, and its sentences are the program's."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cnntrain.cli import main
from cnntrain.explain import exercise
from tests.explain.exercises import findings
from tests.nn.test_readme import without_figures
from tests.readme import CHINESE, LESSON, block, section

FILE = block(LESSON, "file: my_layers.py")
COMMAND = "cnntrain check lenet.yaml --with my_layers.py"


@pytest.mark.parametrize("name", ["my_layers.py", "my_sigmoid.py"])
def test_the_files_that_it_shows_are_right(tmp_path: Path, name: str) -> None:
    found = findings(tmp_path, block(LESSON, f"file: {name}"))
    assert {finding.array for finding in found} >= {"y", "dx"}
    assert [finding.problem for finding in found if not finding.right] == []


def test_the_mistake_that_it_shows_is_answered_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, wrong = "self.W[:, :, u, v], dy", "self.W[:, :, -1 - u, -1 - v]"
    assert right in FILE
    for page, heading in ((LESSON, "Write a layer yourself"), (CHINESE, "自己写一层")):
        assert f"`{wrong}`" in section(page, heading)
    (tmp_path / "my_layers.py").write_text(FILE.replace(right, f"{wrong}, dy"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    done = CliRunner().invoke(main, COMMAND.split()[1:])
    assert done.exit_code == 1
    shown = block(LESSON, f"output, but for the digits: {COMMAND}")
    assert without_figures(shown) == without_figures(done.stdout)


def test_the_sentences_of_its_table_are_the_programs() -> None:
    said = re.findall(
        r"^\|.*\| `(.+)` \|$", section(LESSON, "Write a layer yourself"), re.MULTILINE
    )
    sources = Path(exercise.__file__).parent.glob("*.py")
    program = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert len(said) == 9
    for sentence in said:
        assert sentence in program
