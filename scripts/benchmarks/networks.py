"""The networks that are timed, as configurations, and the batch size of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A network to time: its configuration's text, its batch size, what it is."""

    title: str
    batch: int
    text: str
    momentum: float = 0.0  # Nesterov's; where it is not 0, the rates follow one cycle, too
    label_smoothing: float = 0.0
    beside: str = ""  # a case without what is special in this one, which it takes turns with


def _config(network: str, loss: str, train: str = "alpha: 0.1") -> str:
    return f"dataset: mnist\nnetwork: [{network}]\nloss: {loss}\ntrain: {{{train}}}\n"


TUTORIAL = (
    "conv: {filters: 6, kernel: 5}, sigmoid, mean_pool: 2, "
    "conv: {filters: 12, kernel: 5}, sigmoid, mean_pool: 2, dense: 10, sigmoid"
)
STEPS = 100_000  # of a one-cycle schedule: more than are timed
CASES = {
    "tutorial": Case(
        "tutorial network, 6c5-2s-12c5-2s, sigmoid, mean pooling",
        50,
        _config(TUTORIAL, "mse"),
    ),
    "affine": Case(
        "tutorial network, images shifted, turned, scaled and sheared",
        50,
        _config(TUTORIAL, "mse", "alpha: 0.1, augment: {shift: 2, rotate: 10, scale, shear}"),
        beside="tutorial",
    ),
    "lenet5": Case(
        "LeNet-5, 6-16-120-84, ReLU, max pooling",
        64,
        _config(
            "conv: {filters: 6, kernel: 5, padding: 2}, relu, max_pool: 2, "
            "conv: {filters: 16, kernel: 5}, relu, max_pool: 2, "
            "dense: 120, relu, dense: 84, relu, dense: 10",
            "softmax_cross_entropy",
        ),
    ),
    "fast": Case(
        "fast.yaml: 8-24-64, ReLU, max pooling, Nesterov momentum, one cycle, label smoothing",
        64,
        _config(
            "conv: {filters: 8, kernel: 5}, relu, max_pool: 2, "
            "conv: {filters: 24, kernel: 5}, relu, max_pool: 2, dense: 64, relu, dense: 10",
            "softmax_cross_entropy",
        ),
        momentum=0.9,
        label_smoothing=0.05,
    ),
    "caffe": Case(
        "Caffe's LeNet, 20-50-500, max pooling",
        64,
        _config(
            "conv: {filters: 20, kernel: 5}, max_pool: 2, "
            "conv: {filters: 50, kernel: 5}, max_pool: 2, dense: 500, relu, dense: 10",
            "softmax_cross_entropy",
        ),
    ),
}
