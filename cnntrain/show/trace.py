"""A trace as text of 80 columns, in the order in which a learner would compute it, or as JSON."""

import textwrap
from dataclasses import fields, is_dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from cnntrain.explain.trace.lines import Section, Term, Trace, Update, number
from cnntrain.nn.layers.base import shape_text
from cnntrain.show.arithmetic import WIDTH, labelled, line_text, row
from cnntrain.system.text import joined

MOST_OUTPUTS = 16  # in the table of the error; otherwise those with the largest derivatives
DERIVED: dict[type, list[str]] = {
    Term: ["product"],
    Update: ["total"],
    Trace: ["largest_difference"],
}  # in JSON too
JSON_NAMES: dict[tuple[type, str], str] = {
    (Section, "lines"): "steps"
}  # programs may rely on this older name
ALL_SHOWN = "The network is small: all of its numbers are shown."
PATH = (
    "A weight's gradient is a sum over all paths that lead from it to an output. The cells below "
    "lie on one of them, where the numbers are largest."
)
LETTERS = (
    "In each layer x is the input, y the output, W the weights, b the bias. E is the error; dx, "
    "dy, dW, db are its derivatives ∂E/∂x, ∂E/∂y, ∂E/∂W, ∂E/∂b."
)


def as_object(trace: Trace) -> dict[str, Any]:
    """Return the trace as `trace --json` prints it, with all its numbers."""
    found: dict[str, Any] = _plain(trace)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        kind = type(value)
        names = [field.name for field in fields(value)] + DERIVED.get(kind, [])
        return {JSON_NAMES.get((kind, name), name): _plain(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value) if isinstance(value, Path) else value


def as_text(trace: Trace) -> str:
    """Return the whole trace as text."""
    lines = [*_head(trace), *_banner("FORWARD: from the input to the output")]
    for section in trace.forward:
        lines += [*_layer_head(section, " → "), *_rule(section)]
    lines += [*_banner("THE ERROR: outputs against targets"), *_loss(trace)]
    lines += _banner("BACKWARD: the error goes down and leaves gradients")
    for _, parts in groupby(trace.backward, key=lambda section: section.layer):
        sections = list(parts)
        lines += _layer_head(sections[0], " ← ")
        for section in sections:
            lines += ["", *_rule(section)] if section is not sections[0] else _rule(section)
    lines += [*_banner(f"UPDATE: one step of {trace.rule}"), *_updates(trace)]
    return joined([*lines, "", *_agreement(trace)])


def _head(trace: Trace) -> list[str]:
    """Return what is traced, and the path."""
    weights = "initial weights" if trace.model is None else f"weights of {trace.model}"
    lines = _wrapped(f"{trace.config}, {weights}; {trace.image}. {trace.note or ''}")
    lines += ["", *(_wrapped(ALL_SHOWN) if trace.everything else _path(trace))]
    lines += ["", *_wrapped(LETTERS)]
    return [*lines, "", *_wrapped(trace.legend)] if trace.legend else lines


def _path(trace: Trace) -> list[str]:
    """Return the layers with the cells that are followed."""
    lines = _wrapped(f"Followed: the weight {trace.weight} and output unit {trace.unit}. {PATH}")
    lines += ["", "  layer          output      [map,row,column], counted from 0"]
    for name, shape, cell in trace.path:
        place = "not on the path" if cell is None else f"[{','.join(map(str, cell))}]"
        mark = "  ← the weight" if name == trace.weight.partition(".")[0] else ""
        lines.append(f"  {name:<15}{shape_text(shape):<12}{place}{mark}")
    return lines


def _banner(title: str) -> list[str]:
    return ["", "═" * WIDTH, *_wrapped(title), "═" * WIDTH]


def _layer_head(section: Section, arrow: str) -> list[str]:
    """Return a ruled line with the layer's name and the shapes on both sides of it."""
    shapes = arrow.join(map(shape_text, section.shapes))
    return [
        "",
        f"── {section.layer} {'─' * (WIDTH - 5 - len(section.layer) - len(shapes))} {shapes}",
    ]


def _rule(section: Section) -> list[str]:
    """Return a sentence, its formula, and the numbers that it leads to."""
    text = _wrapped(f"{section.sentence}:")
    if section.formula:
        text.append(f"  {section.formula}")
    for line in section.lines:
        text += line_text(line)
    return text


def _loss(trace: Trace) -> list[str]:
    """Return the error, output by output, and its derivatives."""
    loss = trace.loss
    softmax = loss.kind == "softmax_cross_entropy"
    between = f"{'p':>15}{'t':>5}" if softmax else f"{'t':>12}"
    lines = ["", f"  {loss.formula}", f"  {loss.backward}", ""]
    lines.append(f"  {'output':<13}{'y':>15}{between}{'part of E':>15}{'∂E/∂y':>15}")
    largest = sorted(loss.rows, key=lambda output: -abs(output.value))[:MOST_OUTPUTS]
    for output in loss.rows:
        if output in largest or output.unit == trace.unit:
            mark = "→" if output.unit == trace.unit else " "
            y, p, t = map(number, (output.output, output.answer, output.target))
            between = f"{p:>15}{t:>5}" if softmax else f"{t:>12}"
            share, derivative = number(output.share), number(output.value)
            lines.append(f"{mark} {output.name:<13}{y:>15}{between}{share:>15}{derivative:>15}")
    if len(loss.rows) > MOST_OUTPUTS:
        lines.append(f"  and outputs with smaller derivatives; there are {len(loss.rows)} in all")
    return [*lines, "", row("E, the sum of the parts", loss.value)]


def _updates(trace: Trace) -> list[str]:
    """Return the weights before and after, layer by layer, and the error after the step."""
    lines = _formula(trace.rule_formula)
    if trace.schedule is not None:
        note = f"Rates are as configured here; in training, the {trace.schedule}."
        lines += textwrap.wrap(note, WIDTH, initial_indent="  ", subsequent_indent="  ")
    for layer, parts in groupby(trace.updates, key=lambda update: update.layer):
        updates = list(parts)
        lines += ["", f"{layer}: {updates[0].rate_name} = {updates[0].rate:g}"]
        for text in dict.fromkeys(map(_update, updates)):  # once where biases share a name
            lines += text
    lines += ["", row("E before the step", trace.loss.value), row("E after it", trace.loss_after)]
    published = trace.published
    if published is None:
        return lines
    return [
        *lines,
        row("E after it, as published", published.loss),
        row("E after it, each layer updated before errors pass it", published.in_turn),
        *_wrapped(published.note),
    ]


def _update(update: Update) -> tuple[str, ...]:
    name, before = update.symbol or update.name, number(update.before)
    if update.frozen:
        return (*labelled(name, f"{before:>15}   frozen: stays as it is"),)
    change = number(update.change)
    notes = [f"    {note}" for note in update.notes]
    return (*notes, *labelled(name, f"{before:>15} − {change:>15} = {number(update.value):>15}"))


def _formula(formula: str) -> list[str]:
    """Return an update rule's formulas, and when the gradients are taken."""
    text = f"{formula}, all gradients taken before any update"
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _agreement(trace: Trace) -> list[str]:
    return _wrapped(
        f"All {len(trace.numbers)} results above are the network's own. The arithmetic shown here "
        f"was done again for each; it differs by {trace.largest_difference:.1g} at most."
    )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
