"""The network, alive in a page: it computes there, and shows all of its numbers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from cnntrain.config import Config
from cnntrain.data.examples import Examples
from cnntrain.data.sources.digits import DIGITS, Digits
from cnntrain.data.sources.idx import MNIST
from cnntrain.data.sources.synthetic import Synthetic
from cnntrain.errors import CnntrainError
from cnntrain.explain.trace.symbols import is_small
from cnntrain.model.build import layer_rates, update_rule
from cnntrain.nn.network import Network
from cnntrain.nn.schedules import Constant
from cnntrain.web.network import array_object, network_object

MOST_SAMPLES = 10
MOST_WORK = 1_000_000  # multiply-adds for an image: with more, a step in the page would take long


def alive(
    network: Network, config: Config, classes: tuple[str, ...], data_dir: Path | None = None
) -> dict[str, Any]:
    """Return what `network.html.j2` is filled in with, as its value `alive`.

    A few images of the training data are in it where they are on this machine. Raises UsageError
    for a network with layers that the page has no formulas of.
    """
    examples = samples(config, data_dir)
    if examples is not None and len(examples.classes) != network.classes:
        examples = None
    return {
        "name": config.name,
        "takes": "numbers" if not config.dataset.holds_pictures else "pictures",
        "training": _training(network, config, examples),
        "network": {
            **network_object(network, config, classes),
            "samples": [] if examples is None else _samples(examples, classes),
        },
    }


def _training(network: Network, config: Config, examples: Examples | None) -> dict[str, Any]:
    """Return whether the page can train the network, on what, and what is different there."""
    why_not = _why_not_trained(network, examples)
    if examples is None or why_not:
        return {"allowed": False, "why_not": why_not}
    count, rule = (
        len(examples),
        update_rule(config, network.parameters, layer_rates(config, network)),
    )
    what = "example" if examples.values is not None else "image"
    notes = []
    if not is_small(network):
        notes.append(
            "There are many weights: of each array, the one with the largest gradient, or the one "
            "last touched, is shown."
        )
    if left_out := _left_out(config):
        notes.append(f"What the configuration has besides is left out here: {left_out}.")
    return {
        "allowed": True,
        "batch": f"the {count} {what}s on this page" if count > 1 else f"the {what} on this page",
        "rule": rule.sentence,
        "formula": rule.formula,
        "note": " ".join(notes),
    }


def _why_not_trained(network: Network, examples: Examples | None) -> str:
    """Return why the page has no button for a step, empty where it has."""
    work = sum(layer.multiply_adds() for layer in network.layers)
    reasons = {
        "its data is not on this machine": examples is None,
        f"with {work:,} multiplications for an image, a step would take long": work > MOST_WORK,
        "dropout draws at random, so that no step could be repeated": network.random,
        "batch normalization needs averages of many mini-batches": network.has_buffers,
    }
    return "; ".join(reason for reason, applies in reasons.items() if applies)


def _left_out(config: Config) -> str:
    """Return what a configuration does in training that a step in the page does not."""
    train = config.train
    parts = {
        "the schedule of the rates": train.schedule != Constant(),
        "distortions of the images": bool(train.augment),
        "label smoothing": train.label_smoothing > 0,
        "the average of the weights": train.ema > 0,
    }
    return ", ".join(part for part, has in parts.items() if has)


def samples(config: Config, data_dir: Path | None) -> Examples | None:
    """Return a training image of each class, ten at most, without any download.

    Of digits that are not on this machine, cnntrain draws some itself. None if there are no images.
    """
    source = config.dataset
    if isinstance(source, MNIST):
        source = replace(source, drawn=0, others=0)  # drawing would take longer than all the rest
    elif isinstance(source, Synthetic):
        source = replace(source, train=MOST_SAMPLES)
    try:
        if not source.missing(data_dir):
            return _one_of_each(source.load("train", data_dir))
    except CnntrainError:  # the page is as good without
        pass
    if isinstance(source, Digits) and source.known_classes == DIGITS:
        from cnntrain.data.handwriting.write import synthetic

        return _one_of_each(source.resized(synthetic("train", count=MOST_SAMPLES)))
    return None


def _one_of_each(examples: Examples) -> Examples:
    """Return the first image of each class, ten at most; of numbers, the first examples."""
    if examples.values is not None:
        return examples.part(0, MOST_SAMPLES)
    examples = examples.with_class()
    _, first = np.unique(examples.labels, return_index=True)
    return examples.chosen(first[:MOST_SAMPLES])


def _samples(examples: Examples, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return each image with its label and its targets."""
    targets = examples.targets(np.dtype("float64"))
    return [
        {"label": classes[label], "image": array_object(image), "targets": array_object(target)}
        for image, label, target in zip(examples.images, examples.labels, targets, strict=True)
    ]
