"""A trace as text of 80 columns, in the order in which a learner would compute it."""

import textwrap
from itertools import groupby

from cnntrain.explain.trace.steps import Section, Trace, Update
from cnntrain.explain.trace.sums import WIDTH, labelled, number, row, step_lines

UNITS = 16  # outputs in the table of the error; of more only the largest derivatives
SMALL = "The network is small: all of its numbers are shown."
PATH = (
    "A weight's gradient is a sum over all paths that lead from it to an output. The cells below "
    "lie on one of them, where the numbers are largest."
)
LETTERS = (
    "In each layer x is the input, y the output, W the weights, b the bias. E is the error; dx, "
    "dy, dW, db are its derivatives ∂E/∂x, ∂E/∂y, ∂E/∂W, ∂E/∂b."
)


def as_text(trace: Trace) -> str:
    """Return the whole trace."""
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
    return "\n".join([*lines, "", *_agreement(trace)])


def _head(trace: Trace) -> list[str]:
    """Return what is traced, and the path."""
    weights = "initial weights" if trace.model is None else f"weights of {trace.model}"
    lines = _wrapped(f"{trace.config}, {weights}; {trace.image}. {trace.note or ''}")
    lines += ["", *(_wrapped(SMALL) if trace.everything else _path(trace))]
    lines += ["", *_wrapped(LETTERS)]
    return [*lines, "", *_wrapped(trace.legend)] if trace.legend else lines


def _path(trace: Trace) -> list[str]:
    """Return the layers with the cells that are followed."""
    lines = _wrapped(f"Followed: the weight {trace.weight} and output unit {trace.unit}. {PATH}")
    lines += ["", "  layer          output      [map,row,column], counted from 0"]
    for name, shape, cell in trace.path:
        place = "not on the path" if cell is None else f"[{','.join(map(str, cell))}]"
        mark = "  ← the weight" if name == trace.weight.partition(".")[0] else ""
        lines.append(f"  {name:<15}{_times(shape):<12}{place}{mark}")
    return lines


def _banner(title: str) -> list[str]:
    return ["", "═" * WIDTH, title, "═" * WIDTH]


def _layer_head(section: Section, arrow: str) -> list[str]:
    """Return a ruled line with the layer's name and the shapes on both sides of it."""
    shapes = arrow.join(map(_times, section.shapes))
    return [
        "",
        f"── {section.layer} {'─' * (WIDTH - 5 - len(section.layer) - len(shapes))} {shapes}",
    ]


def _rule(section: Section) -> list[str]:
    """Return a sentence, its formula, and the steps that follow it."""
    lines = [*_wrapped(f"{section.sentence}:"), f"  {section.formula}"]
    for step in section.steps:
        lines += step_lines(step)
    return lines


def _loss(trace: Trace) -> list[str]:
    """Return the error, output by output, and its derivatives."""
    loss = trace.loss
    softmax = loss.kind == "softmax_cross_entropy"
    between = f"{'p':>15}{'t':>5}" if softmax else f"{'t':>12}"
    lines = ["", f"  {loss.formula}", f"  {loss.backward}", ""]
    lines.append(f"  {'output':<13}{'y':>15}{between}{'part of E':>15}{'∂E/∂y':>15}")
    largest = sorted(loss.rows, key=lambda output: -abs(output.value))[:UNITS]
    for output in loss.rows:
        if output in largest or output.unit == trace.unit:
            mark = "→" if output.unit == trace.unit else " "
            y, p, t = map(number, (output.output, output.answer, output.target))
            between = f"{p:>15}{t:>5}" if softmax else f"{t:>12}"
            share, derivative = number(output.share), number(output.value)
            lines.append(f"{mark} {output.name:<13}{y:>15}{between}{share:>15}{derivative:>15}")
    if len(loss.rows) > UNITS:
        lines.append(f"  and outputs with smaller derivatives; there are {len(loss.rows)} in all")
    return [*lines, "", row("E, the sum of the parts", loss.value)]


def _updates(trace: Trace) -> list[str]:
    """Return the weights before and after, layer by layer, and the error after the step."""
    lines = _formula(trace.rule_formula)
    for layer, parts in groupby(trace.updates, key=lambda update: update.layer):
        updates = list(parts)
        lines += ["", f"{layer}: {updates[0].rate_name} = {updates[0].rate:g}"]
        shown = [_update(update) for update in updates]
        for position, text in enumerate(shown):
            lines += [] if text in shown[:position] else text  # biases may share a name
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


def _update(update: Update) -> list[str]:
    name, before = update.symbol or update.name, number(update.before)
    if update.frozen:
        return labelled(name, f"{before:>15}   frozen: stays as it is")
    change = number(update.change)
    notes = [f"    {note}" for note in update.notes]
    return [*notes, *labelled(name, f"{before:>15} − {change:>15} = {number(update.value):>15}")]


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


def _times(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))
