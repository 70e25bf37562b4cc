import dataclasses
import pickle

import numpy as np
import pytest

from cnntrain.runs.tune.pruning import Past, PrunerName, Pruning
from cnntrain.runs.tune.trial import Job, run_trial
from tests.explain.exercises import GAIN
from tests.runs.tune.searches import prepared
from tests.small import epochs, finish, started


def job(*overrides: str, seeds: int = 1, of: tuple[str, ...] = ()) -> Job:
    return dataclasses.replace(prepared(*of, seeds=seeds).job, overrides=overrides)


def pruning(pruner: PrunerName, past: list[Past]) -> Pruning:
    # a name by which Hyperband deals the seventh trial to the bracket that looks after one epoch
    return Pruning(pruner, "rates", True, 9, tuple(past))


def test_a_trial_is_the_run_that_its_configuration_makes(tmp_path: object) -> None:
    from pathlib import Path

    outcome = run_trial(job("train.alpha=0.3"))
    experiment = started("train.alpha=0.3")
    done = epochs(finish(experiment, Path(str(tmp_path)) / "run"))
    assert outcome.weights_sha256 == [experiment.weights_sha256()]
    assert outcome.scores == [event.validation.accuracy for event in done if event.validation]
    assert (outcome.state, len(outcome.scores)) == ("complete", 2)


def test_the_average_of_the_weights_is_judged_where_there_is_one() -> None:
    plain, averaged = job(), job(of=("train.ema=0.9",))
    assert run_trial(plain).weights_sha256 != run_trial(averaged).weights_sha256


def test_several_seeds_count_by_their_mean() -> None:
    both = run_trial(job(seeds=2))
    alone = [run_trial(dataclasses.replace(job(), seeds=(seed,))) for seed in (3,)]
    other = run_trial(dataclasses.replace(job(of=("seed=4",)), seeds=(4,)))
    assert both.weights_sha256 == [*alone[0].weights_sha256, *other.weights_sha256]
    np.testing.assert_allclose(both.scores, np.mean([alone[0].scores, other.scores], axis=0))


def test_test_images_are_never_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnntrain.training import evaluation

    seen = []

    def counted(network: object, examples: object, y: np.ndarray) -> evaluation.Evaluation:
        seen.append(len(y))
        return original(network, examples, y)  # type: ignore[arg-type]

    original = evaluation.judged
    monkeypatch.setattr(evaluation, "judged", counted)
    run_trial(job())
    assert seen == [15, 15]  # the validation images, not the 30 test images


def test_numbers_that_blow_up_are_an_outcome_and_so_is_what_cannot_be_trained() -> None:
    diverged = run_trial(job("train.alpha=1e30"))
    assert diverged.state == "diverged"
    assert "epoch 1" in diverged.reason
    failed = run_trial(job("train.batchsize=500"))
    assert failed.state == "failed"
    assert "train.batchsize" in failed.reason
    none = run_trial(job("train.epochs=0"))
    assert (none.state, none.reason) == (
        "failed",
        "found no epoch to train, expected train.epochs of 1 or more",
    )


def test_other_images_than_the_search_began_with_are_no_trial() -> None:
    failed = run_trial(dataclasses.replace(job(), data_sha256="0" * 64))
    assert failed.state == "failed"
    assert "found other training images than where the search was begun" in failed.reason


@pytest.mark.parametrize(("pruner", "after"), [("median", 2), ("hyperband", 1)])
def test_a_trial_without_hope_is_given_up_and_again_when_it_is_repeated(
    pruner: PrunerName, after: int
) -> None:
    past = [Past(True, [0.9, 0.95], {"completed_rung_0": 0.9}) for _ in range(6)]
    bad = dataclasses.replace(job("train.alpha=1e-6"), pruning=pruning(pruner, past))
    first, again = run_trial(bad), run_trial(bad)
    assert (first.state, len(first.scores)) == ("pruned", after)
    assert first.weights_sha256 == again.weights_sha256
    assert first.scores == again.scores


def test_among_few_or_worse_trials_none_is_given_up() -> None:
    good = Past(True, [0.9, 0.95])
    for past in ([good] * 4, [Past(True, [0.0, 0.0])] * 6, [Past()] * 9, []):
        alone = dataclasses.replace(job(), pruning=pruning("median", past))
        assert run_trial(alone).state == "complete"


def test_after_the_last_epoch_a_trial_is_a_whole_one() -> None:
    past = [Past(True, [0.0, 0.95]) for _ in range(6)]
    last = dataclasses.replace(pruning("median", past), epochs=2)
    bad = run_trial(dataclasses.replace(job("train.alpha=1e-6"), pruning=last))
    assert (bad.state, len(bad.scores)) == ("complete", 2)


def test_what_hyperband_notes_is_handed_on() -> None:
    noted = run_trial(dataclasses.replace(job(), pruning=pruning("hyperband", [])))
    assert noted.rungs
    assert run_trial(dataclasses.replace(job(), pruning=pruning("median", []))).rungs == {}


def test_layers_of_the_users_own_travel_with_the_job_and_are_named_where_they_fail() -> None:
    network = "network=[{gain: 2}, {dense: 10}]"
    own = dataclasses.replace(job(network), own=("gain.py", GAIN.encode()))
    assert run_trial(pickle.loads(pickle.dumps(own))).state == "complete"
    failing = GAIN.replace("self.x = x", "assert not train, 'never'; self.x = x")
    failed = run_trial(dataclasses.replace(own, own=("gain.py", failing.encode())))
    assert failed.state == "failed"
    assert failed.reason.startswith("gain.py:14: in Gain.forward: AssertionError: never")
