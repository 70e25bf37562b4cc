"""`cnntrain plot`: pictures of a run, of a network, of its data."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_line, print_result, say, say_error
from cnntrain.cli.picture_files import Target, write
from cnntrain.errors import CnntrainError, UsageError
from cnntrain.system.quiet import quiet
from cnntrain.system.shell import command
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.show.plots.pictures import Picture
    from cnntrain.show.plots.subject import Subject

TEXTS = ("filters", "confusion")  # what --text can show


@click.command(
    epilog=options.examples(
        "cnntrain plot",
        "cnntrain plot runs/lenet-1 filters",
        "cnntrain plot curves runs/lenet-1 runs/lenet-2 -o both.svg",
        "cnntrain plot runs/lenet-1 all -o pictures/",
        "cnntrain plot runs/lenet-1 maps --index 7",
        "cnntrain plot fast.yaml samples network",
    ),
)
@click.argument("words", metavar="[RUN]... [PICTURE]...", nargs=-1, shell_complete=complete.plots)
@click.option(
    "-o",
    "--out",
    type=options.UserPath(),
    metavar="FILE|FOLDER",
    help="Write this file, .png or .svg, or into this folder. [default: RUN-PICTURE.png here]",
)
@click.option(
    "--image",
    type=options.UserPath(path_type=Path),
    metavar="FILE",
    help="Draw the maps of this image. [default: an image of the test split]",
)
@click.option(
    "--index",
    type=click.IntRange(min=0),
    metavar="N",
    help="Draw the maps of image N of the test split. [default: 0]",
)
@click.option("--augmented", is_flag=True, help="Distort the samples as training does.")
@click.option("--text", is_flag=True, help="Print filters or confusion as text; write no file.")
@options.own_layers
@options.data_dir
@options.threads
@options.as_json
def plot(
    words: tuple[str, ...],
    out: str | None,
    image: Path | None,
    index: int | None,
    augmented: bool,
    text: bool,
    own: "OwnLayers",
    data_dir: Path | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Draw pictures of a run: a run folder or a checkpoint file; left out, the newest run.

    \b
    PICTURE is one or more of
      curves      loss, learning rate and error while training, of several runs too
      filters     the kernels of each convolution
      maps        one image on its way through the network, every layer
      confusion   which classes are taken for which
      errors      the test images that are classified wrongly, the most confident first
      reliability how often it is right, by how sure it is
      samples     images of each class of the data, of a configuration too
      network     the layers with their shapes, of a configuration too
      rates       the learning rate of every layer
      saturation  how far activations are in their flat parts, by epoch
      all         each of these that the run has
    Left out, it is curves. A folder with such a name is written ./errors.
    """
    from cnntrain.show.plots.pictures import ALL, PICTURES
    from cnntrain.show.plots.subject import Subject

    known = [*PICTURES, ALL]
    names = [word for word in words if word in known] or ["curves"]
    runs = [_subject(word, known) for word in words if word not in known]
    if image is not None and index is not None:
        raise UsageError(
            f"--index {index}: found the image file {image} too; leave one of them out"
        )
    subjects = [
        Subject(run, data_dir, threads, options.fetch, index or 0, image, augmented, own.kinds)
        for run in runs or [None]
    ]
    _refuse_several(subjects, names)
    _note_unfinished(subjects)
    if text:
        _refuse_with_text(names, out, as_json=as_json)
        for name in names:
            print_result(_as_text(name, subjects[0]))
        return
    wanted = list(dict.fromkeys(PICTURES if ALL in names else names))
    target = Target(out, several=len(wanted) > 1)
    written = []
    for name in wanted:
        try:
            path = target.path(name, subjects)
            with quiet("matplotlib"):
                write(path, _drawn(name, subjects))
        except CnntrainError as error:
            if ALL not in names:
                raise
            say_error(error, f"no {name}")
            continue
        written.append({"picture": name, "file": str(path)})
        if not as_json:
            print_line(path)
    if as_json:
        print_result(json_text({"files": written}))


def _subject(word: str, pictures: Sequence[str]) -> Path | None:
    """Return what a word that names no picture stands for. Raises UsageError for a slip."""
    import difflib

    near = difflib.get_close_matches(word.lower(), pictures, n=1, cutoff=0.7)
    if near and not os.path.lexists(word):
        raise UsageError(
            f"plot: found neither a picture nor a run called '{word}'; did you mean '{near[0]}'? "
            f"Pictures are {', '.join(pictures)}"
        )
    return Path(os.path.expanduser(word))


def _note_unfinished(subjects: "Sequence[Subject]") -> None:
    """Say which runs are being trained at this moment."""
    from cnntrain.runs.provenance import state_of

    for subject in subjects:
        if subject.is_run and state_of(subject.folder) == "running":
            say(f"{subject.folder}: its training has not ended: a later picture may differ")


def _refuse_several(subjects: "Sequence[Subject]", names: Sequence[str]) -> None:
    others = [name for name in names if name != "curves"]
    if len(subjects) > 1 and others:
        named = ", ".join(str(subject.named) for subject in subjects)
        raise UsageError(
            f"plot {others[0]}: found {len(subjects)} runs ({named}), "
            "expected one: only curves can be those of several; name one run"
        )


def _refuse_with_text(names: Sequence[str], out: str | None, *, as_json: bool) -> None:
    for name in names:
        if name not in TEXTS:
            raise UsageError(
                f"--text: found the picture '{name}', expected {' or '.join(TEXTS)}; leave --text "
                "out to draw a file"
            )
    for option, given in (("--out", out), ("--json", as_json)):
        if given:
            raise UsageError(
                f"--text: found {option} too, expected one of the two: --text writes no file; "
                "leave one out"
            )


def _as_text(name: str, subject: "Subject") -> str:
    """Return a picture as lines for a terminal."""
    import sys

    from cnntrain.show.confusion import confusion_table
    from cnntrain.show.plots.filters import filters_as_text, kernels
    from cnntrain.show.terminal import SHADES, columns, shows
    from cnntrain.system.text import joined

    if name == "confusion":
        table = confusion_table(subject.model.classes, subject.judgement.evaluation, columns())
        return joined([subject.heading, "", *table])
    found = kernels(subject.model.weights, str(subject.model.path))
    blocks = shows(sys.stdout, SHADES)
    return f"{subject.heading}\n\n{filters_as_text(found, columns(), blocks)}"


def _drawn(name: str, subjects: "Sequence[Subject]") -> "Picture":
    """Return a picture. Raises UsageError where it needs matplotlib, which is missing."""
    from cnntrain.show.plots.pictures import OF_CONFIGURATIONS, PICTURES, curves_of_several

    for subject in subjects:
        if not subject.is_run and name not in OF_CONFIGURATIONS:
            training = command("cnntrain", "train", "--config", subject.named or Path())
            raise UsageError(
                f"plot {name}: {subject.named}: found no run folder, expected that of a trained "
                f"network; train it with `{training}` and name its run"
            )
    try:
        return PICTURES[name](subjects[0]) if len(subjects) == 1 else curves_of_several(subjects)
    except ImportError as error:
        if not (error.name or "").startswith("matplotlib"):
            raise
        raise UsageError(
            f"plot {name}: matplotlib is missing; `pip install 'cnntrain[plot]'` adds it. Filters, "
            "maps, errors and samples need none, nor does --text"
        ) from error
