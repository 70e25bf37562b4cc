"""One file per update rule, and the table of the names that `train.update` may have.

A new rule is one class and one row. Its dataclass fields are its options, which stand in the
section `train` of a configuration.
"""

from cnntrain.nn.updates.adam import Adam, AdamW
from cnntrain.nn.updates.base import Slot, UpdateRule
from cnntrain.nn.updates.gradient_descent import GradientDescent

__all__ = ["UPDATES", "Adam", "AdamW", "GradientDescent", "Slot", "UpdateRule"]

UPDATES: dict[str, type[UpdateRule]] = {
    "sgd": GradientDescent,
    "adam": Adam,
    "adamw": AdamW,
}
