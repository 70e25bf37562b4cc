"""The reference of all options, read from the classes that are the schema."""

import re
from abc import ABC
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

import pytest

from cnntrain.config.reference import TABLES, Entry, Option, in_words, options, reference
from cnntrain.config.schema import Config, Training
from cnntrain.data.augment import DISTORTIONS
from cnntrain.data.sources import SOURCES
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.losses import LOSSES
from cnntrain.nn.schedules import SCHEDULES
from cnntrain.nn.updates import UPDATES
from cnntrain.show.configs import TITLES

EVERY = [(place, entry) for place, entries in reference().items() for entry in entries]


def named(place: str, name: str) -> Entry:
    return next(entry for entry in reference()[place] if entry.name == name)


@pytest.mark.parametrize(("place", "entry"), EVERY, ids=[f"{p}-{e.name}" for p, e in EVERY])
def test_everything_has_a_meaning(place: str, entry: Entry) -> None:
    assert entry.meaning.endswith((".", ":")), "the first line of the class's docstring"
    unexplained = [option.name for option in entry.options if not option.meaning]
    assert unexplained == [], "the comment behind the field is missing"


def test_every_row_of_every_table_is_there() -> None:
    found = reference()
    for place, table in TABLES.items():
        assert [entry.name for entry in found[place]] == list(table)
    tables = [LAYERS, LOSSES, UPDATES, SCHEDULES, DISTORTIONS, SOURCES]
    assert all(table in TABLES.values() for table in tables)
    assert TABLES.keys() <= TITLES.keys(), "cnntrain/show/configs.py: TITLES"


@pytest.mark.parametrize(("place", "entry"), EVERY, ids=[f"{p}-{e.name}" for p, e in EVERY])
def test_every_type_is_called_by_words(place: str, entry: Entry) -> None:
    for option in entry.options:
        assert re.fullmatch(r"[a-z0-9 ,]{4,}", option.type), option
        assert not re.search(r"of s\b|^s\b|, or $", option.type), (
            f"cnntrain/config/reference.py: WORDS has no row for a part of {option.name}"
        )


def test_every_thing_that_an_option_chooses_has_its_table() -> None:
    chosen = {
        kind
        for section in (Config, Training)
        for hint in get_type_hints(section).values()
        for kind in (hint, *get_args(hint))
        if isinstance(kind, type) and issubclass(kind, ABC)
    }
    bases = {base for table in TABLES.values() for row in table.values() for base in row.__mro__}
    assert chosen - bases == set()
    assert chosen


def test_a_distortion_has_its_options_with_types_defaults_and_meanings() -> None:
    shift, erase = named("train.augment", "shift"), named("train.augment", "erase")
    assert shift.options == (
        Option(
            "pixels", "number", False, "2.0", "at most so far to each side, and as far up or down"
        ),
    )
    assert (erase.options[-1].type, erase.options[-1].default) == ("black or noise", "black")


def test_an_option_has_type_default_and_meaning() -> None:
    conv = {option.name: option for option in named("network", "conv").options}
    assert list(conv)[:2] == ["filters", "kernel"]  # positional ones first, then the inherited
    assert conv["filters"] == Option(
        "filters", "whole number", True, None, "F, the number of output maps"
    )
    assert (conv["bias"].type, conv["bias"].default) == (
        "true or false, or list of numbers",
        "true",
    )
    assert (conv["rate"].required, conv["rate"].default) == (False, None)
    assert conv["freeze"].type == "nothing, weights, bias or all"


def test_learning_rates_and_the_update_rule_are_called_as_files_call_them() -> None:
    train = {option.name: option for option in named("train", "train").options}
    assert train["alpha, alpha2, ..."].type == "number"
    assert train["update"].default == "sgd"
    assert train["augment"].type == "list of distortions"


def test_what_is_added_to_a_table_appears_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclass(eq=False)
    class Fading(Dropout):
        """Fade units out."""

        speed: float = 0.25  # units that fade in a step

    monkeypatch.setitem(LAYERS, "fading", Fading)
    fading = named("network", "fading")
    assert fading.meaning == "Fade units out."
    assert fading.options[-1] == Option(
        "speed", "number", False, "0.25", "units that fade in a step"
    )


@pytest.mark.parametrize(
    ("hint", "words"),
    [
        (float | None, "number"),
        (list[list[float]], "list of lists of numbers"),
        (int | tuple[int, int], "whole number, or list of two"),
        (str | list[Any], "text, or list of values"),
    ],
)
def test_types_are_called_as_people_call_them(hint: Any, words: str) -> None:
    assert in_words(hint) == words


def test_a_field_without_a_comment_has_no_meaning() -> None:
    @dataclass
    class Silent:
        loud: int = 1  # says something
        silent: int = 2

    assert [option.meaning for option in options(Silent)] == ["says something", ""]
