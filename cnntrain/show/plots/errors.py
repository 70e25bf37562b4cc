"""The images that a network got wrong, the most confident mistakes first."""

import numpy as np
from PIL import Image

from cnntrain.data.examples import Examples
from cnntrain.show.error_sheet import INK, MOST_TILES, RED, WIDTH, enlarged, writable
from cnntrain.show.plots import pixels


def draw_confident_errors(
    heading: str,
    examples: Examples,
    wrong: np.ndarray,
    answers: np.ndarray,
    confidence: np.ndarray,
) -> Image.Image:
    """Return a sheet of the images at the positions `wrong` (M,), sorted by confidence.

    `answers` (M,) are what the network took them for, `confidence` (M,) how sure it was. Below an image stand its class,
    the answer with its probability, and its index in the data.
    """
    names = [writable(name, k) for k, name in enumerate(examples.classes)]
    order = np.argsort(-confidence, kind="stable")
    tiles = [
        _tile(
            examples.images[wrong[m]],
            names[examples.labels[wrong[m]]],
            f"{names[answers[m]]}, {confidence[m]:.0%}",
            int(wrong[m]),
        )
        for m in order[:MOST_TILES]
    ]
    count, total = len(wrong), len(examples)
    if not tiles:
        text = f"No errors: all {total:,} images are classified correctly."
        return pixels.page(heading, [pixels.words(text)])
    text = f"{count:,} of {total:,} images are classified wrongly ({count / total:.2%})"
    text += f"; the {MOST_TILES} most confident are shown" if count > MOST_TILES else ""
    legend = f"{text}. Black: the class. Red: the answer and its probability. #: the index, from 0."
    return pixels.page(heading, [pixels.words(legend), pixels.flowing(tiles, WIDTH)])


def _tile(image: np.ndarray, label: str, answer: str, index: int) -> Image.Image:
    caption = pixels.beside([pixels.words(label, INK), pixels.words(answer, RED)])
    parts = [pixels.framed(enlarged(image)), caption, pixels.number(f"#{index}")]
    return pixels.below(parts, 1, centred=True)
