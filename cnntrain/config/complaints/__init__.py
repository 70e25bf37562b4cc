"""How complaints about a configuration are worded: nothing here is needed to read a right one.

What is listed below is therefore loaded only when there is something to complain about.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnntrain.config.complaints.blame import blamed as blamed
    from cnntrain.config.complaints.names import unknown as unknown
    from cnntrain.config.complaints.slips import in_name as in_name
    from cnntrain.config.complaints.words import advice as advice
    from cnntrain.config.complaints.words import arms as arms
    from cnntrain.config.complaints.words import expected as expected
    from cnntrain.config.complaints.words import found as found
    from cnntrain.config.complaints.words import shortened as shortened
    from cnntrain.config.complaints.yaml_errors import explain as explain

_HOMES = {
    "advice": "words",
    "arms": "words",
    "blamed": "blame",
    "expected": "words",
    "explain": "yaml_errors",
    "found": "words",
    "in_name": "slips",
    "shortened": "words",
    "unknown": "names",
}


def __getattr__(name: str) -> Any:
    """Load what is used for the first time."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
