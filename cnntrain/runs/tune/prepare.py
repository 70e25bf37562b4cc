"""From what the user asked for to a search: the configuration checked, the data fetched."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cnntrain.config import Config, parse_config
from cnntrain.config.flat import flat
from cnntrain.data.sources.base import Source
from cnntrain.errors import ConfigError, UsageError
from cnntrain.model.build import build_network, check_outputs, layer_rates
from cnntrain.runs.begin import Fetch, begin
from cnntrain.runs.tune.study import SearchName
from cnntrain.runs.tune.trial import Job
from cnntrain.runs.tune.vary import Vary, parse_given, parse_vary, refuse_fixed, refuse_twice
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from cnntrain.model.own_layers import OwnLayers

MOST_VALIDATION = (
    5_000  # images that are set aside for judging if the configuration sets none aside
)
VALIDATION_SHARE = 10  # one in so many, of few images


@dataclass(frozen=True)
class Prepared:
    """All that a search needs to know of a configuration."""

    given: Config  # as the user gave it
    config: Config  # the same with validation images
    varied: Sequence[Vary]
    maximize: bool  # accuracies; without classes, losses are minimized
    job: Job  # of a trial, without its number and values

    def plan(self) -> str:
        """Return the SHA-256 of what has to be the same for trials to be comparable."""
        told = [
            *(self.config.text, [vary.as_text() for vary in self.varied]),
            *(self.job.seeds, self.job.limit, self.job.data_sha256),
        ]
        if self.job.own is not None:
            told.append(hashlib.sha256(self.job.own[1]).hexdigest())
        return hashlib.sha256(json_text(told).encode()).hexdigest()


def prepare(
    config: Config,
    vary: Sequence[str],
    *,
    seeds: int,
    data_dir: Path | None,
    limit: int | None,
    fetch: Fetch,
    own: "OwnLayers | None" = None,
) -> Prepared:
    """Return the configuration ready to be searched, by `vary` or else by its section `tune`.

    `own` are the layers of the user's that the configuration was loaded with. Raises ConfigError for values that it cannot have, and DataError.
    """
    known = flat(config.text, config.name)
    if vary:
        varied = [parse_vary(item, known) for item in vary]
    else:
        varied = parse_given(config.tune.vary, known, config.places["tune"])
    refuse_twice(varied)
    refuse_fixed(varied)
    fetch(config, data_dir)
    judged = config
    if not config.train.validation:
        aside = _validation(config.dataset, data_dir)
        judged = _with(config, f"train.validation={aside}")
    for each in varied:
        _check(judged, each)
    experiment = begin(judged, data_dir=data_dir, fetch=fetch, limit=limit, own=own)
    aside_images = experiment.splits.validation
    assert aside_images is not None  # there are some, by now
    job = Job(
        number=0,
        name=config.name,
        config=judged.text,
        overrides=(),
        seeds=tuple(range(config.seed, config.seed + seeds)),
        data_sha256=experiment.data_sha256,
        data_dir=None if data_dir is None else str(data_dir.resolve()),
        limit=limit,
        own=(str(own.path), own.source) if own and own.kinds else None,
    )
    return Prepared(config, judged, varied, aside_images.classified, job)


def _validation(dataset: Source, data_dir: Path | None) -> int:
    """Return how many of the training images to set aside. Raises DataError if there are too few."""
    images = len(dataset.load("train", data_dir))
    aside = min(MOST_VALIDATION, images // VALIDATION_SHARE)
    if not aside:
        raise ConfigError(
            f"tune: found {images} training images, expected enough to set some aside for judging; "
            "give --set train.validation=N"
        )
    return aside


def _check(config: Config, vary: Vary) -> None:
    """Raise ConfigError if an option cannot have the values that are to be tried."""
    for value in vary.extremes:
        try:
            tried = _with(config, vary.override(value))
            network = build_network(tried)
            layer_rates(tried, network)
            check_outputs(tried, network, tried.dataset.known_classes)
        except ConfigError as error:
            raise ConfigError(
                f"--vary {vary.as_text()}: {value} cannot be tried: {error}"
            ) from error


def _with(config: Config, override: str) -> Config:
    """Return a configuration with another value of an option."""
    return parse_config(config.text, f"{config.name}.yaml", [override], config.places.own)


def number_of_trials(wanted: int, search: SearchName, varied: Sequence[Vary]) -> int:
    """Return how many trials there will be: of a grid, no more than it has points.

    Raises UsageError for a grid of ranges.
    """
    if search != "grid":
        return wanted
    points = 1
    for vary in varied:
        if not vary.choices:
            raise UsageError(
                f"--search grid: found the range {vary.as_text()}, expected values, as "
                f"{vary.key}=0.3,1,3; a range has no end of them"
            )
        points *= len(vary.choices)
    return min(wanted, points)
