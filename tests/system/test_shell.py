"""Commands for the user to paste: what a shell makes of them is what was meant."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cnntrain.system.shell import command
from cnntrain.system.text import one_line

WORDS = [
    *("plain", "", "two words", "it's", 'a"b', "$(reboot)`x`", "~", "*?[a]", "a\\nb", "#", "{a,b}"),
    *("a\nb", "tab\there", "\x1b[31mred", "it's\na \\ back", "a\u202eb", os.fsdecode(b"\xff'\n")),
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_shell_reads_every_word_as_it_was() -> None:
    line = command("printf", "%s\\0", *WORDS)
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=True)
    assert done.stdout.split(b"\0")[:-1] == [os.fsencode(word) for word in WORDS]


@pytest.mark.parametrize("word", WORDS)
def test_a_command_is_one_harmless_line(word: str) -> None:
    assert one_line(command("cnntrain", word)) == command("cnntrain", word)


def test_usual_names_stay_as_they_are() -> None:
    line = command("cnntrain", "train", "--resume", Path("runs/lenet-1"))
    assert line == "cnntrain train --resume runs/lenet-1"


def test_a_path_that_begins_with_a_dash_is_not_taken_for_an_option() -> None:
    assert command("cnntrain", "eval", Path("-rf"), "-o") == "cnntrain eval ./-rf -o"
    assert command(Path("-a\nb")) == "$'./-a\\012b'"
