"""scripts/soak: a small share of it with every test run, and that it notices what is broken."""

import importlib
import os
import random
import re
import subprocess
import sys
from typing import Any

import pytest

from cnntrain.data.augment import DISTORTIONS
from cnntrain.nn.schedules import SCHEDULES
from cnntrain.nn.updates import UPDATES
from tests.nn.pytorch import MISSING
from tests.readme import ROOT

SCRIPTS = ROOT / "scripts"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork")

BROKEN = """
import runpy, sys
sys.path[:0] = [{scripts!r}, {scripts!r} + "/soaks"]
import kills, trial

def fail(folder):
    (folder / "proof").write_text("kept")
    assert False, "a row is missing"

kills.trials = lambda rng: iter([trial.Trial("a trial", fail), trial.Trial("another", lambda _: None)])
trial.load_everything = lambda: None
sys.argv = ["soak", "kills", "--for", "1m"]
runpy.run_path({scripts!r} + "/soak", run_name="__main__")
"""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=300, check=False
    )


def test_a_few_seconds_of_each_part_break_no_promise() -> None:
    done = run(str(SCRIPTS / "soak"), "--for", "5s")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    lines = done.stdout.splitlines()
    parts = {"configurations", "downloads", "filesystem", "kills", "readers", "surroundings"}
    if MISSING:
        assert lines.pop(0) == "gradients: left out: PyTorch is not installed"
    else:
        parts.add("gradients")
    assert lines[0].split() == ["part", "trial", "times", "slowest"]
    assert {line.split()[0] for line in lines[1:-1]} == parts
    assert re.fullmatch(
        r"[\d,]+ trials in \d+\.\d minutes \(seed 0\): none broke a promise", lines[-1]
    )


def test_a_broken_promise_is_told_with_its_folder_and_fails() -> None:
    done = run("-c", BROKEN.format(scripts=str(SCRIPTS)))
    assert done.returncode == 1
    found = re.match(r"BROKEN kills, a trial: a row is missing\n  (/.*/kills-\w+)\n", done.stdout)
    assert found
    assert done.stdout.endswith("2 trials in 0.0 minutes (seed 0): 1 broke a promise\n")
    proof = found[1] + "/proof"
    with open(proof, encoding="utf-8") as file:
        assert file.read() == "kept"
    os.unlink(proof)
    os.rmdir(found[1])
    os.rmdir(os.path.dirname(found[1]))


def test_every_update_rule_schedule_and_distortion_is_killed_and_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(SCRIPTS / "soaks")
    small: Any = importlib.import_module("small")
    decks = small.Decks(random.Random(0))
    sections = [small.training(decks) for _ in range(12)]
    for table, key in ((UPDATES, "update"), (SCHEDULES, "schedule"), (DISTORTIONS, "augment")):
        named = [section.get(key) or () for section in sections]
        used = {name for names in named for name in ([names] if isinstance(names, str) else names)}
        assert used == {*table}
    for key in ("ema", "validation", "patience", "label_smoothing"):
        assert any(key in section for section in sections)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("download",), "download: no such part; expected some of configurations, "),
        (("--for", "soon"), "argument --for: 'soon': expected a time, such as 90s, 20m or 2h"),
    ],
)
def test_what_it_does_not_know_is_named(words: tuple[str, ...], complaint: str) -> None:
    done = run(str(SCRIPTS / "soak"), *words)
    assert done.returncode == 2
    assert complaint in done.stderr
