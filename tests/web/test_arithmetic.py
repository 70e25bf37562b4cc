"""The arithmetic that the page shows: its terms, its names, its gradients."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnntrain.explain.trace.example import Example, open_network, run_pass, shard_of
from cnntrain.explain.trace.follow import trace
from cnntrain.explain.trace.lines import number
from cnntrain.explain.trace.symbols import Index, symbols_for
from cnntrain.nn.layers import LAYERS
from cnntrain.nn.network import Network
from cnntrain.web.network import array_object, layer_object
from tests.nn.cases import odd_sizes
from tests.nn.harness import built
from tests.web.conftest import Evaluate
from tests.web.numbers import assert_same
from tests.web.pages import page_of, settle

Open = Callable[..., Any]
pytestmark = pytest.mark.slow  # a browser computes in every test

PHONE = {"width": 390, "height": 844}

SUMS = """async ([description, x, dy]) => {
  const { built, unpacked } = await import("engine/network.js");
  const layer = built(description);
  const numbers = unpacked(x);
  const errors = unpacked(dy);
  const y = layer.forward(numbers, 1, { train: true });
  const dx = layer.backward(errors, 1);
  const total = (links, value) =>
    links === null ? null : links.reduce((sum, link) => sum + link.factor * value(link), 0);
  const at = (array, place) => (place < 0 ? 0 : array[place]);
  const bias = (place) => {
    const map = Math.floor(place / (layer.outShape[1] * layer.outShape[2]));
    return layer.parameters.bias?.value[map] ?? 0;
  };
  const below = [...y].map((_, p) => total(layer.linksBelow(p), ({ x }) => at(numbers, x)));
  const above = [...dx].map((_, p) => total(layer.linksAbove(p), ({ y }) => errors[y]));
  const weights = layer.parameters.weights;
  const uses = weights && [...weights.value].map((_, w) =>
    layer.usesOf(w).reduce((sum, { x, y }) => sum + errors[y] * at(layer.xHat ?? numbers, x), 0));
  return {
    y: below[0] === null ? null : [below.map((sum, p) => sum + bias(p)), [...y]],
    dx: above[0] === null ? null : [above, [...dx]],
    dW: uses ? [uses, [...weights.gradient]] : null,
  };
}"""


@pytest.mark.parametrize("kind", LAYERS)
def test_the_terms_that_are_shown_add_up(engine: Evaluate, kind: str) -> None:
    rng = np.random.default_rng(4)
    shown = set()
    for name, drawn, shape in odd_sizes():
        if name == kind:
            layer = built(drawn, shape)
            x, dy = rng.normal(0, 1, (1, *shape)), rng.normal(0, 1, (1, *layer.out_shape))
            found = engine(SUMS, [layer_object(kind, layer), array_object(x), array_object(dy)])
            for what, pair in found.items():
                if pair is not None:
                    shown.add(what)
                    assert np.allclose(pair[0], pair[1], rtol=0, atol=1e-12), f"{what} on {shape}"
    sums = {"conv", "dense", "mean_pool", "max_pool", "dropout"}
    expected = {"y"} if kind in sums else set()
    expected |= set() if kind.endswith("_norm") else {"dx"}
    expected |= {"dW"} if kind in {"conv", "dense", "batch_norm", "layer_norm"} else set()
    assert shown == expected


def names_in(network: Network) -> dict[str, list[str | None]]:
    """Return every name that a text has for a network's numbers, in the order of memory."""
    symbols, found = symbols_for(network), dict[str, list[str | None]]()
    for at, (name, layer) in enumerate(zip(network.names, network.layers, strict=True)):
        cells: list[Any] = list(np.ndindex(*layer.out_shape))
        found[f"output {at}"] = [symbols.output(name, cell) for cell in cells]
        found[f"error {at}"] = [symbols.error(name, cell) for cell in cells]
        for part, parameter in layer.parameters.items():
            indices: list[Index] = list(np.ndindex(*parameter.value.shape))
            key = f"{name}.{part}"
            found[f"parameter {at} {part}"] = [symbols.parameter(key, index) for index in indices]
            found[f"gradient {at} {part}"] = [symbols.gradient(key, index) for index in indices]
    return found


@pytest.mark.parametrize("config", ["lenet.yaml", "mazur.yaml"])
def test_numbers_have_the_names_of_their_text(opened: Open, tmp_path: Path, config: str) -> None:
    page = opened(page_of(tmp_path, config))
    for what, expected in names_in(open_network(config, ()).network).items():
        kind, *of = what.split()
        shown = page.evaluate(
            "([kind, of, n]) => Array.from({length: n}, (_, at) => app.names[kind](...of, at))",
            [kind, [int(of[0]), *of[1:]], len(expected)],
        )
        assert all(e in (None, s) for e, s in zip(expected, shown, strict=True)), what
    page.close()


def test_numbers_are_written_as_trace_writes_them(engine: Evaluate) -> None:
    sizes = np.random.default_rng(6).normal(0, 1, 200) * 10.0 ** np.arange(-12, 13).repeat(8)
    numbers = [*map(float, sizes), 0.0, 1.0, -3.0, 0.5, 1e-4, 9.99999999e-5, 123456789.0, 1e9, 0.1]
    found = engine(
        """async (numbers) => {
          const { number } = await import("page/dom.js");
          return numbers.map((each) => number(each));
        }""",
        numbers,
    )
    expected = [re.sub(r"e([-+])0", r"e\1", number(each)) for each in numbers]  # e-9, not e-09
    assert [text.replace("−", "-") for text in found] == expected


@pytest.fixture
def lenet(opened: Open, tmp_path: Path) -> Any:
    """Return the page of the tutorial's network, untrained, with its image of a 3 given to it."""
    page = opened(page_of(tmp_path, "lenet.yaml"), viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="image of class 3").click()
    settle(page)
    yield page
    page.close()


def example(page: Any) -> Example:
    """Return what is given to the network of a page, and the class 3."""
    values = np.array(page.evaluate("() => [...app.input.values]"))
    return Example("", values.reshape(1, 1, 28, 28), np.eye(10)[[3]], 3)


def minus(text: str) -> str:
    return text.replace("-", "−")


def test_errors_and_gradients_are_those_of_trace(lenet: Any) -> None:
    opened = open_network("lenet.yaml", ["dtype=float32"])
    done = run_pass(opened.network, shard_of(opened.network), example(lenet), seed=0)
    lenet.evaluate("() => app.look(8, 3, 'backward')")
    errors = lenet.evaluate("() => app.learner.errors.map((e) => [...e])")
    for name, ours, theirs in zip(done.names, errors, done.errors, strict=True):
        assert_same(ours, theirs, 1e-6, name, least=0)
    gradients = lenet.evaluate("""() => app.learner.layers.flatMap((layer) =>
        Object.entries(layer.parameters).map(([part, p]) => [`${layer.name}.${part}`, [...p.gradient]]))""")
    assert {name for name, _ in gradients} == set(done.gradients)
    for name, ours in gradients:
        assert_same(ours, done.gradients[name], 1e-6, name, least=0)
    assert lenet.evaluate("() => app.loss") == pytest.approx(done.loss, rel=1e-6)


def test_a_touched_pixel_shows_its_window_its_products_and_its_sum(lenet: Any) -> None:
    canvas = lenet.locator("[data-layer=conv1] canvas")
    box = {"map": 0, "top": 17, "left": 11, "bottom": 18, "right": 12}
    at = lenet.evaluate("(box) => app.maps.views[1].tiles.layout.place(box)", box)
    canvas.click(position={"x": at["x"] + 1, "y": at["y"] + 1})
    panel = lenet.locator(".arithmetic")
    value = lenet.evaluate("() => app.network.outputs[1][17 * 24 + 11]")
    assert panel.locator("h4").inner_text() == f"conv1[0,17,11] = {minus(number(value))}"
    assert "y[f,i,j] = Σ_c Σ_u Σ_v W[f,c,u,v]·x[c,i+u,j+v] + b[f]" in panel.inner_text()
    x, w, products = (panel.locator(".grid").nth(n).locator("button") for n in range(3))
    assert [x.count(), w.count(), products.count()] == [25, 25, 25]
    image = lenet.evaluate("() => [...app.network.outputs[0]]")
    assert (
        x.nth(7).get_attribute("title") == f"x[0,18,13] = {number(round(image[18 * 28 + 13], 6))}"
    )
    assert (w.nth(7).get_attribute("title") or "").startswith("w1[0,0,1,2] = ")
    assert panel.locator(".sum tr").last.inner_text().split() == [
        "conv1[0,17,11]",
        "=",
        minus(number(value)),
    ]
    x.nth(7).click()
    assert (panel.locator("h4").inner_text()).startswith("input[0,18,13] = ")


def test_a_tap_shows_the_arithmetic(opened: Open, tmp_path: Path) -> None:
    page = opened(page_of(tmp_path, "mazur.yaml"), viewport=PHONE, has_touch=True)
    page.locator("[data-layer=dense1] canvas").tap(position={"x": 10, "y": 10})
    assert page.locator(".arithmetic h4").inner_text() == "net_h1 = 0.3775"
    page.close()


def test_a_touched_weight_shows_its_gradient_as_trace_has_it(lenet: Any) -> None:
    lenet.evaluate("() => app.look(1, 17 * 24 + 11)")
    lenet.locator(".arithmetic .grid").nth(1).locator("button").nth(13).click()
    found = trace(open_network("lenet.yaml", ()), example(lenet), "conv1[0,0,2,3]")
    update = next(u for u in found.updates if u.name == "conv1.weights[0,0,2,3]")
    title, shown = lenet.locator(".arithmetic h4").inner_text().split(" = ")
    assert title == update.gradient_symbol == "dk1[0,2,3]"
    assert float(shown.replace("−", "-")) == pytest.approx(update.gradient, rel=1e-5)
    step = lenet.locator(".arithmetic .line").last.inner_text().replace("−", "-")
    assert step.startswith("One step of plain gradient descent, weight - rate·gradient: ")
    assert float(step.rpartition(" = ")[2]) == pytest.approx(update.value, rel=1e-5)


def test_an_error_shows_the_errors_above_under_the_turned_kernel(lenet: Any) -> None:
    lenet.evaluate("() => app.look(3, 2 * 144 + 5 * 12 + 4, 'backward')")  # mean_pool1[2,5,4]
    panel = lenet.locator(".arithmetic")
    value = lenet.evaluate("() => app.learner.errors[3][2 * 144 + 5 * 12 + 4]")
    last = panel.locator(".sum tr").last.inner_text().split()
    assert last == ["∂E/∂mean_pool1[2,5,4]", "=", minus(re.sub("e-0", "e-", number(value)))]
    sums = lenet.evaluate("""() => [...document.querySelectorAll(".arithmetic .sum tr")]
        .slice(0, -1).map((row) => Number(row.cells[5].textContent.replaceAll("−", "-")))""")
    assert len(sums) == 12
    assert sum(sums) == pytest.approx(value, abs=1e-8 * max(map(abs, sums)))
    panel.get_by_role("button", name="sum of the products in map 7").click()
    dy, kernel, _ = (panel.locator(".grid").nth(n).locator("button") for n in range(3))
    weights = lenet.evaluate("() => [...app.network.layers[4].parameters.weights.value]")
    turned = np.array(weights).reshape(12, 6, 5, 5)[7, 2, ::-1, ::-1].ravel()
    titles = [kernel.nth(n).get_attribute("aria-label") or "" for n in (0, 24)]
    assert titles[0].startswith("w2[7,2,4,4] = ")
    assert titles[1].startswith("w2[7,2,0,0] = ")
    shown = float((titles[0].rpartition(" = ")[2]).replace("−", "-"))
    assert shown == pytest.approx(turned[0], abs=1e-4)
    assert (dy.nth(0).get_attribute("aria-label") or "").startswith("δ²[7,1,0] = ")


def test_an_output_shows_its_loss_for_the_chosen_class(lenet: Any) -> None:
    lenet.evaluate("() => app.look(8, 7)")
    lenet.get_by_role("button", name="on the way back").click()
    lenet.get_by_label("true class").select_option("7")
    y = lenet.evaluate("() => app.network.outputs[8][7]")
    row = lenet.locator(".arithmetic tr.best").first.inner_text().split()
    assert row == ["sigmoid3[7]", *(minus(number(v)) for v in (y, 1, (1 - y) ** 2 / 2, y - 1))]


def test_the_marked_field_is_what_a_number_depends_on(lenet: Any) -> None:
    lenet.evaluate("() => app.look(4, 2 * 64 + 5 * 8 + 3)")
    [field] = lenet.evaluate("() => app.maps.views[0].tiles.marks")
    changed = lenet.evaluate("""() => {
      const at = 2 * 64 + 5 * 8 + 3;
      const image = new Float64Array(784);
      const before = app.network.forward(image) && app.network.outputs[4][at];
      return Array.from({ length: 784 }, (_, pixel) => {
        const other = image.with(pixel, 1);
        app.network.forward(other);
        return app.network.outputs[4][at] !== before;
      });
    }""")
    rows, columns = np.nonzero(np.array(changed).reshape(28, 28))
    assert [field[side] for side in ("top", "bottom", "left", "right")] == [
        *(rows.min(), rows.max() + 1, columns.min(), columns.max() + 1)
    ]


def test_the_keyboard_moves_and_enter_shows_the_arithmetic(lenet: Any) -> None:
    canvas = lenet.locator("[data-layer=mean_pool1] canvas")
    canvas.focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "PageDown"):
        lenet.keyboard.press(key)
    assert (
        lenet.locator(".maps > .unseen")
        .inner_text()
        .startswith("mean_pool1, map 1, row 1, column 2: ")
    )
    assert lenet.locator(".arithmetic").is_hidden()
    lenet.keyboard.press("Enter")
    assert lenet.locator(".arithmetic h4").inner_text().startswith("mean_pool1[1,1,2] = ")
    lenet.get_by_role("button", name="Close").click()
    assert lenet.locator(".arithmetic").is_hidden()
    assert canvas.evaluate("(canvas) => canvas === document.activeElement")


def test_every_layer_of_every_kind_has_arithmetic_in_both_directions(
    opened: Open, tmp_path: Path
) -> None:
    kinds = [kind for kind in LAYERS if kind not in ("conv", "dense", "mean_pool", "max_pool")]
    layers = [{"conv": {"filters": 2, "kernel": 3}}, "mean_pool: 2", "max_pool: 2", *kinds]
    written = ", ".join(
        f"{{{one}}}" if isinstance(one, str) and ":" in one else str(one) for one in layers
    )
    page = opened(
        page_of(tmp_path, "fast.yaml", f"network=[{written}, {{dense: 10}}]".replace("'", ""))
    )
    page.get_by_role("button", name="image of class 3").click()
    for direction in ("forward", "backward"):
        for at in range(len(layers) + 2):
            page.evaluate("([at, way]) => app.look(at, 0, way)", [at, direction])
            text = page.locator(".arithmetic").inner_text()
            assert "NaN" not in text
            assert "undefined" not in text
            assert "=" in page.locator(".arithmetic-body").inner_text()
    page.close()
