"""`cnntrain eval`: test a trained network."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import complete, options
from cnntrain.cli.output import print_result, say
from cnntrain.show.summary import error_as_text, percent
from cnntrain.show.terminal import columns

if TYPE_CHECKING:
    from cnntrain.data.examples import Examples
    from cnntrain.runs.provenance import Provenance
    from cnntrain.training.evaluation import Evaluation
    from cnntrain.training.splits import SplitName


@click.command(
    "eval",
    epilog=options.examples("cnntrain eval", "cnntrain eval runs/lenet-1 --errors errors.png"),
)
@options.model
@click.option(
    "--dataset",
    metavar="D",
    shell_complete=complete.datasets,
    help="Test on this data set instead of the model's own.",
)
@click.option(
    "--split",
    type=click.Choice(["test", "validation", "train"]),
    default="test",
    help="The images to test on.",
)
@options.data_dir
@options.threads
@click.option(
    "--errors",
    type=options.UserPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Draw the misclassified images into this picture: .png, .jpg, ...",
)
@options.as_json
def evaluate(
    model: Path | None,
    dataset: str | None,
    split: "SplitName",
    data_dir: Path | None,
    threads: int | None,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Test a trained network: MODEL is a run folder or a checkpoint file.

    Left out, it is the newest run under runs/. Which checkpoint is tested, and why, is said on
    stderr.
    """
    from cnntrain.data.classes import require_classes
    from cnntrain.model.trained import load
    from cnntrain.runs.provenance import provenance
    from cnntrain.show.error_sheet import refuse_unwritable

    if errors is not None:
        refuse_unwritable(errors)
    trained = load(model)
    loaded = trained if dataset is None else trained.on(dataset)
    source = provenance(loaded, model)
    options.fetch(loaded.config, data_dir)
    examples, note = loaded.examples(split, data_dir)
    if errors is not None:
        require_classes(examples, f"--errors {errors}")
    for line in (source.as_text(), note):
        if line is not None:
            say(line)
    result = loaded.evaluate(examples, threads=threads)
    facts = {"dataset": loaded.config.dataset.name, "split": split}
    if as_json:
        print_result(json.dumps(_as_object(source, facts, result)))
    else:
        print_result(_as_text({"model": str(loaded.path), **facts}, examples, result))
    if errors is not None:
        _write_errors(errors, examples, result)


def _write_errors(path: Path, examples: "Examples", result: "Evaluation") -> None:
    """Write the sheet of misclassified images. Raises OutputError."""
    from cnntrain.show.error_sheet import draw_errors, encoded
    from cnntrain.system.files import replacing

    content = encoded(draw_errors(examples, result.predicted), path)
    with replacing(path) as file:
        file.write(content)
    say(f"wrote {path}")


def _as_object(source: "Provenance", facts: dict[str, str], result: "Evaluation") -> dict[str, Any]:
    """Return the result as `--json` prints it; what needs classes is null without them."""
    return {
        **source.as_object(),
        **facts,
        "n": result.n,
        "correct": result.correct,
        "accuracy": result.accuracy,
        "error": result.error,
        "error_ci95": result.error_ci95,
        "mse": result.loss,
        "confusion": None if result.correct is None else result.confusion.tolist(),
        "per_class": result.per_class,
    }


def _as_text(facts: dict[str, str], examples: "Examples", result: "Evaluation") -> str:
    """Return the confusion matrix and the totals; the last line is the accuracy."""
    lines = [f"{name:<10}{value}" for name, value in facts.items()]
    accuracy = percent(result.accuracy)
    if result.correct is not None:
        from cnntrain.show.confusion import confusion_table

        lines += ["", *confusion_table(examples.classes, result, columns())]
        accuracy += f" ({result.correct:,} of {result.n:,})"
    lines += [
        "",
        f"loss      {result.loss:.5f}",
        f"error     {error_as_text(result.error, result.error_ci95)}",
        f"accuracy  {accuracy}",
    ]
    return "\n".join(lines)
