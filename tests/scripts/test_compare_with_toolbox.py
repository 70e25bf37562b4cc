"""`scripts/compare_with_toolbox`, which needs Octave and the toolbox to do what it is for."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "compare_with_toolbox"
UNTRAINED = """
import sys
from pathlib import Path
import numpy as np
driver, toolbox, folder = sys.argv[-3:]
assert Path(driver).is_file() and Path(toolbox, "CNN", "cnnff.m").is_file()
assert np.fromfile(Path(folder, "images")).size == 60 * 50 * 28 * 28
assert np.fromfile(Path(folder, "targets")).reshape(-1, 10).sum(axis=1).tolist() == [1] * 3000
np.ones(60).tofile(Path(folder, "losses"))
"""


def compare(toolbox: Path, programs: Path) -> subprocess.CompletedProcess[str]:
    """Run the script where no program but those in a folder can be found."""
    return subprocess.run(
        [sys.executable, SCRIPT, toolbox, "--dataset", "synthetic"],
        env={**os.environ, "PATH": str(programs)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def toolbox(tmp_path: Path) -> Path:
    """Return a folder that looks like the toolbox's."""
    (tmp_path / "toolbox" / "CNN").mkdir(parents=True)
    (tmp_path / "toolbox" / "CNN" / "cnnff.m").touch()
    return tmp_path / "toolbox"


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return an empty folder for programs."""
    (tmp_path / "programs").mkdir()
    return tmp_path / "programs"


def install_octave(programs: Path, source: str) -> None:
    """Put a Python program in Octave's place."""
    (programs / "octave-cli").write_text(f"#!{sys.executable}\n{source}")
    (programs / "octave-cli").chmod(0o755)


def test_the_script_is_executable_and_its_driver_beside_it() -> None:
    assert os.access(SCRIPT, os.X_OK)
    assert SCRIPT.with_name("compare_with_toolbox.m").is_file()


def test_a_folder_without_the_toolbox_is_refused(tmp_path: Path, programs: Path) -> None:
    result = compare(tmp_path / "elsewhere", programs)
    assert result.returncode == 2
    assert result.stderr == (
        f"{tmp_path / 'elsewhere'}: found no CNN/cnnff.m in it, expected the folder of "
        "DeepLearnToolbox; get a copy from https://github.com/rasmusbergpalm/DeepLearnToolbox\n"
    )


def test_a_machine_without_octave_is_told_so(toolbox: Path, programs: Path) -> None:
    result = compare(toolbox, programs)
    assert result.returncode == 2
    assert result.stderr == (
        "octave: found neither octave-cli nor octave on the PATH, expected GNU Octave 3.8 or "
        "later; install it, for example with `apt install octave` or `brew install octave`\n"
    )


def test_what_octave_complains_of_is_passed_on(
    toolbox: Path,
    programs: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install_octave(programs, "import sys; sys.exit('error: cnnsetup undefined')")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    main = runpy.run_path(str(SCRIPT), run_name="compare_with_toolbox")["main"]
    for name in ("hand_over", "train_here"):  # our side, which works, takes its time
        monkeypatch.setitem(main.__globals__, name, lambda *_: ({}, []))
    assert main([str(toolbox), "--dataset", "synthetic"]) == 2
    assert "ended with exit code 1:\nerror: cnnsetup undefined\n" in capsys.readouterr().err


@pytest.mark.slow  # it trains sixty mini-batches
def test_programs_that_disagree_are_found_out(toolbox: Path, programs: Path) -> None:
    install_octave(programs, UNTRAINED)
    result = compare(toolbox, programs)
    assert (result.returncode, result.stderr) == (1, "")
    title, weights, losses = result.stdout.splitlines()
    assert title.startswith("after 60 mini-batches of 50, cnntrain and DeepLearnToolbox differ by")
    assert float(weights.split()[1]) > 0.01
    assert float(losses.split()[1].rstrip(",")) > 0.01
