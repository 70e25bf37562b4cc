from pathlib import Path

import numpy as np
import pytest

from cnntrain.config import load_config
from cnntrain.explain.describe import describe
from cnntrain.model.build import build_network
from cnntrain.show.plots.maps import MOST_MAPS, draw_maps
from cnntrain.show.plots.network import MOST_IN_A_ROW, draw_network
from cnntrain.show.plots.pixels import tile
from cnntrain.show.plots.rates import draw_rates
from cnntrain.show.plots.saturation import draw_saturation, draw_saturation_by_epoch
from cnntrain.show.records import Curves
from cnntrain.show.stages import stack, stages
from cnntrain.training.saturation import flat_shares
from tests.show.plots.test_pixels import holds
from tests.small import small


def of_layers(*layers: str) -> list[str]:
    return ["dataset=synthetic", f"network=[{', '.join(layers)}]"]


def test_layers_that_keep_the_shape_join_the_one_before() -> None:
    found = stages(describe(load_config("one-kernel-14")).rows)
    assert [stage.names for stage in found] == [
        ("input",),
        ("conv1",),
        ("max_pool1", "sigmoid1"),
        ("dense1", "sigmoid2"),
        ("dense2", "sigmoid3"),
    ]


def test_a_convolution_that_keeps_the_shape_is_a_stage_of_its_own() -> None:
    conv = "conv: {filters: 4, kernel: 3, padding: 1}"
    rows = describe(small(*of_layers(conv, "relu", conv, "relu", "dense: 10"))).rows
    assert [stage.names for stage in stages(rows)][1:3] == [("conv1", "relu1"), ("conv2", "relu2")]


@pytest.mark.parametrize("width", [30, 60, None])
def test_the_stack_fits_and_narrows_with_the_maps(width: int | None) -> None:
    lines = stack(describe(load_config("lenet")).rows, width)
    assert max(map(len, lines)) <= (width or 100)
    bars = [line.count("█") for line in lines]
    assert bars == sorted(bars, reverse=True)
    assert all(
        line.isascii() for line in stack(describe(load_config("lenet")).rows, 60, blocks=False)
    )


def test_a_diagram_has_the_shapes_and_wraps() -> None:
    conv = "conv: {filters: 4, kernel: 3, padding: 1}"
    rows = describe(small(*of_layers(*[conv] * 12, "dense: 10"))).rows
    figure = draw_network("twelve", rows)
    [axes] = figure.axes
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("4 @ 28×28") == 12
    assert {"twelve", "1 @ 28×28", "10 units"} <= set(texts)
    assert figure.get_size_inches()[0] < 2 * MOST_IN_A_ROW + 1


def test_every_map_has_its_place_and_signed_ones_are_drawn_around_grey() -> None:
    rng = np.random.default_rng(0)
    outputs = {
        "input": np.full((1, 28, 28), 0.5),
        "conv1": rng.normal(size=(3, 24, 24)),
        "dense1": np.linspace(0, 1, 10)[:, None, None],
    }
    sheet = draw_maps("run", "image 0", outputs, list("0123456789"))
    limit = float(np.abs(outputs["conv1"]).max())
    assert holds(sheet, tile(outputs["conv1"][2], -limit, limit, 3))
    assert holds(sheet, tile(np.array([[1.0]]), 0, 1, 28))


def test_of_hundreds_of_maps_some_are_drawn() -> None:
    outputs = {
        "input": np.ones((3, 9, 9)),
        "conv1": np.ones((500, 7, 7)),
        "d": np.ones((999, 1, 1)),
    }
    sheet = draw_maps("run", "image 0", outputs, ["class"] * 999)
    assert sheet.width < 1400
    assert MOST_MAPS < 500


def test_rates_of_all_layers_follow_the_recorded_one(tmp_path: Path) -> None:
    (tmp_path / "batches.csv").write_text("step,rate\n1,4\n2,2\n")
    axes = draw_rates("run", tmp_path, {"conv1": 4.0, "dense1": 1.0, "dense2": 1.0}).axes[0]
    found = {str(line.get_label()): np.asarray(line.get_ydata()).tolist() for line in axes.lines}
    assert found == {"conv1": [4, 2], "dense1, dense2": [1, 0.5]}


def test_the_flat_parts_of_activations_are_counted() -> None:
    network = build_network(small(*of_layers("relu", "dense: 10", "sigmoid")))
    network.parameters["dense1.weights"].value[:] = 0
    network.parameters["dense1.bias"].value[:] = [9, -9, 9, 0, 0, 0, 0, 0, 0, 0]
    images = np.zeros((4, 1, 28, 28), np.uint8)
    images[:, :, :14] = 255
    shares = flat_shares(network, images)
    assert shares == {"relu1": 0.5, "sigmoid1": pytest.approx(0.3)}
    bars = draw_saturation("run", shares, 4).axes[0].texts
    assert [text.get_text() for text in bars] == ["50%", "30%"]


def test_the_flat_parts_are_drawn_epoch_by_epoch() -> None:
    shares = {"relu1": np.array([0.5, 0.25]), "relu2": np.array([0.1, 0.2])}
    recorded = Curves(np.array([1.0, 2.0]), shares, {"epoch": 2, "relu1": 0.25, "relu2": 0.2})
    axes = draw_saturation_by_epoch("run", recorded).axes[0]
    found = {str(line.get_label()): np.asarray(line.get_ydata()).tolist() for line in axes.lines}
    assert found == {"relu1: 25% at the end": [50, 25], "relu2: 20% at the end": [10, 20]}
