"""The program around the command line: what it makes of Ctrl-C, and of bugs."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from cnntrain import __main__, cli

pytestmark = pytest.mark.usefixtures("_interrupts_put_back")


@pytest.mark.parametrize("made_of_it", [KeyboardInterrupt, ImportError])
def test_ctrl_c_ends_the_program_in_one_word_whatever_a_library_makes_of_it(
    made_of_it: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def work(**_: object) -> None:
        with suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        raise made_of_it

    monkeypatch.setattr(cli, "main", work)
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "Interrupted\n"


def test_a_bug_is_not_taken_for_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "main", work)
    with pytest.raises(ZeroDivisionError):
        __main__.main()


def test_ctrl_c_within_code_that_is_executed_ends_with_the_exit_code_of_the_program(
    tmp_path: Path,
) -> None:
    """Dataclasses are made so as modules are imported; Python itself would end by SIGINT."""
    program = (
        "import os, signal, sys\n"
        "from cnntrain.system.interrupt import remember_interrupts\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "remember_interrupts()\n"
        "try:\n"
        "    exec('os.kill(os.getpid(), signal.SIGINT)')\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    (tmp_path / "program.py").write_text(program)
    command = [sys.executable, "-m", "program"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")
