"""How long the page computes for an answer: processor time, as other programs may be busy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.pages import draw, page_of

Open = Callable[..., Any]

BATCHES, ANSWERS = 5, 10
ANSWER = f"() => {{ for (let n = 0; n < {ANSWERS}; n++) app.update(); }}"
CONVOLUTIONS = ", ".join(
    f"{{conv: {{filters: {filters}, kernel: 3, padding: 1, bias: false}}}}, batch_norm, relu{pool}"
    for filters, pool in (
        (24, ""),
        (24, ", {max_pool: 2}"),
        (48, ""),
        (48, ", {max_pool: 2}"),
        (96, ""),
    )
)
LARGE = f"network=[{CONVOLUTIONS}, {{max_pool: 2}}, {{dense: 10}}]"  # 87,106 weights


def seconds_used(browser: Any) -> float:
    """Return the processor time of all pages together."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(float(each["cpuTime"]) for each in processes if each["type"] == "renderer")


@pytest.mark.slow  # it measures, for long enough
@pytest.mark.parametrize(
    ("config", "changes", "milliseconds"),
    [("lenet.yaml", (), 1000 / 60), ("photos.yaml", (LARGE,), 50)],
)
def test_an_answer_takes_no_longer_than(
    browser: Any,
    opened: Open,
    tmp_path: Path,
    config: str,
    changes: tuple[str, ...],
    milliseconds: float,
) -> None:
    page = opened(page_of(tmp_path, config, *changes), viewport={"width": 1280, "height": 900})
    draw(page, "3")
    used = []
    for _ in range(BATCHES):  # the first also compiles
        before = seconds_used(browser)
        page.evaluate(ANSWER)
        used.append(1000 * (seconds_used(browser) - before) / ANSWERS)
    assert min(used) < milliseconds, used
    page.close()
