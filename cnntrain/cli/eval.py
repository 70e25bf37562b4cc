"""`cnntrain eval`: test a trained network."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cnntrain.cli import options
from cnntrain.cli.output import print_result, say
from cnntrain.errors import RequirementError
from cnntrain.show.terminal import columns
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.data.examples import Examples
    from cnntrain.model.own_layers import OwnLayers
    from cnntrain.training.judgement import Each
    from cnntrain.training.splits import SplitName


@click.command(
    "eval",
    epilog=options.examples(
        "cnntrain eval",
        "cnntrain eval runs/lenet-1 --errors errors.png --predictions answers.csv",
        "cnntrain eval runs/lenet-1 --dataset fashion-mnist",
    ),
)
@options.model
@options.dataset
@options.split
@options.data_dir
@options.threads
@click.option(
    "--errors",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the misclassified images into this picture: .png, .jpg, ...",
)
@click.option(
    "--predictions",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a row for each image into this CSV file: index, label, answer, probabilities.",
)
@options.own_layers
@options.require_accuracy
@options.as_json
def evaluate(
    model: Path | None,
    dataset: str | None,
    split: "SplitName",
    data_dir: Path | None,
    threads: int | None,
    errors: Path | None,
    predictions: Path | None,
    own: "OwnLayers",
    require_accuracy: float | None,
    as_json: bool,
) -> None:
    """Test a trained network: MODEL is a run folder or a checkpoint file.

    Left out, it is the newest run under runs/. Which checkpoint is tested, and why, is said on
    stderr. `cnntrain plot reliability` draws how far the network can be believed.
    """
    from cnntrain.data.classes import require_classes
    from cnntrain.data.examples import left_out_note
    from cnntrain.model.trained import load
    from cnntrain.runs.folder import refuse_to_replace
    from cnntrain.runs.provenance import provenance
    from cnntrain.show.error_sheet import draw_errors, encoded, refuse_unwritable
    from cnntrain.show.evaluation import as_object, as_text
    from cnntrain.training.judgement import judge

    if errors is not None:
        refuse_unwritable(errors)
    if predictions is not None:
        refuse_to_replace(predictions, "--predictions")
    trained = load(model, own=own.kinds)
    loaded = trained if dataset is None else trained.on(dataset)
    source = provenance(loaded, model)
    options.fetch(loaded.config, data_dir)
    examples, note = loaded.examples(split, data_dir)
    if errors is not None:
        require_classes(examples, f"--errors {errors}")
    if require_accuracy is not None:
        require_classes(examples, f"--require-accuracy {require_accuracy}")
    for line in (source.as_text(), note, left_out_note(examples)):
        if line is not None:
            say(line)
    with _written(predictions, examples) as each:
        found = judge(loaded.network, examples, threads=1 if own.kinds else threads, each=each)
    facts = {"dataset": loaded.config.dataset.name, "split": split}
    if as_json:
        result = {**source.as_object(), **facts, **as_object(found, examples.classes)}
        print_result(json_text(result))
    else:
        named = {"model": str(loaded.path), **facts}
        print_result(as_text(named, found, examples.classes, columns()))
    if errors is not None:
        _write(errors, encoded(draw_errors(examples, found.predicted), errors))
    accuracy = found.evaluation.accuracy
    if require_accuracy is not None and accuracy is not None and accuracy < require_accuracy:
        raise RequirementError(
            f"{loaded.path}: {split} accuracy {accuracy:.4f}, required {require_accuracy}; train "
            "longer, or change the configuration"
        )


@contextmanager
def _written(predictions: Path | None, examples: "Examples") -> "Iterator[Each | None]":
    """Yield what writes rows of the file that was asked for, None if none was. Raises OutputError."""
    if predictions is None:
        yield None
        return
    from cnntrain.show.evaluation import first_row, rows
    from cnntrain.system.files import replacing

    with replacing(predictions) as file:
        file.write(f"{first_row(examples)}\n".encode())
        yield lambda first, answers, shares: file.write(
            f"{rows(examples, first, answers, shares)}\n".encode()
        )
    say(f"wrote {predictions}")


def _write(path: Path, content: bytes) -> None:
    """Write a file that was asked for. Raises OutputError."""
    from cnntrain.system.files import replacing

    with replacing(path) as file:
        file.write(content)
    say(f"wrote {path}")
