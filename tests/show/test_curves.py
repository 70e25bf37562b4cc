import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from cnntrain.data.examples import Examples
from cnntrain.errors import DataError, UsageError
from cnntrain.runs.records import BATCH_COLUMNS, EPOCH_COLUMNS
from cnntrain.show import error_sheet as contact_sheet
from cnntrain.show import records
from cnntrain.show.curves import draw_curves
from cnntrain.show.error_sheet import draw_errors, encoded, refuse_unwritable
from cnntrain.show.plots.several import draw_several

CONFIG = "dataset: synthetic\nnetwork: [dense: 10]\nloss: {loss}\ntrain: {{alpha: 1}}\n"

EPOCHS = [
    # epoch, step, mse, weighted, train accuracy, test accuracy, error, validation, s, images/s
    "1,3,0.5,0.6,0.50,0.75,0.25,{validation},1.0,1000",
    "2,6,0.25,0.3,0.75,0.875,0.125,{validation},1.0,1000",
]


def save_curves(folder: Path) -> None:
    """Draw curves.png as `cnntrain train` does."""
    figure = draw_curves(folder)
    if figure is not None:
        with (folder / "curves.png").open("wb") as file:
            figure.savefig(file, format="png")


def run_folder(
    folder: Path,
    *,
    losses: list[float],
    epochs: list[str],
    validation: str = "",
    loss: str = "mse",
) -> Path:
    """Write the files of a run that are drawn."""
    batches = [
        f"{1 + n // 3},{1 + n % 3},{n + 1},{mse},{mse / 2},1" for n, mse in enumerate(losses)
    ]
    rows = [row.format(validation=validation) for row in epochs]
    for name, lines in {
        "config.yaml": [CONFIG.format(loss=loss)],
        "batches.csv": [",".join(BATCH_COLUMNS), *batches],
        "epochs.csv": [",".join(EPOCH_COLUMNS), *rows],
    }.items():
        (folder / name).write_text("\n".join(lines) + "\n")
    return folder


def drawn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Axes, Axes]:
    """Return the two panels of the curves of a run."""
    figures: list[Figure] = []
    with monkeypatch.context() as context:
        context.setattr(Figure, "savefig", lambda figure, file, format: figures.append(figure))
        save_curves(folder)
    [figure] = figures
    left, right = figure.axes
    return left, right


def lines(axes: Axes) -> dict[str, tuple[list[float], list[float]]]:
    """Return the points of each line by its label, without the number that follows a colon."""
    return {
        str(line.get_label()).partition(":")[0]: (
            np.asarray(line.get_xdata()).tolist(),
            np.asarray(line.get_ydata()).tolist(),
        )
        for line in axes.lines
    }


def test_the_loss_of_batches_and_epochs_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_folder(tmp_path, losses=[1.0, 0.5, 0.4, 0.3, 0.2, 0.1], epochs=EPOCHS)
    loss, _ = drawn(folder, monkeypatch)
    assert lines(loss) == {
        "each mini-batch": ([1, 2, 3, 4, 5, 6], [1.0, 0.5, 0.4, 0.3, 0.2, 0.1]),
        "weighted, 0.99 / 0.01": ([1, 2, 3, 4, 5, 6], [0.5, 0.25, 0.2, 0.15, 0.1, 0.05]),
        "average of each epoch": ([1.5, 4.5], [0.5, 0.25]),  # in the middle of the epoch
    }


@pytest.mark.parametrize(
    ("loss", "name"), [("mse", "MSE"), ("softmax_cross_entropy", "softmax cross entropy")]
)
def test_the_loss_is_called_by_its_name(
    loss: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel, _ = drawn(run_folder(tmp_path, losses=[0.5], epochs=EPOCHS[:1], loss=loss), monkeypatch)
    assert panel.get_ylabel() == name


def test_errors_are_drawn_in_percent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, errors = drawn(run_folder(tmp_path, losses=[0.5], epochs=EPOCHS), monkeypatch)
    assert lines(errors) == {"training": ([1, 2], [50, 25]), "test": ([1, 2], [25, 12.5])}


def test_the_error_on_validation_images_is_drawn_where_there_are_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_folder(tmp_path, losses=[0.5], epochs=EPOCHS, validation="0.5")
    _, errors = drawn(folder, monkeypatch)
    assert lines(errors)["validation"] == ([1, 2], [50, 50])


def test_a_rate_that_changed_is_drawn_below_the_loss(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, losses=[1.0, 0.5], epochs=EPOCHS)
    batches = folder / "batches.csv"
    batches.write_text(
        batches.read_text().replace(",1\n2", ",0.1\n2").replace("0.25,1\n", "0.25,0.05\n")
    )
    figure = draw_curves(folder)
    assert figure is not None
    loss, errors, rate = sorted(figure.axes, key=lambda axes: axes.get_ylabel() == "rate")
    assert lines(loss).keys() >= {"each mini-batch"}
    assert errors.get_ylabel() == "error in %"
    assert rate.lines[0].get_ydata().tolist() == [1.0, 0.05]  # type: ignore[union-attr]  # an array


def test_a_run_whose_records_have_no_rate_is_drawn(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, losses=[1.0, 0.5], epochs=EPOCHS)
    batches = folder / "batches.csv"
    batches.write_text(batches.read_text().replace(",rate", "").replace(",1\n", "\n"))
    figure = draw_curves(folder)
    assert figure is not None
    assert len(figure.axes) == 2


def test_a_spike_among_100_000_batches_survives_in_a_line_of_few_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = [0.5] * 100_000
    losses[54_321] = 9.0
    panel, _ = drawn(run_folder(tmp_path, losses=losses, epochs=EPOCHS), monkeypatch)
    _, values = lines(panel)["each mini-batch"]
    assert len(values) <= 2 * records.MOST_STRETCHES
    assert max(values) == 9.0


@pytest.mark.parametrize("rows", [EPOCHS, EPOCHS[:1]], ids=["two epochs", "one epoch"])
def test_curves_are_a_png_file(rows: list[str], tmp_path: Path) -> None:
    save_curves(run_folder(tmp_path, losses=[1.0, 0.5], epochs=rows))
    with Image.open(tmp_path / "curves.png") as image:
        assert image.format == "PNG"
        assert image.width > 2 * image.height


def test_a_run_without_any_error_is_drawn(tmp_path: Path) -> None:
    perfect = "1,3,0,0,1.0,1.0,0.0,1.0,1.0,1000"
    save_curves(run_folder(tmp_path, losses=[0.0], epochs=[perfect]))
    assert (tmp_path / "curves.png").is_file()


def test_nothing_is_drawn_of_a_run_without_epochs(tmp_path: Path) -> None:
    save_curves(run_folder(tmp_path, losses=[], epochs=[]))
    assert not (tmp_path / "curves.png").exists()


def test_without_matplotlib_the_caller_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    folder = run_folder(tmp_path, losses=[0.5], epochs=EPOCHS)
    with pytest.raises(ImportError):
        draw_curves(folder)


def test_matplotlib_and_pillow_are_imported_only_when_used() -> None:
    script = "import sys, cnntrain.show.curves; print({'matplotlib', 'PIL'} & set(sys.modules))"
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"


def examples(count: int, classes: tuple[str, ...] = ("a", "b")) -> Examples:
    """Return images of 8×8 whose grey value is their number, of all classes in turn."""
    images = np.arange(count, dtype=np.uint8)[:, None, None, None] * np.ones((8, 8), np.uint8)
    return Examples(images, np.arange(count) % len(classes), classes)


def sheet_of(
    some: Examples, predicted: list[int], path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, list[contact_sheet.Tile]]:
    """Return heading and tiles of the contact sheet of errors."""
    sheets: list[tuple[str, list[contact_sheet.Tile]]] = []

    def note(heading: str, tiles: list[contact_sheet.Tile]) -> Image.Image:
        sheets.append((heading, tiles))
        return Image.new("L", (1, 1))

    with monkeypatch.context() as context:
        context.setattr(contact_sheet, "contact_sheet", note)
        draw_errors(some, np.array(predicted))
    [sheet] = sheets
    return sheet


def test_errors_are_sorted_by_class_and_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = examples(6, ("a", "b", "c"))
    heading, tiles = sheet_of(some, [2, 0, 2, 1, 1, 0], tmp_path / "e.png", monkeypatch)
    assert (
        heading == "4 of 6 images are classified wrongly (66.67%). Numbers count the images from 0."
    )
    found = [(tile.pixels[0, 0, 0], tile.true, tile.answer) for tile in tiles]
    assert found == [(3, "a", "b"), (0, "a", "c"), (1, "b", "a"), (5, "c", "a")]


def test_of_many_errors_an_even_selection_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = examples(1000)
    heading, tiles = sheet_of(some, list(1 - some.labels), tmp_path / "e.png", monkeypatch)
    assert heading.endswith(
        "200 are shown, evenly from all classes; 800 more are not. Numbers count the images from 0."
    )
    assert [tile.true for tile in tiles] == ["a"] * 100 + ["b"] * 100


def test_a_sheet_without_errors_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = examples(4)
    heading, tiles = sheet_of(some, list(some.labels), tmp_path / "e.png", monkeypatch)
    assert heading == "No errors: all 4 images are classified correctly."
    assert tiles == []


@pytest.mark.parametrize(
    ("name", "kind"), [("e.PNG", "PNG"), ("e.jpg", "JPEG"), ("e.webp", "WEBP")]
)
def test_the_sheet_has_the_format_of_its_name(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(draw_errors(examples(4), np.zeros(4, int)), path))
    with Image.open(path) as image:
        assert image.format == kind


@pytest.mark.parametrize("name", ["e.txt", "e", "e.mp4"])
def test_an_ending_of_no_picture_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"^e.*: found"):
        refuse_unwritable(Path(name))


def test_of_a_large_file_a_part_of_each_stretch_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "READ_WHOLE", 1000)
    monkeypatch.setattr(records, "BLOCK", 200)
    folder = run_folder(tmp_path, losses=[1 / (n + 1) for n in range(2000)], epochs=EPOCHS)
    found = records.thinned(folder / "batches.csv", "step", ("mse", "rate"), stretches=10)
    assert found is not None
    assert (found.x[0], found.last) == (1, {"step": 2000, "mse": 1 / 2000, "rate": 1})
    starts = found.x[::2]
    assert np.abs(starts - np.linspace(1, 1995, 10)).max() < 40
    assert found.y["mse"][1::2].tolist() == (1 / starts).tolist()


def test_a_row_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, losses=[1.0, 0.5], epochs=EPOCHS)
    with (folder / "batches.csv").open("a") as file:
        file.write("1,3,3,0.")
    found = records.thinned(folder / "batches.csv", "step", ("mse",))
    assert found is not None
    assert found.y["mse"].tolist() == [1.0, 0.5]


@pytest.mark.parametrize("text", ["\n", "1" * 200])
def test_what_is_no_line_of_numbers_yet_is_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(records, "READ_WHOLE", 100)
    monkeypatch.setattr(records, "BLOCK", 50)
    path = tmp_path / "batches.csv"
    path.write_text(f"step,mse\n{text}")
    assert records.thinned(path, "step", ("mse",)) is None


def test_the_last_cell_of_a_row_may_be_empty(tmp_path: Path) -> None:
    file = tmp_path / "epochs.csv"
    file.write_text("epoch,error,validation_accuracy\n1,0.5,\n2,0.25,\n")
    found = records.thinned(file, "epoch", ("error", "validation_accuracy"))
    assert found is not None
    assert found.y["error"].tolist() == [0.5, 0.25]
    assert np.isnan(found.y["validation_accuracy"]).all()


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, losses=[1.0], epochs=EPOCHS)
    with (folder / "batches.csv").open("a") as file:
        file.write("spam\n")
    with pytest.raises(DataError, match="found a row that is not 6 numbers"):
        draw_curves(folder)


def test_the_title_has_run_seed_and_result(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, losses=[1.0, 0.5], epochs=EPOCHS)
    (folder / "run.json").write_text('{"config": "lenet"}')
    figure = draw_curves(folder)
    assert figure is not None
    title = f"{tmp_path.name}, lenet.yaml, seed 0, test error 12.50% after epoch 2"
    assert figure.get_suptitle() == title


def test_several_runs_share_a_picture(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        run_folder(tmp_path / name, losses=[1.0, 0.5], epochs=EPOCHS)
    figure = draw_several([tmp_path / "a", tmp_path / "b"])
    assert figure is not None
    loss, error = figure.axes
    assert [str(line.get_label()).partition(",")[0] for line in loss.lines] == ["a", "b"]
    assert len({line.get_linestyle() for line in loss.lines}) == 2
    assert np.asarray(error.lines[1].get_ydata()).tolist() == [25, 12.5]


def test_runs_with_layers_that_only_a_users_file_has_are_drawn(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, losses=[1.0, 0.5], epochs=EPOCHS)
    config = folder / "config.yaml"
    config.write_text(config.read_text().replace("dense", "dense_of_mine"))
    assert "dense_of_mine" in config.read_text()
    assert draw_curves(folder) is not None
    assert draw_several([folder, folder]) is not None
