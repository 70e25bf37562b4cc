"""The networks that are timed, as configurations, and the batch size of each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A network to time: its configuration's text, its batch size, what it is."""

    title: str
    batch: int
    text: str


def _config(network: str, loss: str) -> str:
    return f"dataset: mnist\nnetwork: [{network}]\nloss: {loss}\ntrain: {{alpha: 0.1}}\n"


CASES = {
    "tutorial": Case(
        "tutorial network, 6c5-2s-12c5-2s, sigmoid, mean pooling",
        50,
        _config(
            "conv: {filters: 6, kernel: 5}, sigmoid, mean_pool: 2, "
            "conv: {filters: 12, kernel: 5}, sigmoid, mean_pool: 2, dense: 10, sigmoid",
            "mse",
        ),
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
