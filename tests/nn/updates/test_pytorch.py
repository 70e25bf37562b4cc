"""The rules against those of PyTorch 2.13, whose numbers are kept here for where it is missing."""

from typing import Any

import pytest

from cnntrain.nn.updates import UPDATES, Adam, AdamW, GradientDescent, UpdateRule
from tests.nn.updates.cases import GRADIENTS, RATES, SCALES, START, worked

# PyTorch's class with its options; ours; and START after the three updates of PyTorch.
CASES: dict[str, tuple[str, dict[str, Any], UpdateRule, list[list[float]]]] = {
    "sgd": (
        "SGD",
        {},
        GradientDescent(),
        [[0.42, -0.84, 1.6099999999999999], [0.20800000000000002]],
    ),
    "decay": (
        "SGD",
        {"weight_decay": 0.1},
        GradientDescent(weight_decay=0.1),
        [[0.40799825000000006, -0.8178394999999999, 1.5656314999999998], [0.20683393900000002]],
    ),
    "momentum": (
        "SGD",
        {"momentum": 0.9, "weight_decay": 0.1},
        GradientDescent(momentum=0.9, weight_decay=0.1),
        [[0.36488825, -0.5726794999999999, 1.0771115], [0.17046133900000002]],
    ),
    "nesterov": (
        "SGD",
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
        GradientDescent(momentum=0.9, nesterov=True, weight_decay=0.1),
        [[0.28749914675, -0.4396033805, 0.7472989084999998], [0.135436950601]],
    ),
    "adam": (
        "Adam",
        {},
        Adam(),
        [[0.32515176528582523, -0.8382722047901441, 1.800624746836672], [0.21368202702081976]],
    ),
    "adam with decay": (
        "Adam",
        {"weight_decay": 0.2, "betas": (0.8, 0.99), "eps": 1e-3},
        Adam(weight_decay=0.2, beta1=0.8, beta2=0.99, epsilon=1e-3),
        [[0.30141333087880934, -0.8305972402191956, 1.7951401613439455], [0.21371314909988137]],
    ),
    "adamw": (
        "AdamW",
        {},
        AdamW(),
        [[0.32407272595852954, -0.8359434777919121, 1.7958121987488151], [0.21356395779247586]],
    ),
    "adamw with more decay": (
        "AdamW",
        {"weight_decay": 0.5, "betas": (0.8, 0.99), "eps": 1e-3},
        AdamW(weight_decay=0.5, beta1=0.8, beta2=0.99, epsilon=1e-3),
        [[0.27651292050407134, -0.7334428504171309, 1.5756891070519905], [0.20865797895804147]],
    ),
    "clipped": (
        "SGD",
        {"momentum": 0.9, "weight_decay": 0.1},
        GradientDescent(momentum=0.9, weight_decay=0.1, clip_norm=1.5),
        [[0.4340476393970194, -0.8824426475313891, 1.6140855403269332], [0.2236387032082394]],
    ),
}
# Rules that PyTorch does not have, or computes otherwise, and what they are compared with instead.
NOT_IN_PYTORCH: dict[type[UpdateRule], str] = {}
every_case = pytest.mark.parametrize("name", CASES)


def pytorchs(name: str) -> list[list[float]]:
    """Return START after the three updates of PyTorch."""
    torch = pytest.importorskip("torch")
    kind, options, rule, _ = CASES[name]
    parameters = [torch.nn.Parameter(torch.tensor(v, dtype=torch.float64)) for v in START]
    groups = [{"params": [p], "lr": rate} for p, rate in zip(parameters, RATES, strict=True)]
    optimizer = getattr(torch.optim, kind)(groups, **options)
    for gradients, scale in zip(GRADIENTS, SCALES, strict=True):
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = torch.tensor(gradient, dtype=torch.float64)
        if rule.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(parameters, rule.clip_norm)
        for group, rate in zip(optimizer.param_groups, RATES, strict=True):
            group["lr"] = rate * scale
        optimizer.step()
    return [parameter.detach().tolist() for parameter in parameters]


@every_case
def test_the_numbers_are_those_that_pytorch_gave(name: str) -> None:
    *_, rule, kept = CASES[name]
    # PyTorch clips to norm·c/(norm + 1e-6)
    close = 1e-12 if rule.clip_norm is None else 1e-6
    for ours, theirs in zip(worked(rule).values[-1], kept, strict=True):
        assert ours == pytest.approx(theirs, rel=close)


@every_case
def test_the_numbers_kept_here_are_those_of_pytorch(name: str) -> None:
    for kept, theirs in zip(CASES[name][-1], pytorchs(name), strict=True):
        assert kept == pytest.approx(theirs, rel=1e-14)


def test_every_rule_is_compared() -> None:
    compared = {type(rule) for _, _, rule, _ in CASES.values()}
    missing = [
        rule.__name__ for rule in UPDATES.values() if rule not in compared | {*NOT_IN_PYTORCH}
    ]
    assert not missing, (
        f"tests/nn/updates/test_pytorch.py: CASES has no row for {', '.join(missing)}: add one with "
        "the numbers of torch.optim, or say in NOT_IN_PYTORCH why there are none"
    )
    assert not compared & {*NOT_IN_PYTORCH}
