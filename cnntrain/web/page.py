"""Put a template of this folder, its style and its scripts together: one file that needs no other."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent


def page(template: str, **values: Any) -> str:
    """Return a page of HTML; values are escaped as they are filled in.

    Templates include style and scripts by `{{ file("page.css") }}`, and hand data to scripts by
    `{{ data(value) }}`.
    """
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"file": _file, "data": _data}
    return environment.get_template(template).render(values)


def _file(name: str) -> Markup:
    """Return a file of this folder as it is."""
    return Markup((FOLDER / name).read_text(encoding="utf-8"))  # our own file


def _data(value: Any) -> Markup:
    """Return a value as JSON that may stand in a script: no text in it can end the script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # made safe here
