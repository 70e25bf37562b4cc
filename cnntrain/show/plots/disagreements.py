"""The images on which one of two networks is right and the other wrong."""

import numpy as np
from PIL import Image

from cnntrain.runs.compare.contenders import Contender
from cnntrain.show.error_sheet import INK, MOST_TILES, RED, WIDTH, enlarged, writable
from cnntrain.show.plots import pixels


def draw_disagreements(first: Contender, second: Contender) -> Image.Image:
    """Return a sheet of the images that one network gets right and the other wrong.

    Those that the first gets right come first; within each part, the mistake that its network was
    surest of. Below an image stand its class, both answers, the wrong one in red, and its index.
    """
    parts: list[Image.Image] = []
    for right, wrong in ((first, second), (second, first)):
        chosen = np.flatnonzero(right.judgement.right & ~wrong.judgement.right)
        order = chosen[np.argsort(-wrong.judgement.confidence[chosen], kind="stable")]
        title = f"{right.letter} is right, {wrong.letter} is wrong: {len(order):,} images"
        shown = order[: MOST_TILES // 2]
        title += f", of which {len(shown)} are shown" if len(shown) < len(order) else ""
        parts.append(pixels.words(title))
        if len(shown):
            parts.append(pixels.flowing([_tile(first, second, int(n)) for n in shown], WIDTH))
    about = ", ".join(f"{each.letter}: {each.source.path}" for each in (first, second))
    legend = "Black: the class, and the right answer. Red: the wrong answer. #: the index, from 0."
    return pixels.page(about, [pixels.words(legend), *parts])


def _tile(first: Contender, second: Contender, n: int) -> Image.Image:
    examples = first.examples
    true = writable(examples.classes[examples.labels[n]], int(examples.labels[n]))
    answers = [
        pixels.words(f"{each.letter}: {_answer(each, n)}", INK if each.judgement.right[n] else RED)
        for each in (first, second)
    ]
    image = pixels.framed(enlarged(examples.images[n]))
    parts = [image, pixels.words(true), pixels.beside(answers), pixels.number(f"#{n}")]
    return pixels.below(parts, 1, centred=True)


def _answer(network: Contender, n: int) -> str:
    answer = int(network.judgement.predicted[n])
    return writable(network.examples.classes[answer], answer)
