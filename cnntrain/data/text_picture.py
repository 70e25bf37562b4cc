"""Draw a 28x28 picture as text, to show in a terminal what the network saw."""

import numpy as np

SHADES = " ░▒▓█"


def as_text(pixels: np.ndarray) -> str:
    """Draw pixels (H, W) uint8, light on dark: one line per row, two characters per pixel.

    A character is about twice as high as it is wide, so two beside each other make a square.
    """
    shades = np.rint(pixels / 255 * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(2 * SHADES[shade] for shade in row).rstrip() for row in shades)
