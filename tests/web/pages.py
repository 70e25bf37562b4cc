"""Pages with a network in them, and a hand that draws on their pads."""

from pathlib import Path
from typing import Any

import numpy as np

from cnntrain.config import load_config
from cnntrain.data.handwriting.curve import lines_of
from cnntrain.data.handwriting.skeletons import HANDS, Hand
from cnntrain.model.build import build_network
from cnntrain.web.alive import alive
from cnntrain.web.page import page


def page_of(folder: Path, config_name: str, *overrides: str) -> Path:
    """Write the page of a configuration's network as it is before training."""
    config = load_config(config_name, overrides)
    network = build_network(config)
    classes = config.dataset.known_classes or tuple(map(str, range(network.classes)))
    path = folder / f"{config.name}.html"
    filled = alive(network, config, classes, folder / "no data")
    path.write_text(page("draw.html.j2", alive=filled, about=""), encoding="utf-8")
    return path


def placed(hand: Hand, size: float = 0.7) -> list[np.ndarray]:
    """Return the strokes of a hand as points (n, 2) on a square with sides of 1, in its middle."""
    lines = lines_of(hand)
    low, high = np.min(np.concatenate(lines), axis=0), np.max(np.concatenate(lines), axis=0)
    return [(line - (low + high) / 2) / (high - low).max() * size + 0.5 for line in lines]


def draw(page: Any, digit: str, *, hand: int = 0) -> None:
    """Draw a digit with the mouse, and wait until the page has answered."""
    box = page.locator("canvas.pad").bounding_box()
    for line in placed(HANDS[digit][hand]):
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in line]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()
    settle(page)


def settle(page: Any) -> None:
    """Wait until the page has shown what it was last given."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def wipe(page: Any) -> None:
    """Take away what is drawn, if anything is."""
    page.evaluate("() => app.input.pad.clear()")
