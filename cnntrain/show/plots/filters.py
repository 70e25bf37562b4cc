"""The filters of each convolution, as pictures of pixels and as text."""

from collections.abc import Mapping

import numpy as np
from PIL import Image

from cnntrain.errors import UsageError
from cnntrain.show.error_sheet import WIDTH
from cnntrain.show.plots import pixels
from cnntrain.show.terminal import SHADES

MOST_FILTERS, MOST_INPUTS = 32, 16  # of a convolution that are drawn
SIDE, SMALL_SIDE = 48, 28  # pixels of a kernel, at least; the small ones stand in a matrix
COLOURS = ("red", "green", "blue")  # the channels of a coloured image
USUAL_COLUMNS = 80


def kernels(weights: Mapping[str, np.ndarray], where: str) -> dict[str, np.ndarray]:
    """Return the kernels (F, C, k, k) of each convolution by its name.

    Raises UsageError where there is no convolution.
    """
    found = {
        name.removesuffix(".weights"): values
        for name, values in weights.items()
        if name.endswith(".weights") and values.ndim == 4
    }
    if not found:
        layers = ", ".join(dict.fromkeys(name.partition(".")[0] for name in weights)) or "none"
        raise UsageError(
            f"{where}: found no convolution (layers with weights: {layers}), expected one: filters "
            "are a convolution's kernels; draw `network` or `curves` instead"
        )
    return found


def draw_filters(heading: str, found: Mapping[str, np.ndarray]) -> Image.Image:
    """Return the kernels of each convolution in grey: 0 is grey, black negative, white positive.

    Of a convolution on one map the kernels stand in rows; of one on several, column f is filter f
    and row c is what it does with map c of its input. Each convolution has its own scale.
    """
    parts = []
    for name, W in found.items():
        limit = float(np.abs(W).max())
        text = f"{name}: {sizes(W)}; black −{limit:.2g}, grey 0, white +{limit:.2g}"
        parts.append(pixels.words(text.replace("−", "-") + left_out(W)))
        draw = _in_rows if W.shape[1] == 1 else _in_a_matrix
        shown = W[:MOST_FILTERS, :MOST_INPUTS]
        parts.append(draw(shown, limit, coloured=name == "conv1" and W.shape[1] == 3))
    return pixels.page(heading, parts)


def sizes(W: np.ndarray) -> str:
    """Return how many kernels (F, C, k, k) are, and of what size."""
    filters, inputs, rows, columns = W.shape
    maps = "1 map" if inputs == 1 else f"{inputs} maps"
    plural = "filter" if filters == 1 else "filters"
    return f"{filters} {plural} of {rows}x{columns} on {maps}"


def left_out(W: np.ndarray) -> str:
    """Return how much of a convolution is not drawn."""
    parts = []
    if len(W) > MOST_FILTERS:
        parts.append(f"filters 0 to {MOST_FILTERS - 1}")
    if W.shape[1] > MOST_INPUTS:
        parts.append(f"maps 0 to {MOST_INPUTS - 1} of the input")
    return f" (drawn: {', '.join(parts)})" if parts else ""


def _factor(W: np.ndarray, side: int) -> int:
    return max(1, -(-side // int(max(W.shape[2:]))))


def _in_rows(W: np.ndarray, limit: float, *, coloured: bool) -> Image.Image:
    factor = _factor(W, SIDE)
    tiles = [
        pixels.below(
            [pixels.tile(kernel[0], -limit, limit, factor), pixels.number(str(f))], 1, centred=True
        )
        for f, kernel in enumerate(W)
    ]
    return pixels.flowing(tiles, WIDTH)


def _in_a_matrix(W: np.ndarray, limit: float, *, coloured: bool) -> Image.Image:
    factor = _factor(W, SMALL_SIDE if len(W) > 12 else SIDE)
    names = COLOURS if coloured else [f"map {c}" for c in range(W.shape[1])]
    labels = [pixels.number(name) for name in names]
    left = max(label.width for label in labels)
    across = factor * W.shape[3] + 2 * pixels.BORDER
    head = [pixels.padded(pixels.number(str(f)), across) for f in range(len(W))]
    rows = [pixels.beside([pixels.at_left(pixels.words(""), left), *head], 3)]
    for c, label in enumerate(labels):
        tiles = [pixels.tile(kernel[c], -limit, limit, factor) for kernel in W]
        rows.append(pixels.beside([pixels.at_left(label, left), *tiles], 3))
    return pixels.below(rows, 3)


def filters_as_text(
    found: Mapping[str, np.ndarray], columns: int | None, blocks: bool = True
) -> str:
    """Return the kernels as text, side by side as far as `columns` reach.

    A weight is two characters: ' ' is the most negative, █ the most positive. Without `blocks`,
    for a terminal that lacks them, it is one of " -.+#".
    """
    width = columns or USUAL_COLUMNS
    shades = SHADES if blocks else " -.+#"
    lines = []
    for name, W in found.items():
        limit = float(np.abs(W).max()) or 1.0
        legend = f"'{shades[0]}' is {-limit:.2g}, '{shades[2]}' 0, '{shades[-1]}' {limit:.2g}"
        lines += [f"{name}: {sizes(W)}; {legend}{left_out(W)}", ""]
        together = max(1, (width + 2) // (2 * W.shape[3] + 2))
        shown = W[:MOST_FILTERS, :MOST_INPUTS]
        for c in range(shown.shape[1]):
            if shown.shape[1] > 1:
                lines.append(f"map {c} of the input")
            for start in range(0, len(shown), together):
                row = range(start, min(start + together, len(shown)))
                lines += [*_beside(shown[row, c], row, limit, shades), ""]
    return "\n".join(lines).rstrip("\n")


def _beside(kernels: np.ndarray, numbers: range, limit: float, shades: str) -> list[str]:
    """Return kernels (n, k, k) beside each other, each below its number."""
    side = 2 * kernels.shape[2]
    levels = np.rint((kernels / limit + 1) / 2 * (len(shades) - 1)).astype(int)
    lines = ["  ".join(f"{number:<{side}}" for number in numbers).rstrip()]
    for row in range(kernels.shape[1]):
        cells = ("".join(2 * shades[level] for level in kernel[row]) for kernel in levels)
        lines.append("  ".join(cells).rstrip())
    return lines
