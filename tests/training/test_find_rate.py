import numpy as np
import pytest

from cnntrain.config import parse_config
from cnntrain.runs.begin import begin
from cnntrain.runs.experiment import Experiment
from cnntrain.system.interrupt import Interrupted, Stop
from cnntrain.training.find_rate import find_rate
from cnntrain.training.sweep import Average, Found
from tests.small import started

LAYERS = ("network=[{dense: 4}, sigmoid, {dense: 10}, sigmoid]", "loss=mse")


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sweeps and trials be short where it does not matter what they find."""
    for name, value in (("STEPS", (40, 60)), ("TRIAL", 20), ("JUDGED", 5)):
        monkeypatch.setattr(f"cnntrain.training.find_rate.{name}", value)


def valley(*overrides: str) -> Experiment:
    """Return the fit of a line through numbers of four dimensions: its loss is quadratic."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(100, 4)), rng.normal(size=(4, 1))
    text = (
        f"dataset: {{inline: {{inputs: {x.tolist()}, targets: {(x @ w).tolist()}}}}}\n"
        "network: [{dense: {units: 1, bias: false}}]\n"
        "loss: mse\n"
        "dtype: float64\n"
        "train: {batchsize: 100, batches: 50, alpha: 1}\n"
    )
    config = parse_config(text, "valley.yaml", overrides)
    return begin(config, data_dir=None, fetch=lambda *_: None)


def swept(experiment: Experiment) -> Found:
    train, plan = experiment.splits.train, experiment.plan
    found = find_rate(experiment.network, experiment.rule, train, plan)
    assert found is not None
    return found


def best_rate(experiment: Experiment) -> float:
    """Return 2/(λ + Λ): the best rate in a valley of smallest and largest curvature λ and Λ."""
    x = experiment.splits.train.images.reshape(100, 4)
    curvatures = np.linalg.eigvalsh(x.T @ x / 100)
    return float(2 / (curvatures[0] + curvatures[-1]))


@pytest.mark.parametrize("alpha", [1e-3, 500])
def test_the_proposal_is_near_the_best_rate_of_a_quadratic_loss(alpha: float) -> None:
    experiment = valley(f"train.alpha={alpha}")
    found = swept(experiment)
    assert found.learnt
    assert 1 / 3 < found.factor * alpha / best_rate(experiment) < 3
    sweep = found.sweep
    assert sweep.end in ("rose", "diverged")  # an end, and no error
    assert np.isfinite(sweep.losses).all()
    assert len(sweep.losses) == len(sweep.factors) == len(sweep.smoothed)


@pytest.mark.usefixtures("_quick")
def test_a_sweep_is_the_same_for_the_same_seed() -> None:
    first, again, other = (swept(started(f"seed={seed}")) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.sweep.losses, again.sweep.losses)
    assert first.trials == again.trials
    assert not np.array_equal(first.sweep.losses[:10], other.sweep.losses[:10])


@pytest.mark.usefixtures("_quick")
def test_rates_grow_by_the_same_factor_from_tiny_ones_and_keep_their_ratios() -> None:
    experiment = started(*LAYERS, "train.alpha=4", "train.alpha2=2")
    factors = swept(experiment).sweep.factors
    assert factors[0] == pytest.approx(1e-5 / 4)
    np.testing.assert_allclose(factors[1:] / factors[:-1], factors[1] / factors[0])
    assert {slot.rate for slot in experiment.rule.slots} == {4, 2}


@pytest.mark.usefixtures("_quick")
def test_a_network_that_learns_nothing_is_swept_once_more_slowly_and_then_said_not_to_learn() -> (
    None
):
    experiment = started(*LAYERS)
    experiment.splits.train.images[...] = 0
    found = swept(experiment)
    assert len(found.sweep.losses) > 40
    assert not found.learnt


@pytest.mark.usefixtures("_quick")
def test_the_network_ends_as_it_began() -> None:
    experiment = started("train.momentum=0.9")
    before, memory = experiment.weights_sha256(), experiment.rule.state()
    swept(experiment)
    assert experiment.weights_sha256() == before
    for name, value in experiment.rule.state().items():
        np.testing.assert_array_equal(value, memory[name])
    assert experiment.rule.scale == 1


def test_a_wish_to_stop_ends_the_sweep() -> None:
    experiment, stop = started(), Stop()
    stop.asked = True
    with pytest.raises(Interrupted):
        find_rate(
            experiment.network,
            experiment.rule,
            experiment.splits.train,
            experiment.plan,
            stop=stop,
        )


def test_numbers_that_are_never_finite_give_no_sweep() -> None:
    experiment = started()
    experiment.network.parameters["dense1.weights"].value[0, 0] = np.nan
    plan = experiment.plan
    assert find_rate(experiment.network, experiment.rule, experiment.splits.train, plan) is None


def test_the_running_average_is_not_biased_to_its_start() -> None:
    average = Average()
    for _ in range(5):
        average.add(3.0)
    assert average.values == pytest.approx([3.0] * 5)
