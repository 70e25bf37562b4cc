"""The update rules once more, a number at a time: their formulas in plain Python."""

import math
from collections.abc import Callable

from cnntrain.nn.updates import Adam, AdamW, GradientDescent, UpdateRule

Numbers = list[float]


def clipped(rule: UpdateRule, gradients: Numbers) -> Numbers:
    norm = math.sqrt(sum(gradient * gradient for gradient in gradients))
    if rule.clip_norm is None or norm <= rule.clip_norm:
        return gradients
    return [gradient * rule.clip_norm / norm for gradient in gradients]


class NaiveDescent:
    """Gradient descent of one number W."""

    def __init__(self, rule: GradientDescent) -> None:
        self.rule, self.v = rule, 0.0

    def __call__(self, W: float, dW: float, rate: float) -> float:
        g = dW + self.rule.weight_decay * W
        self.v = self.rule.momentum * self.v + g
        if self.rule.nesterov:
            return W - rate * (g + self.rule.momentum * self.v)
        return W - rate * self.v


class NaiveAdam:
    """Adam of one number W, with the decay in the gradient."""

    def __init__(self, rule: Adam) -> None:
        self.rule = rule
        self.m, self.v, self.t = 0.0, 0.0, 0

    def direction(self, g: float) -> float:
        self.t += 1
        beta1, beta2 = self.rule.beta1, self.rule.beta2
        self.m = beta1 * self.m + (1 - beta1) * g
        self.v = beta2 * self.v + (1 - beta2) * g**2
        unbiased_m, unbiased_v = self.m / (1 - beta1**self.t), self.v / (1 - beta2**self.t)
        return unbiased_m / (math.sqrt(unbiased_v) + self.rule.epsilon)

    def __call__(self, W: float, dW: float, rate: float) -> float:
        return W - rate * self.direction(dW + self.rule.weight_decay * W)


class NaiveAdamW(NaiveAdam):
    """Adam of one number W, with the decay beside the gradient: PyTorch's order of the two."""

    def __call__(self, W: float, dW: float, rate: float) -> float:
        W -= rate * self.rule.weight_decay * W
        return W - rate * self.direction(dW)


NAIVE: dict[type[UpdateRule], Callable[..., Callable[[float, float, float], float]]] = {
    GradientDescent: NaiveDescent,
    Adam: NaiveAdam,
    AdamW: NaiveAdamW,
}


def naive_values(
    rule: UpdateRule,
    start: list[Numbers],
    all_gradients: list[list[Numbers]],
    rates: Numbers,
    scales: Numbers,
) -> list[list[Numbers]]:
    """Return the values of all parameters after each update."""
    values = [list(numbers) for numbers in start]
    units = [[NAIVE[type(rule)](rule) for _ in numbers] for numbers in start]
    found = []
    for gradients, scale in zip(all_gradients, scales, strict=True):
        flat = iter(clipped(rule, [gradient for numbers in gradients for gradient in numbers]))
        for i, numbers in enumerate(values):
            for j, value in enumerate(numbers):
                numbers[j] = units[i][j](value, next(flat), rates[i] * scale)
        found.append([list(numbers) for numbers in values])
    return found
