"""Where a window of k × k can stand on an image: shared by convolution and pooling."""

from cnntrain.nn.layers.base import ShapeError


def pair(name: str, value: int | tuple[int, int], *, least: int) -> tuple[int, int]:
    """Return an option, given as one number or as (rows, columns), as (rows, columns)."""
    both = (value, value) if isinstance(value, int) else value
    if len(both) != 2 or min(both) < least:
        raise ValueError(f"{name}: found {value}, expected {least} or more, one number or two")
    return both


def positions(axis: str, size: int, kernel: int, stride: int, padding: int = 0) -> int:
    """Return how many steps a window makes along an axis: (2P + size − k)/S + 1, rounded down.

    Source S4. If S does not divide evenly, what is left over at the far end is ignored.
    """
    if kernel > size + 2 * padding:
        found = f"{size} {axis}" + (f" with padding {padding}" if padding else "")
        raise ShapeError(
            f"a window of {kernel} does not fit on {found}; "
            f"it needs {kernel - 2 * padding} {axis} or more, or a window of "
            f"{size + 2 * padding} or less"
        )
    return (2 * padding + size - kernel) // stride + 1
