"""Put a template of this folder, its style and its scripts together: one file that needs no other."""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cnntrain.system.text import harmless, json_text
from cnntrain.web.modules import FOLDER, modules


def page(template: str, **values: Any) -> str:
    """Return a page of HTML; values are escaped as they are filled in, and nothing in them is obeyed.

    Templates include style by `{{ file("page.css") }}` and all scripts by `{{ modules() }}`, and hand
    data to them by `{{ data(value) }}`.
    """
    return harmless(_environment().get_template(template).render(values))


@cache
def _environment() -> Environment:
    """Return what reads the templates, each once."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {"file": _file, "modules": _modules, "data": _data}
    return environment


def _file(name: str) -> Markup:
    """Return a file of this folder as it is."""
    return Markup((FOLDER / name).read_text(encoding="utf-8"))  # our own file


def _modules() -> Markup:
    """Return all scripts, for those of type module below to import."""
    return Markup(modules())  # our own files


def _data(value: Any) -> Markup:
    """Return a value as JSON that may stand in a script: no text in it can end the script."""
    text = json_text(value, compact=True, ascii=False)
    return Markup(text.replace("<", "\\u003c"))  # made safe here
