"""Values and types in the words of people who do not program."""

import re
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from cnntrain.config.complaints.slips import odd_character

LONGEST = 60  # characters of a value in a message
NUMBER_IN_QUOTES = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
THOUSANDS = re.compile(r"\d{1,3}([, ']\d{3})+")
PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?%")

NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
MANY = {int: "whole numbers", float: "numbers", bool: "true or false", str: "texts"}
COUNTS = {2: "two", 3: "three", 4: "four"}
TRUTH = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}

# What other programs take for an option, by its last name.
VALUES = {
    ("padding", "same"): "for a kernel of 5, `padding: 2` keeps the size",
    ("padding", "valid"): "that is `padding: 0`",
    ("batches", "all"): "leave it out to use all images once",
    ("seed", "random"): "choose any number",
    ("dtype", "double"): "that is `dtype: float64`",
    ("dtype", "float"): "that is `dtype: float32`",
    **dict.fromkeys(
        [("dtype", name) for name in ("fp32", "f32", "float16", "fp16", "half")],
        "`dtype: float32` is the smallest",
    ),
    **dict.fromkeys([("dtype", "fp64"), ("dtype", "f64")], "that is `dtype: float64`"),
    ("dtype", "single"): "that is `dtype: float32`",
}


def found(value: Any) -> str:
    """Return what stands in a file: found 3.5, found the text 'abc', found nothing."""
    if value is None:
        return "found nothing"
    if isinstance(value, str):
        return f"found the text {shortened(value)}"
    if isinstance(value, dict):
        return f"found the options {shortened(value)}"
    if isinstance(value, list):
        return f"found the list {shortened(value)}"
    return f"found {shortened(value)}"


def shortened(value: Any) -> str:
    """Return a value as a file has it, as it fits into a message."""
    text = repr(value) if isinstance(value, str) else _written(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _written(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        entries = (f"{k}:" if v is None else f"{k}: {_written(v)}" for k, v in value.items())
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    return str(value)


def expected(hint: Any) -> str:
    """Return what a type of the schema takes: a whole number, a list of numbers, ..."""
    choices = [arm for arm in arms(hint) if arm is not NoneType]
    return " or ".join(_one(choice) for choice in choices)


def arms(hint: Any) -> tuple[Any, ...]:
    """Return the types that a union allows, or the one type."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _one(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(str, get_args(hint)))}"
    inner = get_args(hint)
    if get_origin(hint) is list:
        return f"a list of {_many(inner[0])}"
    if get_origin(hint) is tuple:
        count = COUNTS.get(len(inner), str(len(inner)))
        return f"a list of {count} {_many(inner[0])}"
    return NAMES.get(hint, "another value")


def _many(hint: Any) -> str:
    if get_origin(hint) is list:
        return f"lists of {_many(get_args(hint)[0])}"
    return MANY.get(hint, "values")


def advice(value: Any, hint: Any, option: str) -> str:
    """Return what to write instead of a value of the wrong type, where its kind is well known."""
    kinds = arms(hint)
    if value is None:
        return "write a value after the colon, or remove the line"
    if option == "validation" and _is_share(value):
        return "it is a number of images, such as 5000"
    if not isinstance(value, str):
        whole = isinstance(value, float) and int in kinds and float not in kinds
        if not whole or not value.is_integer():
            return ""
        return f"write {int(value)}" if abs(value) < 1e17 else "write one of at most 18 digits"
    if (odd := odd_character(value)) is not None:
        return odd
    known = VALUES.get((option, value.lower()))
    if known is not None:
        return known
    if bool in kinds and value.lower() in TRUTH:
        return f"write {TRUTH[value.lower()]}"
    return _as_number(value, kinds) if int in kinds or float in kinds else ""


def _is_share(value: Any) -> bool:
    """Return whether a value is a part of a whole: 0.1, or 10%."""
    if isinstance(value, str):
        return PERCENT.fullmatch(value) is not None
    return isinstance(value, float) and 0 < value < 1


def _as_number(text: str, kinds: tuple[Any, ...]) -> str:
    """Return how to write what people mean by a number."""
    if NUMBER_IN_QUOTES.fullmatch(text):
        return "remove the quotes"
    if THOUSANDS.fullmatch(text) and (int in kinds or not DECIMAL_COMMA.fullmatch(text)):
        return f"write {re.sub('[^0-9]', '', text)}"
    if DECIMAL_COMMA.fullmatch(text) and float in kinds:
        return f"write {text.replace(',', '.')}, with a point"
    percent = PERCENT.fullmatch(text)
    if percent and float in kinds:
        return f"write {float(percent[1]) / 100:g}"
    return ""
