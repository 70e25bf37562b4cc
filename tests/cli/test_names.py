"""Names that a file system allows and a terminal would obey: printed on one line, escaped."""

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from tests.cli.conftest import TINY, Cnntrain

ODD = "a\nb\x1b[31m\tc\u202e"  # a line break, the colour red, a tab, and text from right to left
SHOWN = "a\\nb\\x1b[31m\\tc\\u202e"
OBEYED = re.compile("[\0-\x08\x0b-\x1f\u202e]")  # tab is looked for by itself
LINES = [  # @ is the name; what each prints on stdout and stderr must have as many lines as for "x"
    "train @.yaml --out @.new",
    "train @.yaml --out @.run",
    "train --resume @.run",
    "train --resume @.none",
    "train @.yaml --set @=1",
    "train @.yaml --set train.alpha=@",
    "train @.none",
    "train @.folder --resume @.run",
    "train @.yaml --with @.png",
    "eval @.run",
    "eval @.run --errors @.none/e.png",
    "eval @.run --predictions @.csv",
    "eval @.folder",
    "predict @.png @.bad.png --model @.run --top 2",
    "predict @.folder --model @.run",
    "describe @.yaml",
    "check @.yaml",
    "check --with @.bad.png",
    "trace @.run",
    "plot @.run confusion --text",
    "plot @.run filters --text",
    "plot @.run filters -o @.f.png",
    "plot @.none curves",
    "report @.run --data-dir @.folder -o @.html",
    "compare @.run @.other",
    "runs",
    "runs export @.run -o @.again.yaml",
    "runs rm @.other --yes",
    "configs @",
    "configs lenet --copy @.copy.yaml",
    "data @.images",
    "data @.images --strict",
    "data @.folder",
    "data @.none",
    "download mnist --from @.folder",
]


def prepare(name: str, trained: Path) -> None:
    """Make everything that LINES take under a name."""
    shutil.rmtree("runs", ignore_errors=True)
    Path(f"{name}.yaml").write_text(TINY)
    Path(f"{name}.folder").mkdir()
    Path(f"{name}.bad.png").write_bytes(b"no picture")
    Image.fromarray(np.eye(28, dtype=np.uint8) * 255).save(f"{name}.png")
    for part in ("train", "test"):
        for label in (name, "other"):
            folder = Path(f"{name}.images", part, label)
            folder.mkdir(parents=True)
            shutil.copy(f"{name}.png", folder)
            shutil.copy(f"{name}.bad.png", folder)
    for run in (f"{name}.run", f"{name}.other", f"runs/{name}"):
        shutil.copytree(trained, run)


def test_no_name_forges_a_line(cnntrain: Cnntrain, trained: Path) -> None:
    printed = {}
    for name in ("x", ODD):
        prepare(name, trained)
        printed[name] = [
            cnntrain(*(word.replace("@", name) for word in line.split())) for line in LINES
        ]
    for line, plain, odd in zip(LINES, printed["x"], printed[ODD], strict=True):
        assert odd.returncode == plain.returncode, (line, odd.stderr)
        for ours, theirs in ((odd.stdout, plain.stdout), (odd.stderr, plain.stderr)):
            assert not OBEYED.search(ours), line
            assert "\t" not in ours, line
            assert ours.count("\n") == theirs.count("\n"), (line, ours)


def test_a_command_to_go_on_with_is_quoted(cnntrain: Cnntrain, here: Path) -> None:
    done = cnntrain("train", "tiny", "--epochs", "1", "--out=-rf it's")
    [command] = re.findall("`(cnntrain eval .*?)`", done.stderr)
    assert shlex.split(command) == ["cnntrain", "eval", "./-rf it's"]


def test_an_error_has_the_name_on_one_line(cnntrain: Cnntrain) -> None:
    done = cnntrain("train", f"{ODD}.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {SHOWN}.yaml: no such configuration")
