"""The stages of a network: layers in a row whose output has one shape, as pictures of it show."""

from collections.abc import Sequence
from dataclasses import dataclass

from cnntrain.explain.describe import LayerRow
from cnntrain.nn.layers.base import Shape, shape_text

SIDE = 28  # characters of the largest map
BLOCK, HALF = "█", "▌"


@dataclass(frozen=True)
class Stage:
    """The layers that make a shape (C, H, W), and those after them that keep it."""

    names: tuple[str, ...]
    shape: Shape
    parameters: int


def stages(rows: Sequence[LayerRow]) -> list[Stage]:
    """Return the stages of rows, the input first; a row without a shape, which fits not, is left out.

    A layer that multiplies weights with its input begins one, even if it keeps the shape.
    """
    found: list[Stage] = []
    for row in rows:
        if row.shape is None:
            continue
        if found and row.shape == found[-1].shape and not row.multiply_adds:
            last = found.pop()
            names, parameters = (*last.names, row.name), last.parameters + row.parameters
            found.append(Stage(names, row.shape, parameters))
        else:
            found.append(Stage((row.name,), row.shape, row.parameters))
    return found


def stack(rows: Sequence[LayerRow], width: int | None, *, blocks: bool = True) -> list[str]:
    """Return a line for each stage: a bar as long as its maps are wide, their shape, its layers.

    No line exceeds `width`, unless the shapes alone do; None sets no limit. Without `blocks`, for a
    terminal that lacks them, bars are drawn with #.
    """
    found = stages(rows)
    widest = max(stage.shape[2] for stage in found)
    side = min(SIDE, widest) if width is None or width >= 60 else min(SIDE // 2, widest)
    shapes = [shape_text(stage.shape) for stage in found]
    longest = max(map(len, shapes))
    lines = []
    for stage, shape in zip(found, shapes, strict=True):
        length = side * stage.shape[2] / widest
        bar = BLOCK * round(length) if length >= 0.75 else HALF
        bar = bar if blocks else "#" * len(bar)
        line = f"  {bar:^{side}}  {shape:<{longest}}  {', '.join(stage.names)}".rstrip()
        if width is not None and len(line) > width:
            line = f"{line[: max(0, width - 4)].rstrip(' ,')} ..."
        lines.append(line)
    return lines
