"""Pictures of a run and of a network's mistakes."""

from pathlib import Path

import numpy as np

from cnntrain.data.examples import Examples


def save_curves(folder: Path) -> None:
    """Draw curves.png from the records of a run, where matplotlib is installed."""


def save_errors(path: Path, examples: Examples, predicted: np.ndarray) -> None:
    """Draw the misclassified images as a contact sheet, each with its class and the answer."""
