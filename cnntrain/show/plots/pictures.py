"""The pictures that `cnntrain plot` can draw, by name. A new one is a function and a row here."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Union

import numpy as np
from PIL import Image

from cnntrain.errors import ConfigError, DataError
from cnntrain.show.curves import draw_curves
from cnntrain.show.plots.confusion import draw_confusion
from cnntrain.show.plots.errors import draw_confident_errors
from cnntrain.show.plots.filters import draw_filters, kernels
from cnntrain.show.plots.samples import draw_augmented, draw_samples
from cnntrain.show.plots.several import draw_several
from cnntrain.show.plots.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Picture = Union["Figure", Image.Image]


def curves(subject: Subject) -> Picture:
    """Return the loss, the rate and the error of a run. Raises DataError before an epoch is done."""
    return _drawn(draw_curves(subject.require_records()), [subject])


def curves_of_several(subjects: Sequence[Subject]) -> Picture:
    """Return the curves of several runs in one picture."""
    folders = [subject.require_records() for subject in subjects]
    return _drawn(draw_several(folders), subjects)


def _drawn(figure: "Figure | None", subjects: Sequence[Subject]) -> Picture:
    if figure is None:
        names = ", ".join(str(subject.folder) for subject in subjects)
        raise DataError(
            f"{names}: found records without an epoch, expected one or more; train for an epoch"
        )
    return figure


def filters(subject: Subject) -> Picture:
    """Return the kernels of each convolution."""
    model = subject.model
    return draw_filters(subject.heading, kernels(model.weights, str(model.path)))


def confusion(subject: Subject) -> Picture:
    """Return which classes are taken for which."""
    return draw_confusion(subject.heading, subject.model.classes, subject.evaluation)


def errors(subject: Subject) -> Picture:
    """Return the test images that are classified wrongly, the most confident mistakes first."""
    subject.require_pictures("errors")
    examples, network = subject.test, subject.model.network
    wrong = np.flatnonzero(subject.evaluation.predicted != examples.labels)
    outputs = network.outputs(examples.images[wrong])
    shares = [network.loss.probabilities(y) for y in outputs]
    probabilities = np.array(shares).reshape(len(wrong), network.classes)
    return draw_confident_errors(subject.heading, examples, wrong, probabilities)


def samples(subject: Subject) -> Picture:
    """Return training images of each class, as they are or as augmentation distorts them."""
    subject.require_pictures("samples")
    config = subject.config
    if not subject.distorted:
        return draw_samples(subject.heading, subject.train)
    if not config.train.augment:
        raise ConfigError(
            f"--augmented: {config.name}: found no distortions in train.augment, expected some; "
            "leave --augmented out, or draw a run or configuration that has them"
        )
    return draw_augmented(subject.heading, subject.train, config.train.augment, config.seed)


PICTURES: dict[str, Callable[[Subject], Picture]] = {
    "curves": curves,
    "filters": filters,
    "confusion": confusion,
    "errors": errors,
    "samples": samples,
}
ALL = "all"
OF_CONFIGURATIONS = frozenset({"samples"})  # drawn of one that has not been trained, too
