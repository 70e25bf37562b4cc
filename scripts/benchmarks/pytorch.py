"""Time PyTorch on the same network: `pytorch.py CASE THREADS MODE`.

MODE is eager, channels-last, compile or channels-last-compile.
"""

import sys

import torch
from networks import CASES, STEPS
from torch import nn
from worker import EVALUATED, serve

INFERENCE_BATCH = 250  # the fastest of 100, 250, 1,000 and 2,500 on these networks


def modules(name: str) -> nn.Sequential:
    """Return the case's network in PyTorch."""
    layers = {
        "tutorial": [
            *(nn.Conv2d(1, 6, 5), nn.Sigmoid(), nn.AvgPool2d(2)),
            *(nn.Conv2d(6, 12, 5), nn.Sigmoid(), nn.AvgPool2d(2)),
            *(nn.Flatten(), nn.Linear(192, 10), nn.Sigmoid()),
        ],
        "lenet5": [
            *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        ],
        "fast": [
            *(nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(8, 24, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(384, 64), nn.ReLU(), nn.Linear(64, 10)),
        ],
        "caffe": [
            *(nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)),
        ],
    }
    return nn.Sequential(*layers[name])


def main() -> None:
    """Build the network in the mode asked for, and serve."""
    name, threads, mode = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    case = CASES[name]
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = modules(name)
    images = torch.rand(EVALUATED, 1, 28, 28)
    if "channels-last" in mode:
        model = model.to(memory_format=torch.channels_last)
        images = images.to(memory_format=torch.channels_last)
    network = torch.compile(model) if "compile" in mode else model
    labels = torch.randint(0, 10, (EVALUATED,))
    one_hot = nn.functional.one_hot(labels, 10).float()
    descent = torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=case.momentum, nesterov=case.momentum > 0
    )
    schedule = (
        torch.optim.lr_scheduler.OneCycleLR(
            descent, max_lr=0.1, total_steps=STEPS, cycle_momentum=False
        )
        if case.momentum
        else torch.optim.lr_scheduler.ConstantLR(descent, factor=1)
    )

    def step() -> None:
        chosen = torch.randint(0, EVALUATED, (case.batch,))
        descent.zero_grad()
        y = network(images[chosen])
        if name == "tutorial":
            loss = ((y - one_hot[chosen]) ** 2).sum() / (2 * case.batch)
        else:
            loss = nn.functional.cross_entropy(
                y, labels[chosen], label_smoothing=case.label_smoothing
            )
        loss.backward()
        descent.step()
        schedule.step()

    def evaluate() -> None:
        with torch.inference_mode():
            for part in images.split(INFERENCE_BATCH):
                network(part).argmax(dim=1)

    serve(step, evaluate, {"version": f"PyTorch {torch.__version__}"})


main()
