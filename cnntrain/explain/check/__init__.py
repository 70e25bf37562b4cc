"""Compare a network's backpropagation with differences of its loss, number by number."""

from cnntrain.explain.check.check import check_gradients
from cnntrain.explain.check.point import Example, random_example
from cnntrain.explain.check.result import ArrayCheck, GradientCheck

__all__ = ["ArrayCheck", "Example", "GradientCheck", "check_gradients", "random_example"]
