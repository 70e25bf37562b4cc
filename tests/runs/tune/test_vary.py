from typing import Any

import pytest
from optuna.trial import FixedTrial

from cnntrain.errors import ConfigError, UsageError
from cnntrain.runs.tune.prepare import number_of_trials, prepare
from cnntrain.runs.tune.vary import Vary, parse_given, parse_vary, refuse_twice
from tests.runs.tune.searches import FILTERS, RATE, prepared
from tests.small import small

KNOWN: dict[str, Any] = {"train.alpha": 1.0, "train.batchsize": 50, "network[1]": "relu"}


@pytest.mark.parametrize(
    ("item", "vary"),
    [
        ("train.alpha=log:0.1:30", Vary("train.alpha", low=0.1, high=30, log=True)),
        ("α=0.1:3e1", Vary("alpha", low=0.1, high=30)),
        ("train.alpha=1:30", Vary("train.alpha", low=1, high=30)),
        ("train.batchsize=10:50", Vary("train.batchsize", low=10, high=50, whole=True)),
        ("train.batchsize=log:8:64", Vary("train.batchsize", low=8, high=64, log=True, whole=True)),
        ("train.batches=2:8", Vary("train.batches", low=2, high=8, whole=True)),
        ("train.alpha2=1:8", Vary("train.alpha2", low=1, high=8)),
        ("network[1]=relu,tanh", Vary("network[1]", choices=("relu", "tanh"))),
        ("train.batchsize=10,50", Vary("train.batchsize", choices=(10, 50))),
        ("x={a: 1},{a: 2}", Vary("x", choices=({"a": 1}, {"a": 2}))),
        ("x=5", Vary("x", choices=(5,))),
    ],
)
def test_values_are_a_range_or_a_list(item: str, vary: Vary) -> None:
    assert parse_vary(item, KNOWN) == vary
    if "α" not in item and "{" not in item:
        assert parse_vary(vary.as_text(), KNOWN) == vary


def test_a_configuration_may_say_the_same() -> None:
    given = {"train.alpha": "log:0.1:30", "network[1]": ["relu", "tanh"]}
    assert parse_given(given, KNOWN, "x.yaml:3") == [
        Vary("train.alpha", low=0.1, high=30, log=True),
        Vary("network[1]", choices=("relu", "tanh")),
    ]


def test_values_become_overrides() -> None:
    assert Vary("a", low=0.1, high=1).override(0.25) == "a=0.25"
    assert Vary("a", choices=("relu", True)).override("relu") == "a=relu"
    assert Vary("a", choices=("relu", True)).override(True) == "a=true"
    some = Vary("a", choices=({"conv": 5}, [1, 2]))
    assert [some.override(label) for label in some.labels] == ['a={"conv": 5}', "a=[1, 2]"]


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ("train.alpha", "--vary train.alpha: expected log:LOW:HIGH, LOW:HIGH, or values as 4,6,8"),
        ("train.alpha=", "expected log:LOW:HIGH"),
        ("train.alpha=30:0.1", "found 30:0.1, expected the lower number first"),
        ("train.alpha=log:0:1", "found log:0:1, expected numbers above 0 for a logarithmic range"),
        ("train.alpha=log:1.2.3:4", "found log:1.2.3:4; expected log:LOW:HIGH"),
        ("train.batchsize=1.5:4", "expected whole numbers, as 50 is one"),
        ("train.alpha=1,1", "found the values [1, 1], expected each once"),
    ],
)
def test_what_is_no_range_is_refused(item: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as error:
        parse_vary(item, KNOWN)
    assert complaint in str(error.value)


def test_nothing_to_vary_and_one_option_twice_are_refused() -> None:
    with pytest.raises(ConfigError, match="tune: found nothing to vary; give --vary"):
        refuse_twice([])
    with pytest.raises(ConfigError, match="--vary a: is given twice"):
        refuse_twice([Vary("a", choices=(1,)), Vary("a", choices=(2,))])


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ("seed=0,1", "--vary seed: cannot be varied: every trial is trained with the same seeds"),
        (
            "train.validation=15,20",
            "--vary train.validation: cannot be varied: every trial is judged",
        ),
        (
            "dataset.synthetic.resize=14,28",
            "every trial is trained on the same images; vary another",
        ),
        ("dataset=synthetic", "--vary dataset: cannot be varied"),
        ("tune.trials=3,4", "it is an option of the search, not of a trial; vary another option"),
    ],
)
def test_what_has_to_be_the_same_in_all_trials_is_not_varied(item: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as error:
        prepared(vary=(item,))
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("low", "high", "proposed", "tried"),
    [
        (0.1, 30.0, 12.3456789, 12.35),
        (0.5, 0.99999, 0.99998, 0.99999),  # not 1.0, which is outside
        (0.12344, 1.0, 0.123441, 0.12344),
        (0.9999, 0.99999, 0.999943218, 0.99994322),  # not 0.9999, as all of them would be
    ],
)
def test_a_number_has_few_digits_but_stays_in_its_range(
    low: float, high: float, proposed: float, tried: float
) -> None:
    trial = FixedTrial({"train.ema": proposed})
    assert Vary("train.ema", low=low, high=high).suggested(trial) == tried  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ("network[0].conv.filters=0:3", "--vary network[0].conv.filters=0:3: 0 cannot be tried: "),
        ("network[0].conv.kernel=5,50", "network[0].conv.kernel=5,50: 50 cannot be tried: "),
        ("train.alhpa=log:0.1:1", "did you mean 'alpha'?"),
        ("network[7]=relu", "found no item [7]; there are 5"),
    ],
)
def test_every_option_is_tried_at_both_ends_before_anything_is_trained(
    item: str, complaint: str
) -> None:
    with pytest.raises(ConfigError) as error:
        prepared(vary=(item,))
    assert complaint in str(error.value)


def test_without_validation_images_some_are_set_aside_for_the_search_alone() -> None:
    ready = prepared("train.validation=0")
    assert ready.config.train.validation == 6  # one in ten of 60
    assert ready.given.train.validation == 0
    assert prepared().config.train.validation == 15
    with pytest.raises(ConfigError, match="tune: found 9 training images, expected enough"):
        prepared("train.validation=0", "dataset.synthetic.train=9", "train.batchsize=5")


def test_a_grid_has_as_many_trials_as_points_and_needs_values() -> None:
    grid = prepared(vary=(FILTERS, "train.batchsize=5,10")).varied
    assert number_of_trials(40, "grid", grid) == 6
    assert number_of_trials(4, "grid", grid) == 4
    ranges = prepared(vary=(RATE,)).varied
    assert number_of_trials(40, "tpe", ranges) == 40
    with pytest.raises(UsageError, match="--search grid: found the range train.alpha=log:0.01:10"):
        number_of_trials(40, "grid", ranges)


def test_the_section_is_used_where_no_flag_is_given() -> None:
    config = small("tune={vary: {train.alpha: [0.1, 0.2]}, trials: 7}")
    assert config.tune.trials == 7
    ready = prepare(config, [], seeds=1, data_dir=None, limit=None, fetch=lambda *_: None)
    assert [vary.as_text() for vary in ready.varied] == ["train.alpha=0.1,0.2"]
    assert "tune" not in config.text  # training takes no notice of it
