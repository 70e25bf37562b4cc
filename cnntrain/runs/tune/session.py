"""A search from what was asked for to its files: opened, carried out, saved."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnntrain.config import Config
from cnntrain.errors import DataError
from cnntrain.runs.begin import Fetch
from cnntrain.runs.tune.executors import Workers
from cnntrain.runs.tune.folder import alone_in, new_search, search_in
from cnntrain.runs.tune.prepare import Prepared, number_of_trials, prepare
from cnntrain.runs.tune.pruning import PrunerName
from cnntrain.runs.tune.result import (
    TABLE,
    Found,
    Tried,
    best_config,
    found,
    rows_of_table,
    write_best,
    write_table,
)
from cnntrain.runs.tune.storage import DATABASE, Place
from cnntrain.runs.tune.study import Search, SearchName
from cnntrain.runs.tune.tuner import Tuner
from cnntrain.system.address import without_password
from cnntrain.system.interrupt import Stop

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers


@dataclass(frozen=True)
class Asked:
    """What the user asked for."""

    vary: Sequence[str]
    trials: int
    seeds: int
    search: SearchName
    prune: PrunerName
    limit: int | None = None
    data_dir: Path | None = None
    out: Path | None = None  # the next free folder if None
    storage: str | None = None  # an SQLite file in the folder if None
    study: str | None = None  # the configuration's name if None


@dataclass
class Session:
    """A search in its folder."""

    asked: Asked
    ready: Prepared
    folder: Path
    search: Search
    trials: int  # that the study is to have in the end

    @property
    def epochs(self) -> int:
        """Return the epochs of a trial that is not given up."""
        return self.ready.config.train.epochs

    def run(
        self,
        workers: Workers,
        *,
        seconds: float | None,
        stop: Stop,
        say: Callable[[str], None],
        tell: Callable[[Tried, Found], None],
    ) -> None:
        """Carry out trials; begin none after so many seconds. Raises Interrupted.

        `tell` is called with every trial that has ended, and all there are.
        """
        deadline = float("inf") if seconds is None else time.monotonic() + seconds
        prune = self.asked.prune
        tuner = Tuner(self.search, workers, self.ready.job, prune, self.epochs, say)

        def told(number: int) -> None:
            now = self.found(importances=False)
            tell(next(trial for trial in now.tried if trial.number == number), now)

        tuner.run(self.trials, deadline=deadline, stop=stop, tell=told)

    def found(self, *, importances: bool = True) -> Found:
        """Return what has been found so far."""
        return found(self.search, importances=importances)

    def save(self, about: Callable[[Tried, Found], Sequence[str]]) -> tuple[Found, Path | None]:
        """Write the table and the best configuration, below the comment `about`; return its file.

        None if no trial was trained to the end. Raises OutputError.
        """
        result = self.found()
        write_table(self.folder, result)
        best = result.best
        if best is None:
            return result, None
        config = best_config(self.ready.given, best, result.varied)
        return result, write_best(self.folder, config, about(best, result))


@contextmanager
def opened(
    config: Config,
    asked: Asked,
    *,
    fetch: Fetch,
    command: Sequence[str],
    own: "OwnLayers | None" = None,
) -> Iterator[Session]:
    """Yield the search, new or that of an earlier program in the folder, which nobody else has.

    `own` are the layers of the user's that the configuration was loaded with. Nothing is made if
    anything is wrong. Raises ConfigError, DataError, UsageError and BusyError.
    """
    earlier = search_in(asked.out)
    ready = prepare(
        config,
        asked.vary,
        seeds=asked.seeds,
        data_dir=asked.data_dir,
        limit=asked.limit,
        fetch=fetch,
        own=own,
    )
    trials = number_of_trials(asked.trials, asked.search, ready.varied)
    owner = uuid.uuid4().hex if earlier is None else str(earlier["owner"])

    def study(place: Place) -> Search:
        return Search(
            place,
            asked.study or config.name,
            ready.varied,
            search=asked.search,
            seed=config.seed,
            maximize=ready.maximize,
            plan=ready.plan(),
            owner=owner,
        )

    search = None if asked.storage is None else study(asked.storage)
    if earlier is None or asked.out is None:
        words = [without_password(word) if "://" in word else word for word in command]
        place = asked.storage and without_password(asked.storage)
        told: dict[str, Any] = {"command": words, **asdict(asked), "storage": place}
        if own and own.record:
            told["with"] = own.record
        folder = new_search(config, asked.out, told, owner)
    else:
        folder = asked.out
    file = folder.resolve() / DATABASE
    with alone_in(folder), closing(search or study(file)) as in_storage:
        if search is None and not in_storage.trials and rows_of_table(folder):
            raise DataError(
                f"{folder / DATABASE}: found no trials in it, expected those that {TABLE} beside it "
                "lists; put a copy from before in its place, or give another --out"
            )
        yield Session(asked, ready, folder, in_storage, trials)
