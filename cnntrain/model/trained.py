"""A trained network, ready to be used: what `cnntrain.load` returns, and the commands work with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnntrain.config import Config, parse_config
from cnntrain.data.examples import Examples
from cnntrain.data.sources.base import Invert
from cnntrain.errors import PictureError, UsageError
from cnntrain.model.complaints import other_outputs, other_size
from cnntrain.model.find import find_checkpoint
from cnntrain.model.images import as_images
from cnntrain.model.open import opened
from cnntrain.model.predict import Prediction, image_files, one_digit_each
from cnntrain.model.read_files import Reader, as_crop, read_files
from cnntrain.nn.execution.inference import layer_outputs
from cnntrain.nn.layers.base import Layer
from cnntrain.nn.network import Network
from cnntrain.training.progress import Progress

if TYPE_CHECKING:
    from cnntrain.data.pictures.crop import Crop
    from cnntrain.training.evaluation import Evaluation
    from cnntrain.training.splits import SplitName

FileName = str | Path


def fetch_data(config: Config, data_dir: Path | None) -> None:
    """Download what a configuration's data set lacks; messages go to stderr."""
    from cnntrain.data.download.fetch import fetch

    fetch(config.dataset, data_dir)


@dataclass(frozen=True, repr=False, eq=False)
class Model:
    """A trained network with all that is needed to use it. `cnntrain.load` makes one.

    What it raises are the exceptions of `cnntrain.errors`. One thread uses it at a time.
    """

    config: Config
    network: Network
    classes: tuple[str, ...]  # one for each output
    path: Path  # of the checkpoint
    progress: Progress  # how far its training had come
    trained_epochs: int  # that its run was to have

    def __repr__(self) -> str:
        """Return what it is and where it comes from."""
        epoch = f"epoch {self.progress.epoch - 1} of {self.trained_epochs}"
        return f"<Model {self.config.name}: {self.path}, {epoch}>"

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Return copies of all weights by name, such as conv1.weights and conv1.bias.

        Kernels are (F, C, k, k), weights of dense layers (outputs, inputs), biases (outputs,).
        """
        return self.network.state()

    def predict(
        self,
        images: np.ndarray | FileName | Iterable[FileName],
        *,
        invert: Invert = "auto",
        crop: str | None = None,
    ) -> list[Prediction]:
        """Return what the network takes each image for; one image gives a list of one.

        `images` are an array, or the name of an image file or a folder of such, or several names.

        An array is (28, 28), (N, 28, 28) or (N, 1, 28, 28), light on dark, for a network that was
        trained on MNIST; in general (C, H, W) or (N, C, H, W) as the network has them, where a
        single channel may be left out. Integers, such as uint8, are 0..255, floats are 0..1, and
        truth values are black and white. Arrays are taken as they are; files are prepared the way
        `cnntrain predict` does it, inverted if they are dark on light or as `invert` says, and
        cropped to the part that `crop` names, as "120,40,600,500" (left, top, right, bottom).

        An array is one digit. A file can show several: its prediction has all of them as `digits`,
        each with its probabilities and its box, and "2 0 2 4" as its label; None if there are none.

        Raises DataError for an array that cannot be told, PictureError, UsageError for the crop.
        """
        from cnntrain.training.parallel.pool import one_thread

        if not isinstance(images, np.ndarray):
            names = [images] if isinstance(images, str | Path) else list(images)
            if names and all(isinstance(name, str | Path) for name in names):
                part, paths = as_crop(crop), image_files([Path(name) for name in names])
                return [self.predict_file(path, invert=invert, crop=part) for path in paths]
            images = np.asarray(names)
        prepared = as_images(images, self.config.dataset)
        with one_thread():  # as the commands do it
            shares = self.network.probabilities(prepared)
        return one_digit_each(self.classes, shares, prepared, self.config.dataset)

    def predict_file(
        self, path: Path, *, invert: Invert = "auto", crop: "Crop | None" = None
    ) -> Prediction:
        """Return what the network reads in one image file. Raises PictureError."""
        reader = Reader(self.config.dataset, invert, crop)
        [answer] = read_files(self.network, self.classes, reader, [path])
        if isinstance(answer, PictureError):
            raise answer
        return answer

    def evaluate(
        self,
        data: str | Examples | None = None,
        *,
        split: "SplitName" = "test",
        data_dir: FileName | None = None,
        threads: int | None = 1,
    ) -> "Evaluation":
        """Return how the network does on a data set: accuracy, loss, confusion matrix.

        `data` is the name of a data set, or examples; left out, what the network was trained on.
        Of a data set, the images of `split` are taken; it is downloaded if it is missing.
        `threads` are the processes that compute, None for one on each processor; results do not
        depend on it.

        Raises ConfigError, UsageError and DataError where the data is unknown, cannot be had, or
        does not fit the network, and CheckpointError where an output is not finite.
        """
        from cnntrain.training.judgement import judge

        if isinstance(data, Examples):
            examples, _ = self.aligned(data)
        else:
            model = self if data is None else self.on(data)
            root = None if data_dir is None else Path(data_dir)
            fetch_data(model.config, root)
            examples, _ = model.examples(split, root)
        return judge(self.network, examples, threads=threads).evaluation

    def maps(
        self, image: np.ndarray | FileName, *, invert: Invert = "auto"
    ) -> dict[str, np.ndarray]:
        """Return the output of every layer for one image, by name, each (C, H, W).

        The first is `input`; a dense layer's K outputs are (K, 1, 1). The image is one as
        `predict` takes it. Nothing is dropped out, as in prediction. Raises DataError and
        PictureError.
        """
        if isinstance(image, str | Path):
            images = self.config.dataset.read(Path(image), invert).images  # of one digit
        else:
            images = as_images(np.asarray(image), self.config.dataset)
        if len(images) != 1:
            raise UsageError(f"maps: found {len(images)} images, expected one; choose one of them")
        network = self.network
        outputs = layer_outputs(network.layers, images, network.dtype, plain=network.plain)
        return {name: y[0] for name, y in zip(network.names, outputs, strict=True)}

    def on(self, dataset: str) -> "Model":
        """Return the same network to be used on another data set, named as `--dataset` has it.

        Raises ConfigError, and UsageError where the size of its images is another.
        """
        name = f"{self.config.name}.yaml"
        config = parse_config(
            self.config.text, name, [f"--dataset={dataset}"], self.config.places.own
        )
        if config.dataset.shape != self.config.dataset.shape:
            raise other_size(dataset, config, self.path, self.config)
        return replace(self, config=config)

    def examples(self, split: "SplitName", data_dir: Path | None) -> tuple[Examples, str | None]:
        """Return a split of the data set, and what `aligned` has to say about its classes."""
        from cnntrain.training.splits import load_split

        return self.aligned(load_split(self.config, split, data_dir))

    def aligned(self, examples: Examples) -> tuple[Examples, str | None]:
        """Return examples with their labels as positions in `classes`, and a note if names differ.

        Raises UsageError and DataError where their classes are not those of the network.
        """
        from cnntrain.data.classes import aligned

        found, own = len(examples.classes), self.network.classes
        if found > own or (examples.values is not None and found != own):
            raise other_outputs(self.path, own, self.config.dataset.name, found)
        return aligned(examples, self.classes)


def load(
    run: FileName | None = None,
    *,
    or_shipped: bool = False,
    own: Mapping[str, type[Layer]] | None = None,
) -> Model:
    """Return the trained network of a run folder or a checkpoint file.

    Of a folder that is the best network, where validation images chose one, else the last. Left
    out, it is the newest run's under runs/, or else, with `or_shipped`, that of the program itself.
    `own` are layers of the user's by name; with any, all compute by their own formulas. Raises
    CheckpointError.
    """
    path = find_checkpoint(None if run is None else Path(run), or_shipped=or_shipped)
    subject = opened(path, own=own)
    checkpoint = subject.checkpoint
    assert checkpoint is not None
    return Model(
        subject.config,
        subject.network(plain=bool(own)),
        checkpoint.classes,
        path,
        checkpoint.progress,
        subject.config.train.epochs,
    )
