"""The header of an IDX file: the type of its elements, and its dimensions."""

import math
import struct
from pathlib import Path
from typing import Literal, NamedTuple

from cnntrain.errors import DataError

UNSIGNED_BYTES, INT32 = 0x08, 0x0C
ELEMENT_TYPES = {  # what they are called, their name in NumPy, their length in bytes
    0x08: ("unsigned bytes", "u1", 1),
    0x09: ("signed bytes", "i1", 1),
    0x0B: ("16-bit integers", ">i2", 2),
    0x0C: ("32-bit integers", ">i4", 4),
    0x0D: ("32-bit floats", ">f4", 4),
    0x0E: ("64-bit floats", ">f8", 8),
}
INTEGERS = (0x08, 0x09, 0x0B, 0x0C)

Kind = Literal["images", "labels"]
# Images of several channels have a fourth dimension; QMNIST's labels are the first of several
# columns. The first number is that of MNIST, which messages name.
DIMENSIONS: dict[Kind, tuple[int, ...]] = {"images": (3, 4), "labels": (1, 2)}
ELEMENTS: dict[Kind, tuple[int, ...]] = {"images": (UNSIGNED_BYTES,), "labels": INTEGERS}
OF_DIMENSIONS = {1: "labels", 3: "images", 4: "images of several channels"}


class IdxError(DataError):
    """Report a file that is not the IDX file it should be; `problem` says why, in one phrase."""

    def __init__(self, path: Path, problem: str, command: str = "cnntrain download") -> None:
        """Compose the message: where, the problem, what to do; no command: there is none for it."""
        fetch = f", or fetch it again with `{command}`" if command else ""
        super().__init__(f"{path}: {problem}; replace the file{fetch}")
        self.path, self.problem = path, problem


class Header(NamedTuple):
    """What the beginning of a file says of the rest."""

    element: int  # the code of its elements' type
    shape: tuple[int, ...]

    @property
    def dtype(self) -> str:
        """Return NumPy's name for the type of the elements, as they are in the file."""
        return ELEMENT_TYPES[self.element][1]

    @property
    def offset(self) -> int:
        """Return the length of the header in bytes."""
        return header_size(len(self.shape))

    @property
    def size(self) -> int:
        """Return the length of the whole file in bytes."""
        return self.offset + math.prod(self.shape) * ELEMENT_TYPES[self.element][2]


def header_size(dimensions: int) -> int:
    """Return the length in bytes of a header for an array of so many dimensions."""
    return 4 + 4 * dimensions


LONGEST_HEADER = header_size(max(max(numbers) for numbers in DIMENSIONS.values()))


def read_header(beginning: bytes) -> Header | None:
    """Return the header that a file begins with; None if it is cut off, or that of no IDX file."""
    if len(beginning) < 4 or beginning[:2] != b"\0\0" or beginning[2] not in ELEMENT_TYPES:
        return None
    end = header_size(beginning[3])
    if len(beginning) < end:
        return None
    return Header(beginning[2], struct.unpack(f">{beginning[3]}I", beginning[4:end]))


def promised(beginning: bytes) -> int | None:
    """Return how many bytes a file should have by its first ones, None if they do not say."""
    header = read_header(beginning)
    return None if header is None else header.size


def checked_header(beginning: bytes, length: int, path: Path, kind: Kind) -> Header:
    """Return the header of a file of `length` bytes, which must hold what it promises.

    Raises IdxError for anything but a whole IDX file of this kind.
    """
    _check_magic(beginning, path, kind)
    header = read_header(beginning)
    if header is None:
        end = header_size(beginning[3])
        raise IdxError(path, f"ends within its header: {length} bytes, expected {end}")
    sizes = times(header.shape)
    if 0 in header.shape:
        raise IdxError(path, f"holds no {kind} (its header says {sizes})")
    if length < header.size:
        raise IdxError(path, f"ends early: {length:,} bytes, expected {header.size:,} for {sizes}")
    if length > header.size:
        raise IdxError(
            path,
            f"has {length - header.size:,} bytes too many: "
            f"{length:,}, expected {header.size:,} for {sizes}",
        )
    return header


def _check_magic(beginning: bytes, path: Path, kind: Kind) -> None:
    """Reject anything but an IDX file of this kind."""
    found = beginning[:4]
    magic = bytes([0, 0, UNSIGNED_BYTES, DIMENSIONS[kind][0]])
    expected = f"expected an IDX file of {kind}, which starts with {magic.hex(' ')}"
    if beginning.lstrip().startswith(b"<"):
        raise IdxError(path, f"looks like a web page, {expected}")
    if found[:2] != b"\0\0" or len(found) < 4 or found[2] not in ELEMENT_TYPES:
        raise IdxError(path, f"is not an IDX file: it starts with {found.hex(' ')}, {expected}")
    if found[2] not in ELEMENTS[kind]:
        other = "" if kind == "images" else " or other integers"
        held = ELEMENT_TYPES[found[2]][0]
        raise IdxError(path, f"holds {held}, expected unsigned bytes{other}")
    if found[3] not in DIMENSIONS[kind]:
        held = OF_DIMENSIONS.get(found[3], f"an array of {found[3]} dimensions")
        raise IdxError(path, f"holds {held}, expected {kind}")


def times(shape: tuple[int, ...]) -> str:
    """Return sizes as people write them: 60,000×28×28."""
    return "×".join(f"{size:,}" for size in shape)
