"""Complaints about a configuration that only its network shows: layers that do not fit."""

from collections.abc import Callable

from cnntrain.config import Config, complaints, parse_config
from cnntrain.config.complaints.wording import at
from cnntrain.errors import ConfigError
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
