"""A trained network comes back from its checkpoint as it was."""

from pathlib import Path

import numpy as np
import pytest

from cnntrain.errors import ConfigError, UsageError
from cnntrain.model.trained import load
from tests.small import finish, started


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    finish(started(), folder / "run")
    return folder / "run" / "last.npz"


def test_a_saved_network_gives_the_same_outputs(model: Path) -> None:
    experiment = started()
    loaded = load(model)
    finish(experiment, model.parent.parent / "again")
    images = experiment.splits.test.images
    np.testing.assert_array_equal(
        loaded.network.outputs(images), experiment.network.outputs(images)
    )
    assert loaded.classes == tuple("0123456789")


def test_a_model_can_be_used_on_another_data_set(model: Path) -> None:
    loaded = load(model).on("{synthetic: {test: 7}}")
    assert len(loaded.config.dataset.load("test", None)) == 7


@pytest.mark.parametrize(
    ("dataset", "error", "complaint"),
    [
        (
            "{synthetic: {resize: 14}}",
            UsageError,
            "its images are 1x14x14, but the network of {model} takes 1x28x28; name a data set of",
        ),
        ("minst", ConfigError, "--dataset: minst: unknown data set; did you mean 'mnist'?"),
        ("[", ConfigError, "found '[' without ']'"),
    ],
)
def test_a_data_set_that_does_not_fit_is_refused(
    model: Path, dataset: str, error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error) as caught:
        load(model).on(dataset)
    assert complaint.format(model=model) in str(caught.value)
