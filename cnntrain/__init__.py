"""A command-line MNIST trainer: small convolutional networks in NumPy, backpropagation by hand.

Its Python interface is what `__all__` lists. Nothing else is loaded before it is used, so that
importing the package takes no time.
"""

TYPE_CHECKING = False  # True for type checkers; `typing` would take most of the import's time

if TYPE_CHECKING:
    from pathlib import Path

    from cnntrain.config import Config, load_config
    from cnntrain.data.examples import Examples
    from cnntrain.errors import CnntrainError
    from cnntrain.model.predict import Prediction
    from cnntrain.model.trained import Model, load
    from cnntrain.runs.run import Run
    from cnntrain.training.evaluation import Evaluation
    from cnntrain.training.loop import BatchDone, EpochDone

__version__ = "0.1.0"
__all__ = [
    "BatchDone",
    "CnntrainError",
    "Config",
    "EpochDone",
    "Evaluation",
    "Examples",
    "Model",
    "Prediction",
    "Run",
    "load",
    "load_config",
    "resume",
    "train",
]

_HOMES = {  # of what is loaded when it is first used
    "BatchDone": "cnntrain.training.loop",
    "CnntrainError": "cnntrain.errors",
    "Config": "cnntrain.config",
    "EpochDone": "cnntrain.training.loop",
    "Evaluation": "cnntrain.training.evaluation",
    "Examples": "cnntrain.data.examples",
    "Model": "cnntrain.model.trained",
    "Prediction": "cnntrain.model.predict",
    "Run": "cnntrain.runs.run",
    "load": "cnntrain.model.trained",
    "load_config": "cnntrain.config",
}


def train(
    config: "Config | str | Path",
    out: "str | Path | None" = None,
    *,
    limit: int | None = None,
    plain: bool = False,
    threads: int | None = None,
    data_dir: "str | Path | None" = None,
) -> "Run":
    """Return a new run, which trains while it is iterated over and yields what happens.

    `config` is a configuration, its file, or the name of a shipped one. The run writes the same
    files as `cnntrain train`, into `out` or the next free runs/<config>-<n>; the options are those
    of the command. The data set is downloaded if it is missing; messages go to stderr.

    Raises the exceptions of `cnntrain.errors`, all of them CnntrainError: UsageError where `out`
    is not empty, ConfigError, DataError, OutputError.
    """
    from cnntrain.runs import run
    from cnntrain.show.curves import draw_curves

    return run.train(
        config,
        out,
        limit=limit,
        plain=plain,
        threads=threads,
        data_dir=data_dir,
        draw=draw_curves,
    )


def resume(
    run: "str | Path",
    *,
    epochs: int | None = None,
    threads: int | None = None,
    data_dir: "str | Path | None" = None,
) -> "Run":
    """Return a run that goes on, from its folder, as if it had not been stopped.

    With `epochs` it goes on up to that epoch. What is missing or damaged in its records is said on
    stderr. Raises CheckpointError, also where the images are not the same as before, BusyError where
    another program is training it, UsageError where the run has come further than `epochs`, and
    what `train` raises.
    """
    from cnntrain.runs.run import go_on
    from cnntrain.show.curves import draw_curves

    return go_on(run, epochs=epochs, threads=threads, data_dir=data_dir, draw=draw_curves)


if not TYPE_CHECKING:  # mypy would take any name for one of these

    def __getattr__(name: str) -> object:
        """Load what is asked for."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        found = getattr(import_module(_HOMES[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Return the names of the interface."""
    return ["__version__", *__all__]
