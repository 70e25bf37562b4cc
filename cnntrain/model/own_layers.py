"""Layers from a Python file of the user's own, named on the command line: `--with my_layers.py`.

The file is run as a script is. Neither a configuration nor a checkpoint can name one, so that a file
from a stranger still cannot run code.
"""

import ast
import hashlib
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from itertools import filterfalse
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import numpy as np

from cnntrain.errors import OwnLayerError, UsageError
from cnntrain.nn.layers import LAYERS, OTHER_NAMES, kind_of
from cnntrain.nn.layers.base import Layer, Shape
from cnntrain.nn.parameter import Parameter
from cnntrain.system.own_code import MODULE, failures, no_layers, unreadable

# How the program calls what a learner may write; `...` stands for any value.
CALLS: dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "forward": ("self, x, *, train", (..., ...), {"train": True}),
    "backward": ("self, dy", (..., ...), {}),
    "f": ("self, x", (..., ...), {}),
    "df": ("self, x, y", (..., ..., ...), {}),
    "shape_after": ("self, in_shape", (..., ...), {}),
    "make_parameters": ("self, rng", (..., ...), {}),
}


@dataclass(frozen=True)
class OwnLayers:
    """The layers of a file, by the names that configurations have for them."""

    path: Path
    source: bytes = field(repr=False)
    kinds: Mapping[str, type[Layer]] = field(repr=False)

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file."""
        return hashlib.sha256(self.source).hexdigest()

    @property
    def record(self) -> dict[str, Any] | None:
        """Return what run.json says about them, None if there are none."""
        about = {"file": str(self.path), "sha256": self.sha256, "layers": list(self.kinds)}
        return about if self.kinds else None

    @property
    def sentence(self) -> str:
        """Return which layers they are: in the place of ours, or beside them."""
        said = [
            f"{kind.__name__} {'in the place of' if name in LAYERS else 'as'} {name}"
            for name, kind in self.kinds.items()
        ]
        return f"{self.path}: {', '.join(said)}"

    def line_of(self, kind: type[Layer], method: str) -> str:
        """Return file:line of a method where this file defines it; "" where it does not."""
        code = getattr(getattr(kind, method, None), "__code__", None)
        own = code is not None and code.co_filename == str(self.path)
        return f"{self.path}:{code.co_firstlineno}" if code is not None and own else ""


def load_layers(path: Path | None) -> OwnLayers:
    """Run a file, and return its layers; none without a file.

    Raises UsageError where anything in it is wrong.
    """
    return OwnLayers(Path(), b"", {}) if path is None else layers_of(path, path.read_bytes())


def layers_of(path: Path, source: bytes) -> OwnLayers:
    """Run what is in a file, here or where it is sent to, and return its layers. Raises UsageError."""
    try:
        tree = ast.parse(source, str(path))
    except (SyntaxError, ValueError) as error:
        raise unreadable(path, error) from error
    module = ModuleType(MODULE)
    module.__file__ = str(path)
    sys.modules[MODULE] = module  # where dataclasses look up the names in annotations
    with failures(UsageError, "correct the line"):
        exec(compile(tree, str(path), "exec", dont_inherit=True), vars(module))  # noqa: S102  # the user's own file, named by the user
    found = [kind for kind in vars(module).values() if _is_of(module, kind)]
    layers = [kind for kind in dict.fromkeys(found) if issubclass(kind, Layer)]
    lines = {node.name: node.lineno for node in tree.body if isinstance(node, ast.ClassDef)}
    if not layers:
        raise no_layers(path, found, lines)
    kinds: dict[str, type[Layer]] = {}
    for kind in layers:
        if inspect.isabstract(kind) and any(kind in other.__mro__[1:] for other in layers):
            continue  # a base of others
        place = f"{path}:{lines.get(kind.__name__, 1)}: class {kind.__name__}"
        _check(place, kind)
        with failures(UsageError, "correct the options", place):
            _make_dataclass(kind)
        _guard(place, kind)
        name = own_name(kind.__name__)
        if name in kinds:
            raise UsageError(
                f"{place}: found {kinds[name].__name__} for '{name}' before it, expected one class "
                "for each name; rename one of them, or begin its name with _"
            )
        kind.own_name, kinds[name] = name, kind
    # Pickled to another process it would not be found there; so that it cannot be, it is no module.
    del sys.modules[MODULE]
    return OwnLayers(path, source, kinds)


def own_name(class_name: str) -> str:
    """Return the name in configurations of a class: ours if either of our names is the same."""
    plain = class_name.lower().replace("_", "")
    for name, kind in {**LAYERS, **OTHER_NAMES}.items():
        if plain in (kind.__name__.lower(), name.replace("_", "")):
            return kind_of(kind)
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()


def _is_of(module: ModuleType, thing: Any) -> bool:
    """Return whether a thing is a class that the file defines, and not for itself only."""
    return (
        isinstance(thing, type) and thing.__module__ == module.__name__ and thing.__name__[0] != "_"
    )


def _make_dataclass(kind: type[Layer]) -> None:
    """Let annotated names be options, also without the decorator."""
    if "__dataclass_fields__" not in vars(kind):
        dataclass(eq=False)(kind)
    get_type_hints(kind)


def _check(place: str, kind: type[Layer]) -> None:
    """Reject what could not be used: an __init__, missing methods, or other arguments."""
    if "__init__" in vars(kind) and "__dataclass_fields__" not in vars(kind):
        raise UsageError(
            f"{place}: found an __init__, expected options as names with a type, such as "
            "`factor: float = 2.0` below the line `class`; what follows from them belongs in "
            "__post_init__"
        )
    if inspect.isabstract(kind):
        missing = sorted(kind.__abstractmethods__)
        lines = " and ".join(f"`def {name}({CALLS[name][0]}):`" for name in missing)
        raise UsageError(f"{place}: found no {' and no '.join(missing)}; write {lines}")
    for name, (written, arguments, options) in CALLS.items():
        method = vars(kind).get(name)
        if callable(method) and not _takes(method, arguments, options):
            raise UsageError(
                f"{place}: found `def {name}{inspect.signature(method)}:`, expected "
                f"`def {name}({written}):`; write it so"
            )


def _guard(place: str, kind: type[Layer]) -> None:
    """Let `shape_after` and `make_parameters` reject results that building a network trips over."""
    shape_after, make_parameters = kind.shape_after, kind.make_parameters

    @wraps(shape_after)
    def checked_shape(self: Layer, in_shape: Shape) -> Shape:
        shape = shape_after(self, in_shape)
        if not (isinstance(shape, tuple) and len(shape) == 3 and all(map(_counts, shape))):
            raise OwnLayerError(
                f"{place}: shape_after returns {shape!r} for {in_shape}, expected three whole numbers "
                "above 0, (C, H, W); return such a tuple"
            )
        return shape

    @wraps(make_parameters)
    def checked_parameters(self: Layer, rng: np.random.Generator) -> dict[str, Parameter]:
        made = make_parameters(self, rng)
        wrong = (
            made if not isinstance(made, dict) else next(filterfalse(_learns, made.values()), None)
        )
        if wrong is not None or made is None:
            raise OwnLayerError(
                f"{place}: make_parameters returns {type(wrong).__name__}, expected parameters by "
                'name, as {"gain": Parameter(np.ones(3))}; `from cnntrain.nn.parameter import Parameter`'
            )
        return made

    kind.shape_after, kind.make_parameters = checked_shape, checked_parameters  # type: ignore[method-assign]  # of this one class


def _counts(size: Any) -> bool:
    return isinstance(size, int | np.integer) and bool(size > 0)


def _learns(parameter: Any) -> bool:
    return isinstance(parameter, Parameter) and isinstance(parameter.value, np.ndarray)


def _takes(method: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> bool:
    """Return whether a function can be called with these arguments."""
    try:
        inspect.signature(method).bind(*arguments, **options)
    except TypeError:
        return False
    return True
