"""`cnntrain trace` from the outside: choices, JSON, models and pictures, complaints."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from cnntrain.cli import main
from cnntrain.model.checkpoint import load_checkpoint
from tests.small import finish, started

SYNTHETIC = ("--set", "dataset={synthetic: {train: 1, test: 3}}")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["trace", *arguments])


def text_of(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def object_of(*arguments: str) -> Any:
    return json.loads(text_of(*arguments, "--json"))


def complaint_of(*arguments: str, exit_code: int = 2) -> str:
    result = run(*arguments)
    assert result.exit_code == exit_code
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def test_json_has_all_numbers_of_all_sums() -> None:
    found = object_of("lenet", *SYNTHETIC, "--index", "1")
    assert found["weight"] == "conv1.weights[0,0,2,2]"
    assert [layer for layer, _, _ in found["path"]][:2] == ["input", "conv1"]
    gradient = found["backward"][-2]["steps"][0]
    assert (gradient["name"], gradient["symbol"]) == ("∂E/∂conv1.weights[0,0,2,2]", "dk1[0,2,2]")
    assert len(gradient["terms"]) == 24 * 24
    assert sum(t["product"] for t in gradient["terms"]) == pytest.approx(gradient["value"])
    update = found["updates"][0]
    assert update["value"] == update["before"] - update["rate"] * update["gradient"]
    assert found["loss_after"] != found["loss"]["value"]
    assert found["largest_difference"] < 1e-14


def test_a_weight_and_a_unit_can_be_chosen() -> None:
    found = object_of("lenet", *SYNTHETIC, "--weight", "conv2[7,1,0,3]", "--unit", "2")
    assert (found["weight"], found["unit"]) == ("conv2.weights[7,1,0,3]", 2)
    assert {layer: cell for layer, _, cell in found["path"]}["sigmoid3"] == [2, 0, 0]
    assert [section["layer"] for section in found["backward"]][-1] == "conv2"
    assert found["updates"][0]["name"] == "conv2.weights[7,1,0,3]"


def test_a_bias_can_be_chosen() -> None:
    found = object_of("lenet", *SYNTHETIC, "--weight", "conv1.bias[4]")
    assert found["weight"] == "conv1.bias[4]"
    assert found["backward"][-1]["steps"][0]["symbol"] == "db5"


def test_set_overrides_a_rate() -> None:
    found = object_of("lenet", *SYNTHETIC, "--set", "train.alpha=0.25")
    assert found["updates"][0]["rate"] == 0.25


def test_dropout_keeps_its_mask_for_the_error_after_the_step(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    config.write_text(
        "dataset: {synthetic: {test: 3, resize: 7}}\n"
        "network: [dense: 30, tanh, dropout: 0.5, dense: 10]\n"
        "loss: softmax_cross_entropy\ntrain: {alpha: 0}\n"
    )
    found = object_of(str(config))
    assert found["loss_after"] == found["loss"]["value"]
    [dropout] = [s for s in found["forward"] if s["layer"] == "dropout1"]
    assert dropout["steps"][0]["terms"][0]["factor"] in (0.0, 2.0)


def test_a_unit_can_be_chosen_where_only_the_outputs_have_weights(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    config.write_text(
        "dataset: {synthetic: {test: 3}}\nnetwork: [dense: 10, sigmoid]\ntrain: {alpha: 1}\n"
    )
    assert object_of(str(config), "--unit", "7")["weight"].startswith("dense1.weights[7,")
    found = object_of(str(config))
    assert found["image"].endswith(f"true class {found['unit']}")


def test_a_trained_model_is_traced_with_its_weights_and_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finish(started(), tmp_path / "run")
    before = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    for model, file in (("run", "best.npz"), ("run/last.npz", "last.npz")):
        found = object_of(model, "--weight", "conv1[1,0,3,2]")
        assert Path(found["model"]).name == file
        weights = load_checkpoint(tmp_path / "run" / file).parameters["conv1.weights"]
        assert found["updates"][0]["before"] == float(weights[1, 0, 3, 2])
    assert {path: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.zeros((40, 40), np.uint8)
    pixels[5:35, 18:22] = 255
    path = tmp_path / "one.png"
    Image.fromarray(pixels).save(path)
    return path


def test_an_image_file_is_traced_with_the_class_it_is_said_to_be(picture: Path) -> None:
    found = object_of("lenet", str(picture), "--label", "1")
    assert found["unit"] == 1
    assert [row["target"] for row in found["loss"]["rows"]] == [0, 1, *[0] * 8]
    assert found["note"] is None


def test_without_a_label_the_networks_own_answer_is_the_target(picture: Path) -> None:
    found = object_of("lenet", str(picture))
    outputs = [row["output"] for row in found["loss"]["rows"]]
    assert found["unit"] == int(np.argmax(outputs))
    assert f"the target is the network's own answer, {found['unit']}" in found["note"]


def test_a_choice_that_does_not_exist_is_a_usage_error() -> None:
    assert "did you mean conv2.weights?" in complaint_of(
        "lenet", *SYNTHETIC, "--weight", "conv3[0]"
    )
    assert "--unit 12: the network has 10 outputs" in complaint_of(
        "lenet", *SYNTHETIC, "--unit", "12"
    )
    assert "has 3 images; expected 0 to 2" in complaint_of("lenet", *SYNTHETIC, "--index", "3")


def test_images_and_labels_that_contradict_each_other_are_usage_errors(picture: Path) -> None:
    assert "leave one of them out" in complaint_of("lenet", str(picture), "--index", "0")
    assert "expected one of 0, 1, 2" in complaint_of("lenet", str(picture), "--label", "eleven")
    assert "found no image file" in complaint_of("lenet", *SYNTHETIC, "--label", "1")


def test_outputs_that_are_not_the_classes_are_a_config_error() -> None:
    last = "network[6]={dense: 7}"
    assert "found 7 outputs, expected 10" in complaint_of("lenet", *SYNTHETIC, "--set", last)
    assert "found 7 outputs, expected 10" in complaint_of("lenet", "x.png", "--set", last)


def of_folder(root: Path, *classes: str) -> str:
    """Return a configuration of a network of two outputs, and write its data: blank images."""
    for name in classes:
        (root / "data" / name).mkdir(parents=True)
        for number in range(2):
            Image.fromarray(np.zeros((8, 8), np.uint8)).save(root / "data" / name / f"{number}.png")
    config = root / "folder.yaml"
    config.write_text(
        f"dataset: {{folder: {{path: '{(root / 'data').as_posix()}', size: 8}}}}\n"
        "network: [dense: 2]\ntrain: {alpha: 0.1}\n"
    )
    return str(config)


def test_the_classes_of_a_folder_have_its_names(tmp_path: Path, picture: Path) -> None:
    config = of_folder(tmp_path, "a", "b")
    found = object_of(config, str(picture), "--label", "b")
    assert (found["unit"], found["image"]) == (1, f"{picture}, class b")
    answer = object_of(config, str(picture))
    assert answer["note"].endswith(f"own answer, {'ab'[answer['unit']]}.")
    assert "expected one of a, b" in complaint_of(config, str(picture), "--label", "1")


def test_the_classes_of_a_data_set_have_its_names(picture: Path) -> None:
    fashion = "--set", "dataset=fashion-mnist"
    assert object_of("lenet", str(picture), *fashion, "--label", "Sneaker")["unit"] == 7


def test_a_folder_of_other_classes_than_outputs_is_a_config_error(
    tmp_path: Path, picture: Path
) -> None:
    config = of_folder(tmp_path, "a", "b", "c")
    assert "found 2 outputs, expected 3" in complaint_of(config, str(picture))


def test_without_its_folder_a_network_is_traced_with_numbers_as_classes(
    tmp_path: Path, picture: Path
) -> None:
    assert object_of(of_folder(tmp_path), str(picture), "--label", "1")["unit"] == 1


def test_a_config_or_model_or_image_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert "lanet: no such configuration" in complaint_of("lanet")
    assert "expected a run folder" in complaint_of(str(tmp_path), exit_code=1)
    assert "none.png" in complaint_of("lenet", "none.png", exit_code=1)
    assert "not pictures" in complaint_of("mazur", "none.png", exit_code=1)


@pytest.mark.mnist
def test_the_tutorials_network_is_traced_on_real_mnist(mnist_root: Path) -> None:
    found = object_of("lenet", "--data-dir", str(mnist_root), "--index", "7")
    assert found["image"] == "image 7 of the test images of mnist, true class 9"
    assert found["largest_difference"] < 1e-14


def test_an_override_that_changes_trained_layers_is_named(trained: Path) -> None:
    complaint = complaint_of(str(trained), "--set", "network[0].conv.filters=7")
    assert "Error: --set network[0].conv.filters=7: the weights in " in complaint
    assert "belong to a different network; expected overrides that leave" in complaint
