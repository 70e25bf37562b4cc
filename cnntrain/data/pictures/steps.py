"""What was done to a picture on its way to the network, as a record that JSON can hold."""

from typing import Any, Literal, NamedTuple

Box = tuple[int, int, int, int]  # left, top, right, bottom; the last two exclusive
Corner = tuple[float, float]  # x, y
Polarity = Literal["dark on light", "light on dark"]


class Steps(NamedTuple):
    """The steps of the preparation; places are pixels of the upright picture, before any crop."""

    size: tuple[int, int]  # width and height of the picture as it was read, upright
    crop: Box | None = None  # what was cut out because it was asked for
    paper: tuple[Corner, ...] | None = (
        None  # four corners, where the paper does not fill the picture
    )
    turned: float = 0.0  # degrees by which the paper was turned to stand upright, anticlockwise
    polarity: Polarity = "dark on light"
    channel: str = "grey"  # the colour channel, or the combination, that shows the ink best
    noise: float = 0.0  # the level of the paper's noise: share of the light, 0..1
    lines: int = 0  # printed lines that were removed
    frame: bool = False  # whether a printed box or frame was removed
    blank: str | None = None  # why no digit was found

    def as_object(self) -> dict[str, Any]:
        """Return the steps under their names, with numbers rounded, as JSON takes them."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in self._asdict().items()
        }
