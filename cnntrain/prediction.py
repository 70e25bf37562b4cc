"""What a trained network takes an image file for."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnntrain.data.source import IMAGE_ENDINGS, Invert
from cnntrain.errors import PictureError
from cnntrain.model import Model


@dataclass(frozen=True)
class Prediction:
    """The answer for one file, and how sure the network is of each class."""

    file: Path
    classes: tuple[str, ...]
    probabilities: np.ndarray  # (K,), summing to 1
    warnings: tuple[str, ...]
    seen: np.ndarray  # (C, H, W), what the network got

    @property
    def order(self) -> list[int]:
        """Return the classes' positions, likeliest first."""
        return [int(k) for k in np.argsort(-self.probabilities, kind="stable")]

    def as_object(self) -> dict[str, Any]:
        """Return the answer as `predict --json` prints it."""
        best = self.order[0]
        return {
            "file": str(self.file),
            "label": self.classes[best],
            "probability": round(float(self.probabilities[best]), 6),
            "scores": {
                name: round(float(p), 6)
                for name, p in zip(self.classes, self.probabilities, strict=True)
            },
            "warnings": list(self.warnings),
        }

    def as_lines(self, *, top: int | None) -> list[str]:
        """Return the answer as text: a line, or with `top` a line for each of the likeliest."""
        answers = [f"{self.classes[k]}  {self.probabilities[k]:6.1%}" for k in self.order]
        if top is None:
            return [f"{self.file}: {answers[0]}"]
        return [f"{self.file}:", *(f"  {answer}" for answer in answers[:top])]

    def picture(self) -> str:
        """Return what the network saw, as text; the first channel of a coloured image."""
        from cnntrain.data.text_picture import as_text

        pixels = self.seen[0]
        if pixels.dtype != np.uint8:
            pixels = np.round(pixels * 255).astype(np.uint8)
        return as_text(pixels)


def predict_file(model: Model, path: Path, *, invert: Invert) -> Prediction:
    """Return what the model takes an image file for. Raises PictureError."""
    if os.path.isdir(path):  # unlike Path.is_dir: False for an impossible name
        raise PictureError(f"{path}: found no image files in this folder; name a file or folder")
    reading = model.config.dataset.read(path, invert)
    outputs = model.network.outputs(reading.images)[0]
    probabilities = model.network.loss.probabilities(outputs)
    return Prediction(path, model.classes, probabilities, reading.warnings, reading.images[0])


def image_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files themselves, and for each folder the image files in it, or it if it has none.

    Nothing is raised here, so that one bad path does not keep the others from being read.
    """
    for path in paths:
        inside = path.glob("*") if os.path.isdir(path) else ()
        yield from sorted(p for p in inside if p.suffix.lower() in IMAGE_ENDINGS) or [path]
