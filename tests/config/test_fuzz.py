"""Whatever stands in a configuration file: it is read, or the complaint is a ConfigError."""

import contextlib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cnntrain.config import load_config, parse_config
from cnntrain.config.find import find_config
from cnntrain.errors import ConfigError

LENET = find_config("lenet").read_text(encoding="utf-8")
PIECES = st.sampled_from(
    [*"{}[]:,-&*!|>'\"%@`#?~ \n\t\0", "- ", ": ", "---", "...", "&a ", "*a", "!!int ", "<<: *a"]
    + ["1e-3", "-1", "9" * 30, "null", "true", ".nan", ".inf", "2001-13-45", "0b_", "190:20:30"]
    + ["\ufeff", "α", "é", "\x85", "\u2028", "\ud800", "conv", "alpha1", "[" * 1000]
) | st.text(max_size=5)
EDITS = st.lists(
    st.tuples(st.integers(0, len(LENET)), st.integers(0, 30), PIECES), min_size=1, max_size=4
)


def edited(edits: list[tuple[int, int, str]]) -> str:
    """Return the text with pieces cut out, each replaced by something else."""
    text = LENET
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    return text


@settings(max_examples=300, deadline=None)
@given(EDITS)
@example([(1, 0, "{{{"), (407, 27, "")])  # an item of a list with no line above it
def test_a_mutated_configuration_raises_nothing_but_config_errors(
    edits: list[tuple[int, int, str]],
) -> None:
    with contextlib.suppress(ConfigError):
        config = parse_config(edited(edits), "x.yaml")
        assert parse_config(config.text, "x.yaml").text == config.text


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
@example("network[0]", "&a [*a]")
@example("train", "alpha")
@example("alpha", "=")
def test_any_override_raises_nothing_but_config_errors(key: str, value: str) -> None:
    with contextlib.suppress(ConfigError):
        load_config("lenet", [f"{key}={value}"])
