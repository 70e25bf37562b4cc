"""The pictures that `cnntrain plot` can draw, by name. A new one is a function and a row here."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Union

import numpy as np
from PIL import Image

from cnntrain.errors import ConfigError, DataError
from cnntrain.explain.describe import describe
from cnntrain.model.build import build_network, layer_rates
from cnntrain.show.curves import draw_curves
from cnntrain.show.error_sheet import writable
from cnntrain.show.heading import of_run
from cnntrain.show.plots.confusion import draw_confusion
from cnntrain.show.plots.errors import draw_confident_errors
from cnntrain.show.plots.filters import draw_filters, kernels
from cnntrain.show.plots.maps import draw_maps
from cnntrain.show.plots.network import draw_network
from cnntrain.show.plots.rates import draw_rates
from cnntrain.show.plots.reliability import draw_reliability
from cnntrain.show.plots.samples import draw_augmented, draw_samples
from cnntrain.show.plots.saturation import draw_saturation, draw_saturation_by_epoch
from cnntrain.show.plots.several import draw_several
from cnntrain.show.plots.subject import Subject
from cnntrain.show.records import flat_parts
from cnntrain.training.saturation import flat_shares

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
    return draw_confusion(subject.heading, subject.model.classes, subject.judgement.evaluation)


def reliability(subject: Subject) -> Picture:
    """Return how often the network is right, by how sure it is."""
    found = subject.judgement.calibration
    assert found is not None  # there are classes
    return draw_reliability(subject.heading, found)


def errors(subject: Subject) -> Picture:
    """Return the test images that are classified wrongly, the most confident mistakes first."""
    subject.require_pictures("errors")
    found = subject.judgement
    wrong = np.flatnonzero(~found.right)
    answers, sure = found.predicted[wrong], found.confidence[wrong]
    return draw_confident_errors(subject.heading, subject.test, wrong, answers, sure)


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


def maps(subject: Subject) -> Picture:
    """Return one image on its way through the network, and every map of every layer."""
    subject.require_pictures("maps")
    model, (about, image) = subject.model, subject.one_image
    outputs = model.maps(image)
    [shares] = model.network.probabilities(outputs["input"][None])
    best = int(shares.argmax())
    legend = f"{about}; answer {writable(model.classes[best], best)} ({shares[best]:.1%})"
    return draw_maps(subject.heading, legend, outputs, model.classes)


def network(subject: Subject) -> Picture:
    """Return the diagram of the layers with their shapes, of a configuration too."""
    found = describe(subject.config)
    if found.problem is not None:
        raise ConfigError(found.problem)
    return draw_network(subject.heading, found.rows)


def rates(subject: Subject) -> Picture:
    """Return the learning rate of every layer over the updates."""
    folder, config = subject.require_records(), subject.config
    values = {name: rate.value for name, rate in layer_rates(config, build_network(config)).items()}
    return draw_rates(of_run(folder, config), folder, values)


def saturation(subject: Subject) -> Picture:
    """Return how far the activations are in their flat parts, by epoch if that was recorded."""
    recorded = flat_parts(subject.folder)
    if recorded is not None and len(recorded.x) > 1:
        return draw_saturation_by_epoch(of_run(subject.folder, subject.config), recorded)
    images = subject.train.images[:IMAGES]
    shares = flat_shares(subject.model.network, images)
    if not shares:
        raise DataError(
            f"plot saturation: {subject.model.path}: found no activation with a flat part, "
            "expected one, such as sigmoid or relu; draw `maps` or `network` instead"
        )
    return draw_saturation(subject.heading, shares, len(images))


PICTURES: dict[str, Callable[[Subject], Picture]] = {
    "curves": curves,
    "filters": filters,
    "maps": maps,
    "confusion": confusion,
    "errors": errors,
    "reliability": reliability,
    "samples": samples,
    "network": network,
    "rates": rates,
    "saturation": saturation,
}
ALL = "all"
IMAGES = 200  # training images for `saturation`: a share is right to some %, in a moment
OF_CONFIGURATIONS = frozenset({"samples", "network"})  # drawn of one that has not been trained, too
