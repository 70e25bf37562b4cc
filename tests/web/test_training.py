"""Training in the page, step by step, against the engine's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnntrain.config import load_config
from cnntrain.explain.trace.example import from_test_split, open_network
from cnntrain.explain.trace.follow import trace
from cnntrain.model.build import build_network, layer_rates, update_rule
from cnntrain.web.alive import samples
from tests.web.numbers import assert_same
from tests.web.pages import page_of

Open = Callable[..., Any]


pytestmark = pytest.mark.slow  # a browser computes in every test


def weights_in(page: Any) -> dict[str, list[float]]:
    found = page.evaluate("""() => app.network.layers.flatMap((layer) =>
        Object.entries(layer.parameters).map(([part, p]) => [`${layer.name}.${part}`, [...p.value]]))""")
    return dict(found)


def rows_in(page: Any) -> dict[str, list[str]]:
    """Return the cells of each row of the table of steps by the weight's name."""
    rows = page.locator(".steps tbody tr").all_inner_texts()
    return {row.split()[0]: row.replace("−", "-").split()[1:] for row in rows}


@pytest.fixture
def mazur(opened: Open, tmp_path: Path) -> Any:
    page = opened(page_of(tmp_path, "mazur.yaml"))
    yield page
    page.close()


def test_one_step_of_mazurs_network_is_the_published_one(mazur: Any) -> None:
    assert "Before the first step: E = 0.298371109." in mazur.locator(".facts-line").inner_text()
    mazur.get_by_role("button", name="Step", exact=True).click()
    said = "After 1 step: E = 0.291027774, before the last 0.298371109."
    assert mazur.locator(".facts-line").inner_text() == said
    opened = open_network("mazur.yaml", ())
    found = trace(opened, from_test_split(opened, 0, None))
    rows = rows_in(mazur)
    for update in found.updates:
        assert update.symbol is not None
        if update.frozen:
            assert rows[update.symbol][-1] == "frozen"
            continue
        before, rate, gradient, equals, after = rows[update.symbol]
        assert equals == "="
        expected = (update.before, update.rate, update.gradient, update.value)
        assert [*map(float, (before, rate, gradient, after))] == pytest.approx(expected, rel=5e-9)


def test_ten_thousand_steps_come_to_the_published_error(mazur: Any) -> None:
    for _ in range(10):
        mazur.get_by_role("button", name="1,000 steps").click()
        mazur.wait_for_function("() => !app.training.buttons[0].disabled", timeout=60_000)
    assert mazur.evaluate("() => app.training.losses.length") == 10_001
    assert mazur.evaluate("() => app.training.losses.at(-1)") == pytest.approx(
        3.51019e-5, abs=5e-11
    )
    mazur.get_by_role("button", name="Back to the start").click()
    assert mazur.evaluate("() => app.training.losses") == pytest.approx([0.298371109], abs=5e-10)
    assert rows_in(mazur)["w5"][0] == "0.4"


def test_a_step_of_the_tutorials_network_changes_every_weight_as_the_engine_does(
    opened: Open, tmp_path: Path
) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"))
    page.get_by_role("button", name="Step", exact=True).click()
    config = load_config("lenet.yaml")
    network = build_network(config)
    examples = samples(config, tmp_path / "no data")
    assert examples is not None
    assert len(examples) == 10
    loss = network.backpropagate(examples.images, examples.targets(network.dtype)).loss
    update_rule(config, network.parameters, layer_rates(config, network)).update()
    found = weights_in(page)
    assert found.keys() == network.parameters.keys()
    for name, parameter in network.parameters.items():
        assert_same(found[name], parameter.value, 1e-5, name, least=0)
    assert page.evaluate("() => app.training.losses[0]") == pytest.approx(loss, rel=1e-6)
    assert [name.partition("[")[0] for name in rows_in(page)] == [
        "w1",
        "b1",
        "w2",
        "b2",
        "w3",
        "b3",
    ]
    shown = np.array(page.evaluate("() => [...app.network.outputs.at(-1)]"))
    assert np.isfinite(shown).all()
    page.close()


def test_momentum_takes_the_steps_of_the_run_and_shows_its_direction(
    opened: Open, tmp_path: Path
) -> None:
    changes = ("train.momentum=0.9", "train.weight_decay=0.01")
    page = opened(page_of(tmp_path, "mazur.yaml", *changes))
    text = page.locator("#network").inner_text()
    assert "by gradient descent with classical momentum, weight decay 0.01: g = " in text
    config = load_config("mazur.yaml", changes)
    network = build_network(config)
    examples = config.dataset.load("train", None)
    rule = update_rule(config, network.parameters, layer_rates(config, network))
    for _ in range(3):
        network.backpropagate(examples.images, examples.targets(network.dtype))
        before = network.parameters["dense1.weights"].value[0, 0].copy()
        rule.update()
        page.get_by_role("button", name="Step", exact=True).click()
    for name, parameter in network.parameters.items():
        assert_same(weights_in(page)[name], parameter.value, 1e-14, name, least=0)
    shown, rate, direction, _, after, gradient = map(number, rows_in(page)["w1"])
    assert shown == pytest.approx(before, rel=5e-9)
    assert shown - rate * direction == pytest.approx(after, rel=5e-9)
    assert after == pytest.approx(network.parameters["dense1.weights"].value[0, 0], rel=5e-9)
    assert abs(direction) > 2 * abs(gradient)  # of the third step: the first two are in it
    page.get_by_role("button", name="Back to the start").click()
    assert rows_in(page)["w1"][0] == "0.15"
    assert page.evaluate("() => app.training.rule.state.every((v) => v.every((one) => one === 0))")
    page.close()


def number(cell: str) -> float:
    return 0.0 if cell == "=" else float(cell)


def test_a_step_is_the_same_after_looking_at_the_errors_of_one_image(
    opened: Open, tmp_path: Path
) -> None:
    page = opened(page_of(tmp_path, "lenet.yaml"))
    page.get_by_role("button", name="Step", exact=True).click()
    expected = weights_in(page)
    page.get_by_role("button", name="Back to the start").click()
    page.get_by_role("button", name="image of class 3").click()
    page.evaluate("() => app.look(4, 100, 'backward')")
    page.get_by_role("button", name="Step", exact=True).click()
    assert weights_in(page) == expected
    page.close()


def test_training_that_diverges_ends_and_says_so(opened: Open, tmp_path: Path) -> None:
    changes = ("train.alpha=1e6", "network[1]={leaky_relu: 0.5}", "network[3]={leaky_relu: 0.5}")
    page = opened(page_of(tmp_path, "mazur.yaml", *changes))
    page.get_by_role("button", name="1,000 steps").click()
    said = page.locator(".facts-line").get_by_text("The rates are too high: go back to the start.")
    said.wait_for()
    step = page.get_by_role("button", name="Step", exact=True)
    assert step.is_disabled()
    page.get_by_role("button", name="Back to the start").click()
    assert step.is_enabled()
    page.close()  # `opened` finds nothing on the console: the curve has numbers only


def test_the_images_in_a_page_are_one_of_each_class(mnist_root: Path) -> None:
    config = load_config("photos.yaml")  # trained with things that are no digits, too
    examples = samples(config, mnist_root)
    assert examples is not None
    assert examples.labels.tolist() == list(range(10))


def test_the_page_says_what_its_steps_leave_out(opened: Open, tmp_path: Path) -> None:
    more = ("train.schedule={cosine: {}}", "train.label_smoothing=0.1", "train.ema=0.9")
    page = opened(page_of(tmp_path, "lenet.yaml", *more))
    said = "left out here: the schedule of the rates, label smoothing, the average of the weights."
    assert said in page.locator("#network").inner_text()
    page.close()


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("lenet.yaml", ["network[5]={dropout: 0.5}"], "dropout draws at random"),
        ("photos.yaml", [], "batch normalization needs averages of many mini-batches"),
        ("fast.yaml", ["network[3].conv.filters=200"], "a step would take long"),
    ],
)
def test_where_the_page_cannot_train_a_network_it_says_why(
    opened: Open, tmp_path: Path, name: str, changes: list[str], reason: str
) -> None:
    page = opened(page_of(tmp_path, name, *changes))
    assert page.locator("[data-part=training]").count() == 0
    assert reason in page.locator("#network .note[role=note]").inner_text()
    page.close()
