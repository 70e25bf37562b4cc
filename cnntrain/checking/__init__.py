"""Compare a network's backpropagation with differences of its loss, number by number."""

from cnntrain.checking.check import check_gradients
from cnntrain.checking.point import Example, random_example
from cnntrain.checking.result import ArrayCheck, GradientCheck

__all__ = ["ArrayCheck", "Example", "GradientCheck", "check_gradients", "random_example"]
