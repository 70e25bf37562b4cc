"""Configurations that were written to do harm: refused soon, in a short and harmless sentence."""

import time
from pathlib import Path

import pytest

from cnntrain.config import parse_config
from cnntrain.config.find import read_text
from cnntrain.config.yaml_tree import LONGEST
from cnntrain.errors import ConfigError

BASE = "dataset: mnist\nnetwork:\n  - dense: 10\n"


def complaint(text: str) -> str:
    before = time.monotonic()
    with pytest.raises(ConfigError) as raised:
        parse_config(text, "x.yaml")
    assert time.monotonic() - before < 20
    said = str(raised.value)
    assert said.isprintable()
    assert len(said) < 1500
    return said


@pytest.mark.parametrize(
    "text",
    [
        "a: &a " + "z" * 100_000 + "\nb: [" + ",".join(["*a"] * 9_000) + "]\n",
        "a: &a [" + "1," * 100 + "1]\nb: &b [" + "*a," * 100 + "*a]\nc: [" + "*b," * 100 + "*b]\n",
    ],
    ids=["of a long text", "of aliases"],
)
def test_aliases_do_not_multiply_a_text(text: str) -> None:
    assert "its aliases repeat too much; write out what is needed" in complaint(text)


def test_a_text_that_is_too_long_is_not_read() -> None:
    text = BASE + "#" * LONGEST
    assert (
        complaint(text)
        == "x.yaml: has more than 1,000,000 characters; no configuration is that long"
    )


def test_a_device_is_not_read_to_its_end() -> None:
    with pytest.raises(
        ConfigError, match="/dev/zero: has more than 4,000,000 bytes, expected a YA"
    ):
        read_text(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('seed: "\\ud800"', "seed: found U+D800, half of a character; write the whole one"),
        ('"\\udfff": 1', "found U+DFFF, half of a character; write the whole one"),
        ('seed: "\\e[2J\\a"', "seed: found the text '\\x1b[2J\\x07', expected a whole number"),
        (f"{'x' * 100_000}: 1", "found no name with a colon and a space behind it"),
        (f"? {'x' * 100_000}\n: 1", "x…x"),
        (f"seed: {'x' * 100_000}", "seed: found the text 'xxx"),
        ('"\\e]0;title\\a": 1', "\\x1b]0;title\\x07"),
    ],
)
def test_what_a_file_holds_is_shown_short_and_harmless(line: str, found: str) -> None:
    assert found in complaint(f"{BASE}{line}\n")
