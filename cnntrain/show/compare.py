"""What `compare` says: in words for people, and as a JSON object."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cnntrain.runs.compare.contenders import Contender
from cnntrain.runs.compare.paired import Pair
from cnntrain.runs.compare.seeds import OverSeeds
from cnntrain.show.summary import percent
from cnntrain.show.table import wrapped
from cnntrain.system.text import joined

RARE = 1e-6  # below, a probability is not told more exactly


def as_object(
    split: str, networks: Sequence[Contender], pairs: Sequence[Pair], seeds: OverSeeds | None
) -> dict[str, Any]:
    """Return the comparison as `compare --json` prints it."""
    return {
        "split": split,
        "n": len(networks[0].examples),
        "models": [_model(network) for network in networks],
        "pairs": [
            {
                **asdict(pair),
                "difference": pair.difference,
                "difference_ci95": pair.difference_ci95,
                "better": pair.better,
                "sentence": sentence(pair),
            }
            for pair in pairs
        ],
        "over_seeds": seeds
        and {
            **asdict(seeds),
            "difference": seeds.difference,
            "difference_ci95": seeds.difference_ci95,
            "p": seeds.p,
            "better": seeds.better,
            "sentence": sentence_over_seeds(seeds),
        },
    }


def _model(network: Contender) -> dict[str, Any]:
    result = network.judgement.evaluation
    return {
        "letter": network.letter,
        **network.source.as_object(),
        "config": network.config.name,
        "dataset": network.config.dataset.name,
        "seed": network.config.seed,
        "correct": result.correct,
        "accuracy": result.accuracy,
        "accuracy_ci95": result.accuracy_ci95,
        "loss": result.loss,
    }


def as_text(
    split: str,
    networks: Sequence[Contender],
    pairs: Sequence[Pair],
    seeds: OverSeeds | None,
    columns: int | None,
) -> str:
    """Return who answers how many images rightly, who is right where another is wrong, and the verdicts."""
    first = networks[0]
    lines = [f"{len(first.examples):,} {split} images of {first.config.dataset.name}", ""]
    width = max(len(network.letter) for network in networks)
    for network in networks:
        low, high = network.judgement.evaluation.accuracy_ci95 or (0.0, 1.0)
        lines.append(
            f"{network.letter:<{width}}  {percent(network.accuracy)} right (95% interval {low:.2%} "
            f"to {high:.2%})  {network.source.path.parent}, seed {network.config.seed}"
        )
    if seeds is not None:
        told = wrapped(sentence_over_seeds(seeds), columns)
        return joined([*lines, "", *_by_seed(seeds), "", *told])
    if len(pairs) == 1:
        return joined(
            [*lines, "", *_two_by_two(pairs[0]), "", *wrapped(sentence(pairs[0]), columns)]
        )
    for pair in pairs:
        lines += [
            "",
            *wrapped(f"{pair.first} and {pair.second}: {alone(pair)}. {sentence(pair)}", columns),
        ]
    return joined(lines)


def _two_by_two(pair: Pair) -> list[str]:
    """Return the table of both networks' right and wrong answers."""
    first, second = pair.first, pair.second
    return [
        f"{'':10}{f'{second} right':>10}{f'{second} wrong':>10}",
        f"{f'{first} right':<10}{pair.both_right:>10,}{pair.only_first:>10,}",
        f"{f'{first} wrong':<10}{pair.only_second:>10,}{pair.both_wrong:>10,}",
    ]


def _by_seed(seeds: OverSeeds) -> list[str]:
    head = f"{'seed':>10}{'first':>10}{'second':>10}{'second − first':>16}"
    rows = zip(
        seeds.seeds,
        seeds.first_accuracies,
        seeds.second_accuracies,
        seeds.differences,
        strict=True,
    )
    lines = [head, *(f"{s:>10}{a:>10.2%}{b:>10.2%}{100 * d:>+9.2f} points" for s, a, b, d in rows)]
    if seeds.left_out:
        lines.append(f"without a counterpart of the same seed: {', '.join(seeds.left_out)}")
    return lines


def alone(pair: Pair) -> str:
    """Return who is right where the other is wrong."""
    return (
        f"{pair.first} alone is right on {pair.only_first:,} image{'s' * (pair.only_first != 1)}, "
        f"{pair.second} alone on {pair.only_second:,}"
    )


def sentence(pair: Pair) -> str:
    """Return which network is better, by how much, and how often chance does as much."""
    if not pair.only_first + pair.only_second:
        return f"{pair.first} and {pair.second} are right on the same images."
    several = "Holm's correction for several pairs, " if pair.p_of_several > pair.p else ""
    return _verdict(
        (pair.first, pair.second),
        pair.difference,
        pair.difference_ci95,
        pair.p_of_several,
        known=pair.better is not None,
        test=f"McNemar's exact test, {several}p = {pair.p_of_several:.2g}",
    )


def sentence_over_seeds(seeds: OverSeeds) -> str:
    """Return the same of two configurations."""
    return _verdict(
        tuple(f"the configuration of {', '.join(runs)}" for runs in (seeds.first, seeds.second)),
        seeds.difference,
        seeds.difference_ci95,
        seeds.p,
        known=seeds.better is not None,
        test=f"Student's paired t-test over {len(seeds.seeds)} seeds, p = {seeds.p:.2g}",
    )


def _verdict(
    names: Sequence[str],
    difference: float,
    interval: tuple[float, float],
    p: float,
    *,
    known: bool,
    test: str,
) -> str:
    """Return the verdict on a difference, the second's accuracy minus the first's."""
    winner, low, high = names[1], *interval
    if difference < 0:
        winner, low, high = names[0], -interval[1], -interval[0]
    winner = winner[0].upper() + winner[1:]
    size = f"{100 * abs(difference):.2f} points (95% interval {100 * low:.2f} to {100 * high:.2f})"
    chance = f"a difference this large would happen by chance {how_often(p)} ({test})"
    if known:
        return f"{winner} is better by {size}. If both were equally good, {chance}."
    if not difference:
        return f"Both have as many right: a difference of {size}."
    return (
        f"{winner} is ahead by {size}, which does not show that it is better: if both were equally "
        f"good, {chance}."
    )


def how_often(p: float) -> str:
    """Return a probability in cases."""
    if p >= 0.995:
        return "in nearly all cases"
    if p >= 0.1:
        return f"in {round(100 * p)} of 100 cases"
    if p >= 0.001:
        return f"in {round(1000 * p)} of 1,000 cases"
    if p >= RARE:
        return f"in 1 of {float(f'{1 / p:.1g}'):,.0f} cases"
    return f"in fewer than 1 of {1 / RARE:,.0f} cases"
