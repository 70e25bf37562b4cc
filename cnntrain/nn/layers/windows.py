"""Where a window of k × k can stand on an image: shared by convolution and pooling."""

from dataclasses import dataclass

from cnntrain.nn.layers.base import Shape, ShapeError
from cnntrain.nn.memory import Memory


def pair(name: str, value: int | tuple[int, int], *, least: int) -> tuple[int, int]:
    """Return an option given as one number or as (rows, columns) as the latter."""
    both = (value, value) if isinstance(value, int) else value
    if len(both) != 2 or min(both) < least:
        raise ValueError(f"{name}: found {value}, expected {least} or more, one number or two")
    return both


def positions(axis: str, size: int, kernel: int, stride: int, padding: int = 0) -> int:
    """Return how many steps a window makes along an axis: (2P + size − k)/S + 1, rounded down.

    Source S4. What is left over at the far end when S does not divide is not looked at.
    """
    if kernel > size + 2 * padding:
        found = f"{size} {axis}" + (f" with padding {padding}" if padding else "")
        raise ShapeError(
            f"a window of {kernel} does not fit on {found}; "
            f"it needs {kernel - 2 * padding} {axis} or more, or a window of "
            f"{size + 2 * padding} or less"
        )
    return (2 * padding + size - kernel) // stride + 1


@dataclass(frozen=True)
class Sliding:
    """The shapes of a convolution: of its input, its output, its kernels; stride and padding."""

    in_shape: Shape  # (C, H, W)
    out_shape: Shape  # (F, OH, OW)
    k: tuple[int, int]
    s: tuple[int, int]
    p: tuple[int, int]


class Padded:
    """An array for images with zeros around them (2P + H, C, 2P + W, N)."""

    def __init__(self, sliding: Sliding, batch_size: int, memory: Memory) -> None:
        """Get it, and its inside, where the images belong."""
        (channels, rows, columns), (top, left) = sliding.in_shape, sliding.p
        shape = (rows + 2 * top, channels, columns + 2 * left, batch_size)
        self.array = memory.own(shape) if sliding.p != (0, 0) else memory.scratch(shape)
        self.inside = self.array[top : top + rows, :, left : left + columns]
