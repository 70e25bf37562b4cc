"""What every timed program does: wait for an order, do the work, answer with the times.

Each program is a process of its own, so that neither's threads or libraries disturb the other's;
the orders alternate between them, so that what else the machine does disturbs all alike.
"""

import json
import sys
import time
from collections.abc import Callable

EVALUATED = 10_000  # images in one evaluation


def serve(
    step: Callable[[], object], evaluate: Callable[[], object], facts: dict[str, str]
) -> None:
    """Answer orders from stdin: `step N` times N single steps, `evaluate N` N evaluations."""
    for _ in range(20):
        step()
    evaluate()
    print(json.dumps(facts), flush=True)
    for order in sys.stdin:
        name, count = order.split()
        work = step if name == "step" else evaluate
        times = []
        for _ in range(int(count)):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
        print(json.dumps(times), flush=True)
