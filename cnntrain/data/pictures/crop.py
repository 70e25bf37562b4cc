"""A rectangle to cut out of a picture before anything else: `--crop LEFT,TOP,RIGHT,BOTTOM`."""

from typing import NamedTuple

from cnntrain.data.pictures.steps import Box
from cnntrain.errors import UsageError

SIDES = ("left", "top", "right", "bottom")


class Edge(NamedTuple):
    """One edge's distance from the left or the top: pixels, or a share of the picture."""

    value: float
    is_share: bool = False

    def pixels(self, length: int) -> int:
        """Return the distance in pixels in a picture of this width or height."""
        return round(self.value * length if self.is_share else self.value)


class Crop(NamedTuple):
    """A rectangle of the upright picture; `parse_crop` makes one from text."""

    left: Edge
    top: Edge
    right: Edge
    bottom: Edge
    text: str  # as it was written

    def box(self, size: tuple[int, int]) -> Box:
        """Return the pixels of a picture of this width and height. Raises UsageError.

        What lies outside the picture is left out.
        """
        width, height = size
        left, right = (min(edge.pixels(width), width) for edge in (self.left, self.right))
        top, bottom = (min(edge.pixels(height), height) for edge in (self.top, self.bottom))
        if left >= right or top >= bottom:
            raise UsageError(
                f"--crop {self.text}: nothing is left of a picture of {width}x{height} pixels; "
                "expected left below right and top below bottom; correct the numbers"
            )
        return left, top, right, bottom


def parse_crop(text: str) -> Crop:
    """Return the rectangle that a text such as "120,40,600,500" or "10%,10%,90%,90%" names.

    Raises UsageError, which says what is wrong.
    """
    parts = text.split(",")
    if len(parts) != len(SIDES):
        raise _wrong(text, f"{len(parts)} numbers" if len(parts) > 1 else repr(text))
    edges = [_edge(part.strip(), side, text) for part, side in zip(parts, SIDES, strict=True)]
    left, top, right, bottom = edges
    for first, last, names in (
        (left, right, "right not above left"),
        (top, bottom, "bottom not above top"),
    ):
        if first.is_share == last.is_share and first.value >= last.value:
            raise _wrong(text, names)
    return Crop(left, top, right, bottom, text)


def _edge(part: str, side: str, text: str) -> Edge:
    is_share = part.endswith("%")
    try:
        value = float(part.removesuffix("%"))
    except ValueError:
        raise _wrong(text, f"{side} {part!r}") from None
    if not 0 <= value < float("inf"):
        raise _wrong(text, f"{side} {part!r}")
    if is_share and value > 100:
        raise _wrong(text, f"{side} {part!r}, more than the whole")
    return Edge(value / 100 if is_share else value, is_share)


def _wrong(text: str, found: str) -> UsageError:
    return UsageError(
        f"--crop {text}: found {found}; expected LEFT,TOP,RIGHT,BOTTOM in pixels or percent of the "
        "upright picture, such as 120,40,600,500 or 10%,10%,90%,90%; correct it"
    )
