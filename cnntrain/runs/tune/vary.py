"""What a search varies: an option of the configuration, and the values to try."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cnntrain.config.complaints.wording import at, belongs
from cnntrain.config.overrides import parse_value
from cnntrain.errors import ConfigError
from cnntrain.runs.tune.extra import optuna
from cnntrain.system.text import json_text

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution, CategoricalChoiceType
    from optuna.trial import Trial

RANGE = re.compile(r"(?P<log>log:)?(?P<low>[-+.\deE]+):(?P<high>[-+.\deE]+)")
DIGITS = 4  # of a number that is tried: what is written to the best configuration can be read
# What is the same in all trials, and why.
FIXED = {
    "seed": "every trial is trained with the same seeds, which --seed and --seeds set",
    "dataset": "every trial is trained on the same images",
    "train.validation": (
        "every trial is judged on the same images; --set train.validation=N says how many"
    ),
    "tune": "it is an option of the search, not of a trial",
}
USAGE = "expected log:LOW:HIGH, LOW:HIGH, or values as 4,6,8"


@dataclass(frozen=True)
class Vary:
    """An option by its path, and either the values to choose from or a range of numbers."""

    key: str
    choices: tuple[Any, ...] = ()  # plain values
    low: float = 0.0
    high: float = 0.0
    log: bool = False  # as many values between 0.1 and 1 as between 1 and 10
    whole: bool = False  # whole numbers only

    @property
    def labels(self) -> "list[CategoricalChoiceType]":
        """Return the choices as Optuna keeps them: what is no single value, as JSON."""
        return [json_text(c) if isinstance(c, dict | list) else c for c in self.choices]

    @property
    def distribution(self) -> "BaseDistribution":
        """Return the same for Optuna."""
        kinds = optuna().distributions
        if self.choices:
            found: BaseDistribution = kinds.CategoricalDistribution(self.labels)
        elif self.whole:
            found = kinds.IntDistribution(int(self.low), int(self.high), log=self.log)
        else:
            found = kinds.FloatDistribution(self.low, self.high, log=self.log)
        return found

    def suggested(self, trial: "Trial") -> Any:
        """Return the value that Optuna proposes in a trial, a number with few digits."""
        if self.choices:
            return trial.suggest_categorical(self.key, self.labels)
        if self.whole:
            return trial.suggest_int(self.key, int(self.low), int(self.high), log=self.log)
        return self._rounded(trial.suggest_float(self.key, self.low, self.high, log=self.log))

    def _rounded(self, value: float) -> float:
        """Return a number with few digits, but those in which numbers of the range differ."""
        ends = max(abs(self.low), abs(self.high))
        digits = DIGITS + int(math.log10(max(1.0, ends / (self.high - self.low))))
        return min(max(float(f"{value:.{digits}g}"), self.low), self.high)

    def override(self, value: Any) -> str:
        """Return the override that gives the option a value, one of `labels` or of the range."""
        return f"{self.key}={value if isinstance(value, str) else json_text(value)}"

    @property
    def extremes(self) -> list[Any]:
        """Return values with which everything else can be checked: all choices, or both ends."""
        return self.labels if self.choices else [self._end(self.low), self._end(self.high)]

    def _end(self, value: float) -> float:
        return int(value) if self.whole else value

    def as_text(self) -> str:
        """Return it as --vary has it."""
        if self.choices:
            return f"{self.key}={','.join(map(str, self.labels))}"
        return f"{self.key}={'log:' if self.log else ''}{self._end(self.low):g}:{self._end(self.high):g}"


def parse_vary(item: str, known: Mapping[str, Any]) -> Vary:
    """Return what --vary KEY=VALUES says; `known` has the configuration's values by path.

    A range has whole numbers where the configuration has one. Raises ConfigError.
    """
    key, equals, values = item.partition("=")
    key = key.strip().replace("α", "alpha")
    where = f"--vary {key}"
    if not equals or not key or not values.strip():
        raise at(f"--vary {item}", "", f"{USAGE}, as --vary train.alpha=log:0.1:30")
    if match := RANGE.fullmatch(values.strip()):
        return _range(key, match, known.get(key), where)
    choices = parse_value(f"[{values}]", where).plain()
    return _choices(key, choices, where)


def parse_given(vary: Mapping[str, Any], known: Mapping[str, Any], where: str) -> list[Vary]:
    """Return what the section `tune.vary` of a configuration says, likewise; lists are choices."""
    found = []
    for key, values in vary.items():
        if isinstance(values, list):
            found.append(_choices(key, values, where))
        else:
            found.append(parse_vary(f"{key}={values}", known))
    return found


def _choices(key: str, choices: Sequence[Any], where: str) -> Vary:
    vary = Vary(key, choices=tuple(choices))
    if len(set(vary.labels)) < len(choices) or not choices:
        raise at(where, "", f"found the values {list(choices)}, expected each once")
    return vary


def _range(key: str, match: "re.Match[str]", now: Any, where: str) -> Vary:
    """Return a range of numbers. Raises ConfigError."""
    found = match[0]
    try:
        low, high = float(match["low"]), float(match["high"])
    except ValueError as error:
        raise at(where, "", f"found {found}; {USAGE}") from error
    log = match["log"] is not None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise at(where, "", f"found {found}, expected the lower number first, then the higher")
    if log and low <= 0:
        raise at(where, "", f"found {found}, expected numbers above 0 for a logarithmic range")
    whole = isinstance(now, int) and not isinstance(now, bool)
    if now is None:
        whole = re.fullmatch(r"(log:)?\d+:\d+", found) is not None and not key.startswith(
            "train.alpha"
        )
    if whole and not (low.is_integer() and high.is_integer()):
        raise at(where, "", f"found {found}, expected whole numbers, as {now} is one")
    return Vary(key, low=low, high=high, log=log, whole=whole)


def refuse_twice(varied: Sequence[Vary]) -> None:
    """Raise ConfigError if nothing is varied, or an option twice."""
    if not varied:
        raise ConfigError(
            "tune: found nothing to vary; give --vary 'train.alpha=log:0.1:30', or a section `tune` "
            "in the configuration"
        )
    keys = [vary.key for vary in varied]
    for key in keys:
        if keys.count(key) > 1:
            raise at(f"--vary {key}", "", "is given twice; keep one of the two")


def refuse_fixed(varied: Sequence[Vary]) -> None:
    """Raise ConfigError if something is varied that has to be the same in all trials."""
    for key in (vary.key for vary in varied):
        for fixed, why in FIXED.items():
            if belongs(key, fixed):
                raise at(f"--vary {key}", "", f"cannot be varied: {why}; vary another option")
