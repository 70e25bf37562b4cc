"""Files changed at random: whole ones as they are written, and then damaged, cut, or forged."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

INTERESTING = (
    *(b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1"),
    *(
        b"-1",
        b"0",
        b"1e999",
        b"nan",
        b"-inf",
        b"NaN",
        b"Infinity",
        b"null",
        b"9" * 400,
        b"9" * 5000,  # more digits than Python turns into a number
        b"[" * 5000,
        b'{"a":' * 5000,
        b"\xc2\xb2",
    ),
    *(
        b'"',
        b"'",
        b"{",
        b"[",
        b"]",
        b"}",
        b":",
        b",",
        b"\n",
        b"\r",
        b"\t",
        b"- ",
        b"&a ",
        b"*a",
        b"#",
    ),
    *(b"\x1b[2J", b"\xed\xa0\x80", b"\\ud800", b"\xef\xbb\xbf", b"\x1f\x8b\x08", b"PK\x03\x04"),
)
ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 1e300, float("nan"), 10**400, "", "x", "\ud800", "\x1b[2J\n"),
    *("y" * 5000, [], {}, [1, "a"], {"a": 1}, [[[]]], [None] * 3, {"": {"": []}}, "2026", "9" * 20),
)  # values of JSON where others are expected
LARGEST = 1 << 16  # bytes of a changed file


def mutated(rng: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Return `data` after one to eight changes; some are pieces of `others`, files of its kind."""
    content = bytearray(data)
    for _ in range(1 << rng.randrange(4)):
        _change(rng, content, others)
    return bytes(content[:LARGEST])


def _change(rng: random.Random, content: bytearray, others: list[bytes]) -> None:
    at = rng.randrange(len(content) + 1)
    end = min(len(content), at + (1 << rng.randrange(10)))
    match rng.randrange(9):
        case 0 if content:
            content[min(at, len(content) - 1)] ^= 1 << rng.randrange(8)
        case 1 if content:
            content[min(at, len(content) - 1)] = rng.randrange(256)
        case 2:
            word = rng.choice(INTERESTING)
            content[at : at + len(word)] = word
        case 3:
            content[at:at] = rng.choice(INTERESTING)
        case 4:
            del content[at:end]
        case 5:
            content[at:at] = content[at:end] * rng.choice([1, 2, 50])
        case 6:
            del content[at:]
        case 7:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            content[at:end] = other[start : start + end - at + rng.randrange(9)]
        case _:
            number = rng.choice([0, 1, 2, 1 << 15, 1 << 31, (1 << 32) - 1])
            content[at : at + 4] = number.to_bytes(4, rng.choice(["big", "little"]))


def with_odd_values(rng: random.Random, samples: list[bytes]) -> bytes:
    """Return JSON in which one to three values are others, or are missing."""
    value = json.loads(rng.choice(samples))
    for _ in range(rng.randint(1, 3)):
        places = list(_places(value))
        if not places:
            break
        holder, key = rng.choice(places)
        if rng.random() < 0.2:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(rng.choice(ODD))
    return json.dumps(value).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place of a value in others: what holds it, and its key."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for key in keys:
        yield value, key
        yield from _places(value[key])
