"""`cnntrain eval`: test a trained network."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import options
from cnntrain.cli.output import print_result, say
from cnntrain.show.summary import error_as_text, percent

if TYPE_CHECKING:
    from cnntrain.data.examples import Examples
    from cnntrain.runs.provenance import Provenance
    from cnntrain.training.evaluation import Evaluation
    from cnntrain.training.splits import SplitName


@click.command("eval")
@options.model
@click.option("--dataset", metavar="D", help="Test on this data set instead of the model's own.")
@click.option(
    "--split",
    type=click.Choice(["test", "validation", "train"]),
    default="test",
    show_default=True,
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
    from cnntrain.data.classes import aligned, require_classes
    from cnntrain.model.build import check_outputs
    from cnntrain.model.find import find_checkpoint
    from cnntrain.model.restore import load_model
    from cnntrain.parallel.pool import workers
    from cnntrain.runs.provenance import provenance
    from cnntrain.show.error_sheet import refuse_unwritable
    from cnntrain.training import evaluation
    from cnntrain.training.splits import load_split

    if errors is not None:
        refuse_unwritable(errors)
    loaded = load_model(find_checkpoint(model), dataset=dataset)
    source = provenance(loaded, model)
    options.fetch(loaded.config, data_dir)
    examples = load_split(loaded.config, split, data_dir)
    if examples.values is not None or len(examples.classes) > loaded.network.classes:
        check_outputs(loaded.config, loaded.network, examples.classes)
    examples, note = aligned(examples, loaded.classes)
    if errors is not None:
        require_classes(examples, f"--errors {errors}")
    for line in (source.as_text(), note):
        if line is not None:
            say(line)
    with workers(loaded.network, threads) as executor:
        result = evaluation.evaluate(loaded.network, examples, executor=executor)
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
        lines += ["", *confusion_table(examples.classes, result)]
        accuracy += f" ({result.correct:,} of {result.n:,})"
    lines += [
        "",
        f"loss      {result.loss:.5f}",
        f"error     {error_as_text(result.error, result.error_ci95)}",
        f"accuracy  {accuracy}",
    ]
    return "\n".join(lines)


def confusion_table(classes: tuple[str, ...], result: "Evaluation") -> list[str]:
    """Return the confusion matrix as lines: a row per true class, a column per answer."""
    counts = result.confusion
    width = max(5, *(len(name) + 1 for name in classes), len(str(counts.max())) + 1)
    head = max(4, *(len(name) for name in classes))
    title = " " * head + "".join(f"{name:>{width}}" for name in classes) + "  correct"
    rows = [f"{'true':<{head}}  taken for", title]
    for name, row, share in zip(classes, counts, result.per_class or (), strict=True):
        cells = "".join(f"{count or '·':>{width}}" for count in row)
        rows.append(f"{name:>{head}}{cells}  {'' if share is None else f'{share:7.2%}'}")
    return rows
