"""The page's update rules take the steps of the engine's."""

from collections.abc import Callable
from typing import Any

import pytest

from cnntrain.nn.updates import UPDATES, UpdateRule
from tests.nn.updates.cases import CASES, GRADIENTS, RATES, START, options_of, worked

Evaluate = Callable[..., Any]

STEPS = """async ([kind, options, start, gradients, rates]) => {
  const { UPDATES } = await import("engine/updates.js");
  const parameters = start.map((values, number) => ({
    value: Float64Array.from(values),
    gradient: new Float64Array(values.length),
    rate: rates[number],
  }));
  const rule = new UPDATES[kind](options, parameters);
  return gradients.map((step) => {
    step.forEach((values, number) => parameters[number].gradient.set(values));
    rule.directions(); // looking ahead twice is not taking two steps
    rule.update(rule.directions());
    return parameters.map(({ value }) => [...value]);
  });
}"""


@pytest.mark.parametrize("rule", [rule for rules in CASES.values() for rule in rules], ids=str)
def test_each_rule_takes_the_engines_steps(engine: Evaluate, rule: UpdateRule) -> None:
    options = options_of(rule)
    kind = options.pop("update")
    found = engine(STEPS, [kind, options, START, GRADIENTS[:2], RATES])
    expected = worked(rule).values[:2]  # the third has other rates, by a schedule
    for ours, engines in zip(found, expected, strict=True):
        for values, others in zip(ours, engines, strict=True):
            assert values == pytest.approx(others, rel=1e-13)


def test_the_page_has_every_rule(engine: Evaluate) -> None:
    assert engine(
        """async () => Object.keys((await import("engine/updates.js")).UPDATES)"""
    ) == list(UPDATES)
