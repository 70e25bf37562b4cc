"""What all tables of scripts/measure_pictures share: the settings, the network's answers, files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from cnntrain.data.examples import Examples
from cnntrain.errors import PictureError
from cnntrain.model.predict import Prediction, doubtful_below
from cnntrain.model.read_files import Reader, read_files
from cnntrain.model.trained import Model

SEED = 0  # of which digits are disguised, and how


@dataclass(frozen=True)
class Settings:
    """What was asked for on the command line."""

    model: Model
    digits: Path | None
    data_dir: Path | None
    count: int
    only: str
    processes: int
    failures: Path | None

    @property
    def sure(self) -> float:
        """Return how certain an answer has to be for `predict` not to call it doubtful."""
        return doubtful_below(self.model.config.dataset)

    def chosen(self, names: Iterable[str]) -> list[tuple[int, str]]:
        """Return the names to measure, each with its own seed."""
        return [(seed, name) for seed, name in enumerate(names) if self.only in name]


def answers(settings: Settings, paths: Sequence[Path]) -> list[Prediction | None]:
    """Return what the network answers to each file; None where it cannot be read."""
    model = settings.model
    reader = Reader(model.config.dataset, "auto", None)
    results = read_files(model.network, model.classes, reader, paths, settings.processes)
    return [None if isinstance(result, PictureError) else result for result in results]


def labels(settings: Settings, paths: Sequence[Path]) -> list[str | None]:
    """Return what the network reads in each file; None where it reads nothing."""
    return [None if answer is None else answer.label for answer in answers(settings, paths)]


def keep(settings: Settings, section: str, failed: Iterable[Path]) -> None:
    """Copy pictures that were misread where the user wants to look at them."""
    if settings.failures is None:
        return
    folder = settings.failures / section
    folder.mkdir(parents=True, exist_ok=True)
    for path in failed:
        (folder / path.name).write_bytes(path.read_bytes())


def saved(folder: Path, images: Iterable[Image.Image]) -> list[Path]:
    """Write pictures as PNG."""
    paths = []
    for number, image in enumerate(images):
        paths.append(folder / f"{number:03d}.png")
        image.save(paths[-1], compress_level=1)
    return paths


def test_digits(settings: Settings) -> Examples:
    """Return MNIST's test digits."""
    return settings.model.on("mnist").examples("test", settings.data_dir)[0]
