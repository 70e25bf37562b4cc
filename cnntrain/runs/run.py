"""A training run as a Python object: what `cnntrain.train` and `cnntrain.resume` return."""

import signal
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.config import Config, load_config
from cnntrain.errors import UsageError
from cnntrain.model.build import build_network
from cnntrain.model.find import find_last
from cnntrain.model.trained import FileName, Model, fetch_data
from cnntrain.runs.about import earlier_result
from cnntrain.runs.begin import Fetch, begin, resume
from cnntrain.runs.curves import Draw, Refresher, keep_curves
from cnntrain.runs.experiment import Experiment
from cnntrain.runs.folder import refuse_other_layers
from cnntrain.runs.lock import refuse_while_training
from cnntrain.runs.new_folder import new_run, refuse_to_overwrite
from cnntrain.runs.same_run import refuse_another_run
from cnntrain.runs.session import Session
from cnntrain.system.interrupt import postponed
from cnntrain.system.run_files import LAST
from cnntrain.system.streams import say
from cnntrain.training.loop import Event

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers


class Run:
    """A training run that goes on while it is iterated over, and yields its events.

    Each is a BatchDone or an EpochDone. A loop that is left early, by `break` or an exception,
    saves what was reached, as Ctrl-C does on the command line; another loop over the same run goes
    on from there, as `cnntrain.resume` does in another program. Ctrl-C waits for the mini-batch; a
    second Ctrl-C does not.

    `len(run)` is the number of events to come, so that `tqdm.auto.tqdm(run)` shows a whole bar.
    """

    def __init__(self, session: Session, draw: Draw) -> None:
        """Wrap a session; `draw` draws its curves."""
        self._session, self._draw = session, draw
        if self._experiment.finished:
            session.result = earlier_result(self._experiment, self.folder)

    @property
    def _experiment(self) -> Experiment:
        return self._session.experiment

    @property
    def folder(self) -> Path:
        """Return the run folder: records, checkpoints, configuration."""
        return self._session.folder

    @property
    def config(self) -> Config:
        """Return the configuration."""
        return self._experiment.config

    @property
    def result(self) -> dict[str, Any] | None:
        """Return what `cnntrain train --json` prints, None before the end of training."""
        return self._session.result

    @property
    def model(self) -> Model:
        """Return the network as it is now, a copy that further training leaves alone.

        Its weights are those that a checkpoint has: the average where the configuration has `ema`.
        """
        experiment = self._experiment
        network = build_network(self.config, plain=experiment.network.plain)
        with experiment.kept():
            network.load_state(experiment.network.state())
        return Model(
            config=self.config,
            network=network,
            classes=experiment.splits.train.classes,
            path=self.folder / LAST,
            progress=replace(experiment.progress),
            trained_epochs=self.config.train.epochs,
        )

    def __len__(self) -> int:
        """Return the number of events to come: of mini-batches, and of ends of epochs.

        There may be fewer where `patience` ends training early.
        """
        if self._experiment.finished:
            return 0
        progress, batches = self._experiment.progress, self._experiment.batches_per_epoch
        epochs = self.config.train.epochs - progress.epoch + 1
        return epochs * (batches + 1) - progress.batch

    def __iter__(self) -> Generator[Event, None, None]:
        """Train, and yield an event after each mini-batch and each epoch.

        Raises DivergedError, OutputError where the run folder cannot be written, BusyError where
        another program trains in it, and CheckpointError where one has done so in between.
        """
        if self.result is not None:
            return
        try:
            with (
                closing(Refresher(self.folder, self._draw)) as refresh,
                closing(self._session.events()) as events,
            ):
                while True:
                    with postponed([signal.SIGINT], once=True):
                        event = next(events, None)
                        if event is not None:
                            refresh(event)
                    if event is None:
                        return
                    yield event
        finally:
            with postponed([signal.SIGINT], once=True):
                keep_curves(self.folder, self._draw, say=self._session.say)

    def __repr__(self) -> str:
        """Return what is trained, where, and how far it has come."""
        progress = self._experiment.progress
        reached = f"epoch {progress.epoch}, batch {progress.batch}"
        state = "all epochs done" if self._experiment.finished else reached
        return f"<Run {self.config.name}: {self.folder}, {state}>"


def train(
    config: Config | FileName,
    out: FileName | None,
    *,
    limit: int | None,
    plain: bool,
    threads: int | None,
    data_dir: FileName | None,
    draw: Draw,
) -> Run:
    """Return a new run in its folder. See `cnntrain.train`."""
    if not isinstance(config, Config):
        config = load_config(str(config))
    folder = _path(out)
    refuse_to_overwrite(folder)
    experiment = begin(config, data_dir=_path(data_dir), fetch=fetch_data, limit=limit, plain=plain)
    command = ["cnntrain.train", config.name]
    made = new_run(config, folder, experiment.save)
    session = Session(experiment, made, threads, command, say)
    return Run(session, draw)


def go_on(
    run: FileName,
    *,
    epochs: int | None,
    threads: int | None,
    data_dir: FileName | None,
    draw: Draw,
) -> Run:
    """Return a run that is continued. See `cnntrain.resume`."""
    experiment, folder = reopen(
        Path(run), data_dir=_path(data_dir), fetch=fetch_data, epochs=epochs
    )
    command = ["cnntrain.resume", str(run)]
    return Run(Session(experiment, folder, threads, command, say), draw)


def _path(name: FileName | None) -> Path | None:
    return None if name is None else Path(name)


def reopen(
    run: Path,
    *,
    data_dir: Path | None,
    fetch: Fetch,
    epochs: int | None = None,
    own: "OwnLayers | None" = None,
) -> tuple[Experiment, Path]:
    """Return the experiment of a run, a folder or a checkpoint file, and its run directory.

    Raises what `resume` does, CheckpointError too where other files there are another run's, and
    UsageError where it has come further than `epochs`, or where `own` are not the layers that it was
    trained with.
    """
    path = find_last(run)
    refuse_while_training(path.parent)
    refuse_other_layers(path.parent, own)
    experiment = resume(path, data_dir=data_dir, fetch=fetch, epochs=epochs, own=own)
    least = experiment.progress.epoch - (experiment.progress.batch == 0)
    if epochs is not None and epochs < least:
        raise UsageError(
            f"--epochs {epochs}: {path.parent} has come to epoch {least}; expected {least} or "
            "more; give such a number, or leave --epochs out"
        )
    refuse_another_run(experiment, path)
    return experiment, path.parent
