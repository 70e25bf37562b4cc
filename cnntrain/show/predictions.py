"""The answers of `predict`, as text and as JSON objects, and what the network saw."""

from typing import Any

import numpy as np

from cnntrain.model.predict import Prediction
from cnntrain.runs.provenance import Provenance

SHADES = " ░▒▓█"


def as_object(prediction: Prediction, source: Provenance) -> dict[str, Any]:
    """Return the answer as `predict --json` prints it."""
    return {
        "file": str(prediction.file),
        "label": prediction.label,
        "probability": round(prediction.probability, 6),
        "scores": {
            name: round(float(p), 6)
            for name, p in zip(prediction.classes, prediction.probabilities, strict=True)
        },
        "warnings": list(prediction.warnings),
        **source.as_object(),
    }


def as_lines(prediction: Prediction, *, top: int | None) -> list[str]:
    """Return the answer as one line, or with `top` as a line for each of the likeliest classes."""
    answers = [
        f"{prediction.classes[k]}  {prediction.probabilities[k]:6.1%}" for k in prediction.order
    ]
    if top is None:
        return [f"{prediction.file}: {answers[0]}"]
    return [f"{prediction.file}:", *(f"  {answer}" for answer in answers[:top])]


def seen_as_text(prediction: Prediction) -> str:
    """Return what the network saw as text: of a coloured image, the first channel."""
    pixels = prediction.seen[0]
    if pixels.dtype != np.uint8:
        pixels = np.round(pixels * 255).astype(np.uint8)
    return as_text(pixels)


def as_text(pixels: np.ndarray) -> str:
    """Draw pixels (H, W) uint8, light on dark: one line per row, two characters per pixel.

    A character is about twice as high as it is wide, so two beside each other make a square.
    """
    shades = np.rint(pixels / 255 * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(2 * SHADES[shade] for shade in row).rstrip() for row in shades)
