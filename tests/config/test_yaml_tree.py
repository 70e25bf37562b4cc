from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnntrain.config.yaml_tree import dump, parse
from cnntrain.errors import ConfigError

NUMBERS = [
    ("1e-3", 0.001),
    ("1E5", 100000.0),
    ("-2.5e+2", -250.0),
    (".5", 0.5),
    ("1.", 1.0),
    ("60_000", 60000),
    ("010", 10),  # eight in YAML 1.1
    ("+3", 3),
    (".inf", float("inf")),
    ("-.INF", float("-inf")),
]
WORDS = [("~", None), ("null", None), ("True", True), ("false", False)]
TEXTS = ["yes", "no", "on", "1:30", "2001-01-01", "0x1f", "1e", "e5", ".", "-", "_1", "<<", "="]


@pytest.mark.parametrize(("text", "value"), [*NUMBERS, *WORDS])
def test_a_plain_value_is_read_as_people_read_it(text: str, value: object) -> None:
    found = parse(f"a: {text}", "x").plain()["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", TEXTS[:-4] + TEXTS[-2:])
def test_what_is_no_number_is_text(text: str) -> None:
    assert parse(f"a: {text}", "x").plain() == {"a": text}


@pytest.mark.parametrize("text", ["'1'", '"1"'])
def test_what_is_quoted_is_text(text: str) -> None:
    assert parse(f"a: {text}", "x").plain() == {"a": "1"}


def test_a_long_row_of_digits_is_read_in_no_time() -> None:
    assert parse("a: " + "1" * 100_000 + "x", "x").plain()["a"].endswith("1x")


def test_every_value_knows_its_line() -> None:
    root = parse("a: 1\nb:\n  - 2\n  -\n    c: 3\n", "f")
    assert root.value["a"].where == "f:1"
    assert root.value["b"].where == "f:2"
    assert [item.where for item in root.value["b"].value] == ["f:3", "f:5"]


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory() -> None:
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    with pytest.raises(ConfigError, match="its aliases repeat too much"):
        parse("\n".join(["a0: &a0 [x]", *levels]), "bomb.yaml")


def test_an_alias_stands_for_a_value_of_its_own() -> None:
    root = parse("a: &v {x: 1}\nb: *v\n", "f")
    root.value["b"].value["x"].value = 2
    assert root.plain() == {"a": {"x": 1}, "b": {"x": 2}}


def test_lists_are_written_as_people_write_them() -> None:
    data = {"network": [{"conv": {"kernel": [3, 5]}}, "relu"], "inputs": [[0.5, 1], [2, 3]]}
    assert (
        dump(data)
        == """\
network:
  - conv:
      kernel: [3, 5]
  - relu
inputs: [[0.5, 1], [2, 3]]
"""
    )


WORD = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=5)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False)
    | WORD
    | st.from_regex(r"\A[-+0-9._eExXobBOyn:~]{1,6}\Z"),  # what looks like something else
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(WORD, inside, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,5}\Z"), PLAIN, min_size=1, max_size=3))
def test_what_is_dumped_is_read_again(data: dict[str, Any]) -> None:
    assert parse(dump(data), "x").plain() == data
