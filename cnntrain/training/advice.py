"""Which learning rate to change, and to what: the last part of what is said about a training run."""

from collections.abc import Mapping

from cnntrain.config.rates import Rate
from cnntrain.nn.network import Network

MEASURE = "`cnntrain train --find-rate` measures which suit"


class RateAdvice:
    """The options with the learning rates of a network's layers, and what to do about them."""

    def __init__(self, network: Network, rates: Mapping[str, Rate]) -> None:
        """Take the rate of each layer with parameters, by the layer's name."""
        self.network, self.rates = network, rates

    def option(self, layer: str) -> str:
        """Return the key of a configuration that has a layer's rate: train.alpha2.

        For a layer's own rate it is such as network[3].conv.rate.
        """
        name = self.rates[layer].name
        if name != "rate":
            return f"train.{name}"
        return f"network[{self.network.names.index(layer) - 1}].{layer.rstrip('0123456789')}.rate"

    def values(self) -> dict[str, float]:
        """Return every option that has a rate of this network, with its value."""
        return {self.option(layer): rate.value for layer, rate in self.rates.items()}

    def lower(self, layer: str) -> str:
        """Return which rate to lower when `layer` went wrong, and to what: a tenth, to begin with.

        A layer without weights goes wrong by those below it.
        """
        responsible = self._at_or_below(layer)
        if responsible is None:
            return f"Lower the learning rates; {MEASURE}"
        option, value = self.option(responsible), self.rates[responsible].value
        whose = "all layers" if len(self.values()) < len(self.rates) else responsible
        return (
            f"Lower {option}, the rate of {whose} (found {value:g}), to {value / 10:g} or less; "
            f"{MEASURE}"
        )

    def scale_all(self, factor: float) -> str:
        """Return what to do when all rates are too low or too high by about this factor."""
        word = "Raise" if factor > 1 else "Lower"
        changes = [f"{key} from {v:g} to {v * factor:g}" for key, v in self.values().items()]
        return f"{word} {', '.join(changes)}; {MEASURE}"

    def _at_or_below(self, layer: str) -> str | None:
        """Return the nearest layer, from `layer` downwards and then upwards, that learns."""
        at = self.network.names.index(layer)
        names = [*self.network.names[at::-1], *self.network.names[at + 1 :]]
        return next((name for name in names if self._learns(name)), None)

    def _learns(self, name: str) -> bool:
        parameters = self.network.layers[self.network.names.index(name)].parameters
        moved = not all(parameter.frozen for parameter in parameters.values())
        return name in self.rates and moved and self.rates[name].value > 0
