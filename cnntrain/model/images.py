"""Arrays that a user has, as images that a network takes.

What the values of pixels mean is told by the type of the array: integers are 0..255, floats are
0..1, and truth values are black and white. What could mean either is refused.
"""

import numpy as np

from cnntrain.data.sources.base import Source
from cnntrain.errors import DataError
from cnntrain.nn.arrays import Images
from cnntrain.nn.layers.base import shape_text
from cnntrain.nn.layers.input import WHITE


def as_images(array: np.ndarray, source: Source) -> Images:
    """Return one image or several, of any accepted shape, as (N, C, H, W).

    One image is (C, H, W), or (H, W) where there is one channel; several have their number N in
    front. Integers 0..255 become uint8, which networks take as pixels; floats stay. Where the
    source has numbers instead of pictures, all numbers are taken as they are. Raises DataError.
    """
    shape: tuple[int, ...] = source.shape
    forms = [shape[1:], shape] if shape[0] == 1 else [shape]
    if shape[1:] == (1, 1):
        forms.append(shape[:1])
    count = 1 if array.shape in forms else len(array) if array.shape[1:] in forms else None
    if count is None:
        expected = ", ".join(f"{shape_text(form)} or Nx{shape_text(form)}" for form in forms)
        raise DataError(
            f"images: found an array of shape {array.shape}, expected {expected}; "
            "reshape or transpose it"
        )
    _check_numbers(array)
    values = _pixels(array) if source.holds_pictures else array.astype(float)
    return values.reshape(count, *shape)


def _check_numbers(array: np.ndarray) -> None:
    """Raise DataError unless the values are finite real numbers."""
    if array.dtype.kind not in "biuf":
        raise DataError(
            f"images: found values of type {array.dtype}, expected integers 0 to {WHITE} or floats "
            "0 to 1; convert them"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise DataError(
            "images: found values that are infinite or not a number, expected floats 0 to 1; "
            "replace them"
        )


def _pixels(array: np.ndarray) -> np.ndarray:
    """Return pixels as uint8 0..255, or as floats 0..1. Raises DataError."""
    if array.dtype.kind == "b":
        return array * np.uint8(WHITE)
    low, high = (array.min(), array.max()) if array.size else (0, 0)
    if array.dtype.kind == "f":
        if low < 0 or high > 1:
            raise DataError(
                f"images: found floats from {low:g} to {high:g}, expected 0 to 1; divide pixels "
                f"0 to {WHITE} by {WHITE}, or convert them to np.uint8"
            )
        return array
    if low < 0 or high > WHITE:
        raise DataError(
            f"images: found integers from {low} to {high}, expected 0 to {WHITE}; scale them"
        )
    if high == 1:
        raise DataError(
            "images: found no integers but 0 and 1, which can be black and white, or the darkest "
            f"two of {WHITE + 1} greys; convert black and white to bool, greys to floats by "
            f"dividing by {WHITE}"
        )
    return array.astype(np.uint8)
