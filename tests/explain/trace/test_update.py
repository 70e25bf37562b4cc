"""The update of a trace: every rule once more by hand, from the start and after training."""

import json
from pathlib import Path

import pytest

from cnntrain.explain.trace.example import open_network
from cnntrain.nn.updates import UPDATES, UpdateRule
from cnntrain.show.trace import as_text
from tests.explain.trace.passes import of_layers, traced
from tests.nn.updates.cases import CASES, RULES, options_of, overrides_of
from tests.small import finish, started


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_arithmetic_of_every_rule_gives_the_networks_number(rule: UpdateRule) -> None:
    options = json.dumps(options_of(rule)).strip("{}")
    opened = of_layers(
        "conv: {filters: 2, kernel: 3}, tanh, dense: 10", train=f"alpha: 3, {options}"
    )
    for parameter in opened.network.parameters.values():
        parameter.value += 0.1  # biases too, which begin at 0
    found = traced(opened)
    assert found.rule == rule.sentence
    for update in found.updates:
        assert update.total == pytest.approx(update.value, rel=1e-13)
        assert update.value != update.before
    assert max(map(len, as_text(found).splitlines())) <= 80


@pytest.mark.parametrize("name", UPDATES)
def test_a_trained_network_is_traced_with_what_its_rule_remembers(
    tmp_path: Path, name: str
) -> None:
    experiment = started("train.alpha=0.01", *overrides_of(CASES[name][-1]))
    finish(experiment, tmp_path / "run")
    opened = open_network(str(tmp_path / "run" / "last.npz"), [])
    state = experiment.rule.state()
    assert opened.rule.state().keys() == state.keys()
    assert all((array == state[key]).all() for key, array in opened.rule.state().items())
    found = traced(opened)
    for update in found.updates:
        assert update.total == pytest.approx(update.value, rel=1e-13)
    other = open_network(
        str(tmp_path / "run" / "last.npz"), ["train.update=" + ("adam" if name == "sgd" else "sgd")]
    )
    assert traced(other).largest_difference < 1e-12


def test_clipping_is_shown_where_it_acts() -> None:
    for clip_norm, shown in ((1e-3, 2), (1e3, 0)):
        found = traced(of_layers("dense: 10", train=f"alpha: 1, clip_norm: {clip_norm}"))
        assert found.rule == f"gradient descent, gradients clipped to norm {clip_norm:g}"
        notes = [note for update in found.updates for note in update.notes]
        assert len(notes) == shown * len(found.updates)
