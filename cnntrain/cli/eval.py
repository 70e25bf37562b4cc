"""`cnntrain eval`: test a trained network."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cnntrain.cli import options
from cnntrain.errors import DataError

if TYPE_CHECKING:
    from cnntrain.data.examples import Examples
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
    metavar="FILE.png",
    help="Draw the misclassified images into this picture.",
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

    Left out, it is the newest run under runs/.
    """
    from cnntrain.model.build import check_outputs, load_model
    from cnntrain.model.find import find_checkpoint
    from cnntrain.parallel.pool import workers
    from cnntrain.show.error_sheet import refuse_other_than_png, save_errors
    from cnntrain.training import evaluation
    from cnntrain.training.splits import load_split

    if errors is not None:
        refuse_other_than_png(errors)
    loaded = load_model(find_checkpoint(model), dataset=dataset)
    options.fetch(loaded.config, data_dir)
    examples = load_split(loaded.config, split, data_dir)
    check_outputs(loaded.config, loaded.network, examples.classes)
    if dataset is None and examples.classes != loaded.classes:
        raise DataError(
            f"{loaded.path}: found classes {', '.join(examples.classes)} in the data, expected "
            f"those that the model was trained on, {', '.join(loaded.classes)}; give the same data"
        )
    with workers(loaded.network, threads) as executor:
        result = evaluation.evaluate(loaded.network, examples, executor=executor)
    facts = {"model": str(loaded.path), "dataset": loaded.config.dataset.name, "split": split}
    click.echo(
        json.dumps(_as_object(facts, result)) if as_json else _as_text(facts, examples, result)
    )
    if errors is not None:
        save_errors(errors, examples, result.predicted)
        click.echo(f"wrote {errors}", err=True)


def _as_object(facts: dict[str, str], result: "Evaluation") -> dict[str, Any]:
    return {
        **facts,
        "n": result.n,
        "correct": result.correct,
        "accuracy": result.accuracy,
        "error": result.error,
        "error_ci95": result.error_ci95,
        "mse": result.loss,
        "confusion": result.confusion.tolist(),
        "per_class": result.per_class,
    }


def _as_text(facts: dict[str, str], examples: "Examples", result: "Evaluation") -> str:
    """Return the confusion matrix and the totals; the last line is the accuracy."""
    low, high = result.error_ci95
    lines = [f"{name:<10}{value}" for name, value in facts.items()]
    lines += ["", *confusion_table(examples.classes, result), ""]
    lines += [
        f"loss      {result.loss:.5f}",
        f"error     {result.error:.2%} (95% interval {low:.2%} to {high:.2%})",
        f"accuracy  {result.accuracy:.2%} ({result.correct:,} of {result.n:,})",
    ]
    return "\n".join(lines)


def confusion_table(classes: tuple[str, ...], result: "Evaluation") -> list[str]:
    """Return the confusion matrix as lines: a row per true class, a column per answer."""
    counts = result.confusion
    width = max(5, *(len(name) + 1 for name in classes), len(str(counts.max())) + 1)
    head = max(4, *(len(name) for name in classes))
    title = " " * head + "".join(f"{name:>{width}}" for name in classes) + "  correct"
    rows = [f"{'true':<{head}}  taken for", title]
    for name, row, share in zip(classes, counts, result.per_class, strict=True):
        cells = "".join(f"{count or '·':>{width}}" for count in row)
        rows.append(f"{name:>{head}}{cells}  {'' if share is None else f'{share:7.2%}'}")
    return rows
