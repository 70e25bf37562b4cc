import ast
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnntrain
from cnntrain.system.text import harmless, json_text, quoted, shown

ROOT = Path(cnntrain.__file__).parent
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb\x08", "a\\x0db\\x08"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("\ud800", "\\ud800"),
        ("Σ é 数 \U0001f600 a\u00a0b", "Σ é 数 \U0001f600 a\u00a0b"),
        ("two\n\tlines", "two\n\tlines"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text: str, safe: str) -> None:
    assert harmless(text) == safe


def test_foreign_text_is_shown_on_one_short_line() -> None:
    assert shown("a\nb\tc") == "a\\nb\\tc"
    assert shown("x" * 100_000 + "end", 20) == "xxxxxxxxxxxxxxx…xxend"
    assert quoted("\x1b" * 1000, 4) == "'\\x1b\\x1b\\x1b…\\x1b'"
    assert quoted(5) == "5"


@given(st.text())
def test_no_text_is_harmful_when_it_is_shown(text: str) -> None:
    safe = shown(text)
    assert len(safe) <= 6 * 101
    assert not set(safe) & {chr(code) for code in (*range(32), *range(127, 160))}
    safe.encode()


@given(ANYTHING)
def test_whatever_is_written_is_json(value: Any) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    for text in (json_text(value), json_text(value, ascii=False)):
        text.encode()
        json.loads(text, parse_constant=refuse)


def test_values_keep_their_meaning_as_json() -> None:
    value = {"a": [math.nan, 1.5, -math.inf, None, True], "b": ("x", "\udcc3\udca9", "\udcff")}
    assert json.loads(json_text(value))["b"] == list(value["b"])
    assert json.loads(json_text(value, ascii=False)) == {
        "a": [None, 1.5, None, None, True],
        "b": ["x", "é", "\ufffd"],
    }
    assert json_text({"a": 1}, compact=True) == '{"a":1}'


def test_json_is_written_in_one_place() -> None:
    places = [
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("dump", "dumps")
        and isinstance(node.value, ast.Name)
        and node.value.id == "json"
    ]
    assert places == ["system/text.py"]
