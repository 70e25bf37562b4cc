import re
import shutil
from pathlib import Path

import pytest

from cnntrain.config import parse_config
from cnntrain.errors import CheckpointError, DataError
from cnntrain.model.own_layers import load_layers
from cnntrain.model.trained import load
from cnntrain.runs.begin import begin
from cnntrain.show.plots.subject import Subject
from cnntrain.web.report import Report, report
from tests.explain.exercises import GAIN
from tests.small import SMALL, finish

WRITTEN = f"# A comment of <mine>.\n{SMALL.replace('seed: 3', 'seed: 3  # drawn')}"


def subject(folder: Path) -> Subject:
    return Subject(folder, None, 1, lambda *_: None)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run; leave it as it is."""
    folder = tmp_path_factory.mktemp("runs") / "small-1"
    config = parse_config(WRITTEN, "small.yaml")
    finish(begin(config, data_dir=None, fetch=lambda *_: None), folder)
    return folder


@pytest.fixture(scope="module")
def page(run: Path) -> Report:
    return report(subject(run))


def test_the_configuration_stands_there_as_it_was_written(page: Report) -> None:
    assert '<pre class="yaml"><i># A comment of &lt;mine&gt;.</i>\n' in page.text
    assert "seed: 3  <i># drawn</i>" in page.text


def test_the_result_is_that_of_the_network_on_the_test_images(run: Path, page: Report) -> None:
    result = load(run).evaluate()
    low, high = result.error_ci95 or (0, 0)
    assert f"{result.error:.2%} (95% interval {low:.2%} to {high:.2%})" in page.text
    numbers = re.findall(r"<td(?: class=\"(?:right|wrong)\"[^>]*)?>(\d+|·)</td>", page.text)
    assert [0 if n == "·" else int(n) for n in numbers][:100] == result.confusion.ravel().tolist()
    assert page.missing == []


def test_every_mistake_is_shown(run: Path, page: Report) -> None:
    model = load(run)
    test, _ = model.examples("test", None)
    wrong = (model.evaluate().predicted != test.labels).nonzero()[0]
    assert sorted(map(int, re.findall(r"<small>#(\d+)</small>", page.text))) == wrong.tolist()


def test_curves_and_filters_are_drawn(page: Report) -> None:
    assert page.text.count('<svg class="chart"') == 2
    assert 'alt="kernels of conv1"' in page.text


def test_without_records_there_are_no_curves_and_the_page_says_so(
    run: Path, tmp_path: Path
) -> None:
    shutil.copy(run / "last.npz", tmp_path / "alone.npz")
    page = report(subject(tmp_path / "alone.npz"))
    assert "There are no curves" in page.text
    assert "did not keep it as it was written" in page.text
    assert page.missing == [f"{tmp_path}: found no records of an epoch: no curves"]


def test_without_the_data_the_page_shows_what_was_recorded(run: Path) -> None:
    def fetch(*_: object) -> None:
        raise DataError("mnist: cannot be had")

    page = report(Subject(run, None, 1, fetch))
    assert "The network was not tested for this page: mnist: cannot be had" in page.text
    assert page.text.count('<svg class="chart"') == 2
    assert "Worst mistakes" not in page.text
    assert page.missing == ["mnist: cannot be had"]


def test_a_network_with_a_layer_of_the_users_own_has_no_part_in_the_page(tmp_path: Path) -> None:
    file = tmp_path / "gain.py"
    file.write_text(GAIN)
    own = load_layers(file)
    overrides = ["network=[{gain: 2}, {dense: 10}]", "train.alpha=0.01", "train.validation=0"]
    config = parse_config(SMALL, "small.yaml", overrides, own.kinds)
    finish(begin(config, data_dir=None, fetch=lambda *_: None, own=own), tmp_path / "run")
    page = report(Subject(tmp_path / "run", None, 1, lambda *_: None, own=own.kinds))
    [sentence] = page.missing
    assert "gain" in sentence
    assert 'id="network"' not in page.text
    assert "The network does not compute in this page: " in page.text


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="found no last.npz in this folder"):
        report(subject(tmp_path))
