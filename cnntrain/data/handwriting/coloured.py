"""Write a folder of coloured digits to train on: one PNG for each, one sub-folder for each class.

The digits are the built-in synthetic ones, in random colours on random backgrounds. Ink and
background always differ in colour, but either may be the brighter, and one may be as bright as the
other: a grey copy of the pictures says less. The same arguments write the same pictures.

::

    python -m cnntrain.data.handwriting.coloured coloured-digits
    cnntrain train --config rgb-folder.yaml
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cnntrain.data.examples import Split
from cnntrain.data.handwriting.write import synthetic
from cnntrain.system import shell

FOLDER = "coloured-digits"  # as rgb-folder.yaml calls it
LEAST_DISTANCE = 128  # between the colours of ink and background, in RGB space of side 255


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the folder that the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        sys.stderr.write(
            f"{folder}: exists and is not an empty folder; nothing was written. "
            "Give another name, or remove it first\n"
        )
        return 2
    try:
        write_split(folder, "train", options.train, options.seed)
        write_split(folder, "test", options.test, options.seed)
    except OSError as error:
        sys.stderr.write(f"{folder}: cannot be written: {error}; choose another folder\n")
        return 1
    sys.stdout.write(
        f"{folder}: wrote {options.train:,} digits to train on, {options.test:,} to test on\n"
    )
    return 0


def command(folder: Path) -> str:
    """Return the shell's command that writes `folder`, by the Python that runs now."""
    return shell.command(sys.executable, "-m", __name__, folder)


def write_split(folder: Path, split: Split, count: int, seed: int) -> None:
    """Write `count` digits as folder/split/class/number.png."""
    digits = synthetic(split, count=count, seed=seed)
    rng = np.random.default_rng([seed, split == "test"])
    for name in digits.classes:
        (folder / split / name).mkdir(parents=True, exist_ok=True)
    for number, (pixels, label) in enumerate(zip(digits.images, digits.labels, strict=True)):
        path = folder / split / digits.classes[label] / f"{number:05}.png"
        Image.fromarray(coloured(pixels[0], *two_colours(rng))).save(path)


def two_colours(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the colours of ink and background, (3,) each, until they are far enough apart."""
    while True:
        ink, background = rng.uniform(0, 255, (2, 3))
        if np.linalg.norm(ink - background) >= LEAST_DISTANCE:
            return ink, background


def coloured(grey: np.ndarray, ink: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Return a digit (H, W), 0 background to 255 ink, as colours between the two: (H, W, 3)."""
    share = grey[..., None] / 255
    colours: np.ndarray = np.rint(share * ink + (1 - share) * background)
    return colours.astype(np.uint8)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Write a folder of coloured digits to train on.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    count, seed = _at_least(10, "10 or more: one of each digit"), _at_least(0, "0 or more")
    parser.add_argument("folder", type=Path, help="the folder to make")
    parser.add_argument("--train", type=count, default=4000, metavar="N", help="training images")
    parser.add_argument("--test", type=count, default=1000, metavar="N", help="test images")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="of all that is random")
    return parser


def _at_least(least: int, expected: str) -> Callable[[str], int]:
    """Return a function that reads a whole number from `least` on."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number") from error
        if number < least:
            raise argparse.ArgumentTypeError(f"found {number}, expected {expected}")
        return number

    return read


if __name__ == "__main__":
    sys.exit(main())
