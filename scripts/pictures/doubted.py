"""What the network makes of what is no digit, and the price of doubting it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pictures.disguises import DISGUISES
from pictures.measuring import SEED, Settings, answers, keep, saved, test_digits
from pictures.others import DEVELOPED, HELD_OUT
from pictures.real import judged, sources
from pictures.rejection import Verdict, confidence, curve


def others(settings: Settings) -> Iterator[str]:
    """Measure what is no digit: kind by kind, then how much is doubted at what price."""
    yield "| not a digit | pictures | no digit found | doubted | sure |\n| --- | --- | --- | --- | --- |"
    found: dict[str, list[float]] = {}
    for prefix, groups in (("", DEVELOPED), ("held out: ", HELD_OUT)):
        for group, kinds in groups.items():
            for name, make in kinds.items():
                if settings.only not in name:
                    continue
                rng = np.random.default_rng([SEED, 3, *name.encode()])
                count = max(1, settings.count // (1 if group == "letters" else 4))
                with tempfile.TemporaryDirectory() as folder:
                    paths = saved(Path(folder), (make(rng) for _ in range(count)))
                    sure = [confidence(answer) for answer in answers(settings, paths)]
                    pairs = zip(paths, sure, strict=True)
                    keep(settings, name, (path for path, share in pairs if share >= settings.sure))
                found.setdefault(prefix + group, []).extend(sure)
                doubted = sum(0 < share < settings.sure for share in sure)
                left = sum(share >= settings.sure for share in sure)
                yield f"| {prefix}{name} | {count} | {sure.count(0)} | {doubted} | {left} |"
    yield ""
    yield from curve(_digits(settings), found, settings.sure)


def _digits(settings: Settings) -> list[Verdict]:
    """Return the verdicts on real pictures where there are any, or else on digits in disguise."""
    verdicts: list[Verdict] = []
    if settings.digits is not None:
        for _, paths, expected in sources(settings.digits):
            verdicts += judged(answers(settings, paths), expected)
        return verdicts
    examples = test_digits(settings)
    for seed, name in enumerate(DISGUISES):
        rng = np.random.default_rng([SEED, 4, seed])
        picked = rng.permutation(len(examples.images))[: max(1, settings.count // 5)]
        with tempfile.TemporaryDirectory() as folder:
            made = (DISGUISES[name](examples.images[n, 0], rng) for n in picked)
            found = answers(settings, saved(Path(folder), made))
            verdicts += judged(found, [str(examples.labels[n]) for n in picked])
    return verdicts
