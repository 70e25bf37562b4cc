"""How long the page takes to answer: the fastest of several times, as other programs may be busy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.web.pages import draw, page_of

Open = Callable[..., Any]

FASTEST = """() => {
  let fastest = Infinity;
  for (let n = 0; n < 60; n++) {
    const start = performance.now();
    app.update();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest;
}"""
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


@pytest.mark.parametrize(
    ("config", "changes", "milliseconds"),
    [("lenet.yaml", (), 1000 / 60), ("photos.yaml", (LARGE,), 50)],
)
def test_an_answer_takes_no_longer_than(
    opened: Open, tmp_path: Path, config: str, changes: tuple[str, ...], milliseconds: float
) -> None:
    page = opened(page_of(tmp_path, config, *changes), viewport={"width": 1280, "height": 900})
    draw(page, "3")
    assert page.evaluate(FASTEST) < milliseconds
    page.close()
