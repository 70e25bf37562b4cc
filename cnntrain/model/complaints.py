"""Complaints about a configuration that only its network shows: layers that do not fit."""

from collections.abc import Callable
from pathlib import Path

from cnntrain.config import Config, complaints, parse_config
from cnntrain.config.complaints.wording import at
from cnntrain.errors import ConfigError, UsageError
from cnntrain.nn.layers.base import shape_text
from cnntrain.nn.network import NetworkShapeError

SEE_DESCRIBE = "; `cnntrain describe` shows the shapes of all layers"


def blamed_config(
    config: Config, error: ConfigError, attempt: Callable[[Config], object]
) -> ConfigError:
    """Return the error of a configuration, named after the flag that caused it."""
    written = config.places
    return complaints.blamed(
        error,
        written.overrides,
        lambda some: attempt(parse_config(written.text, written.path, some, written.own)),
    )


def misfit(config: Config, error: NetworkShapeError, problem: str) -> ConfigError:
    """Return the complaint about a layer that does not fit: at the option that is the cause."""
    layer = f"network[{error.index}]"
    return at(config.places.of_option(layer, error.reason), layer, problem)


def last_layer(config: Config, problem: str) -> ConfigError:
    """Return a complaint about the last layer, for which the data set may be the reason."""
    last = f"network[{len(config.network) - 1}]"
    return config.places.complaint(last, problem, because=["dataset", last])


def other_size(dataset: str, other: Config, model: Path, own: Config) -> UsageError:
    """Return the complaint about a data set whose images a trained network does not take."""
    return UsageError(
        f"--dataset {dataset}: its images are {shape_text(other.dataset.shape)}, but the network of "
        f"{model} takes {shape_text(own.dataset.shape)}; name a data set of that size, as "
        "'{mnist: {resize: 14}}'"
    )


def other_outputs(model: Path, outputs: int, dataset: str, classes: int) -> UsageError:
    """Return the complaint about a data set with more classes than a network has outputs."""
    return UsageError(
        f"{model}: this network has {outputs} output{'s' * (outputs != 1)}, but the examples of "
        f"{dataset} have {classes} classes; use a model that was trained on such data, or name "
        "another data set"
    )
