"""Each kind of layer in a sentence and a formula, forward and backward, with its own sizes.

x is the layer's input, y its output, dx = ∂E/∂x, dy = ∂E/∂y: the engine's letters. The formulas
are those of the layers' docstrings, which name their sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnntrain.nn.layers.activations import Activation
from cnntrain.nn.layers.base import Layer, shape_text
from cnntrain.nn.layers.convolution import Convolution
from cnntrain.nn.layers.dense import Dense
from cnntrain.nn.layers.dropout import Dropout
from cnntrain.nn.layers.pooling import Pooling
from cnntrain.nn.layers.weighted import Weighted


@dataclass(frozen=True)
class Rule:
    """A sentence, and the formula that it describes."""

    sentence: str
    formula: str = ""


@dataclass(frozen=True)
class Formulas:
    """What a layer does forward and backward, and how each of its parameters gets its gradient."""

    forward: Rule
    backward: Rule
    gradients: Mapping[str, Rule] = field(default_factory=dict)  # weights, bias


def conv(layer: Convolution) -> Formulas:
    """Return a convolution's formulas; with stride 1, backward is the full convolution (S1)."""
    rows, columns = (_under(*numbers) for numbers in zip("ij", "uv", layer.s, layer.p, strict=True))
    size = shape_text(layer.k)
    if layer.s == (1, 1):
        way = "Full convolution: the errors, zeros around them, under the kernel turned by 180°"
        back = f"dy[f,{_over('p', 'u', layer.p[0])},{_over('q', 'v', layer.p[1])}]"
    else:
        way = "Each output that x went into hands its error back, times the weight between them"
        back = f"dy[f,i,j]  where {rows} = p, {columns} = q"
    return Formulas(
        Rule(
            f"Slide each kernel of {layer.in_shape[0]}x{size} over the input; multiply, add up",
            f"y[f,i,j] = Σ_c Σ_u Σ_v W[f,c,u,v]·x[c,{rows},{columns}]{_plus(layer, 'f')}",
        ),
        Rule(way, f"dx[c,p,q] = Σ_f Σ_u Σ_v W[f,c,u,v]·{back}"),
        {
            "weights": Rule(
                "Gradient of a weight: each output's error times the input that the weight met there",
                f"dW[f,c,u,v] = Σ_i Σ_j dy[f,i,j]·x[c,{rows},{columns}]",
            ),
            "bias": Rule(
                "Gradient of a bias: the sum of the errors of all outputs that it is added to",
                "db[f] = Σ_i Σ_j dy[f,i,j]",
            ),
        },
    )


def dense(layer: Dense) -> Formulas:
    """Return a fully connected layer's formulas; maps are unrolled row by row."""
    maps, rows, columns = layer.in_shape
    inputs = maps * rows * columns
    unrolled = f",  i = (map·{rows} + row)·{columns} + column" if inputs > maps else ""
    return Formulas(
        Rule(
            f"Each of {layer.units} units weighs all {inputs} inputs and adds them up",
            f"y[j] = Σ_i W[j,i]·x[i]{_plus(layer, 'j')}{unrolled}",
        ),
        Rule(
            "The errors of all units, each times the weight that it is connected by",
            "dx[i] = Σ_j W[j,i]·dy[j]",
        ),
        {
            "weights": Rule(
                "Gradient of a weight: its unit's error times its input", "dW[j,i] = dy[j]·x[i]"
            ),
            "bias": Rule("Gradient of a bias: its unit's error", "db[j] = dy[j]"),
        },
    )


def mean_pool(layer: Pooling) -> Formulas:
    """Return mean pooling's formulas."""
    share, window = f"1/{layer.k[0] * layer.k[1]}", shape_text(layer.k)
    return Formulas(
        Rule(f"The mean of each {window} window", f"y = {share}·Σ x over the window"),
        Rule("Upsampling: the error is spread evenly over its window", f"dx = {share}·dy"),
    )


def max_pool(layer: Pooling) -> Formulas:
    """Return max pooling's formulas, with S3's index of the winner."""
    window = shape_text(layer.k)
    return Formulas(
        Rule(
            f"The largest number of each {window} window, j the row of y, i its column; its position "
            "(dy,dx) is remembered",
            f"y = max x over the window; found at {pooled_index(layer)} of its map",
        ),
        Rule(
            "Upsampling: the error goes back to the remembered position, the others get 0",
            "dx = dy for the winner, else 0",
        ),
    )


def activation(layer: Activation) -> Formulas:
    """Return an activation's formulas: its function and its slope, in its own words."""
    letters = {"{x}": "the input", "{y}": "the output"}
    known = [name for letter, name in letters.items() if letter in layer.df_text]
    source = f", known from {' and '.join(known)}" if known else ""
    y = activation_text(layer, layer.f_text, "x", "y")
    slope = activation_text(layer, layer.df_text, "x", "y")
    return Formulas(
        Rule("Each number on its own", f"y = {y}"),
        Rule(f"The error times the slope y′{source}", f"dx = y′·dy,  y′ = {slope}"),
    )


def activation_text(layer: Activation, template: str, x: str, y: str) -> str:
    """Return a text of an activation with a letter or a number for its x, y and slope a."""
    x, y = (f"({number})" if number.startswith("-") else number for number in (x, y))
    return template.format(x=x, y=y, a=f"{getattr(layer, 'slope', 0):g}")


def dropout(layer: Dropout) -> Formulas:
    """Return dropout's formulas."""
    kept = 1 / (1 - layer.rate)
    return Formulas(
        Rule(
            "Numbers are switched off at random and the others enlarged: this pass draws a mask m as "
            "in training; `predict` does not, so its y and E differ",
            f"y = m·x,  m = 0 with probability {layer.rate:g}, else 1/(1 − {layer.rate:g}) = {kept:.6g}",
        ),
        Rule("What was switched off gets no error", "dx = m·dy"),
    )


def unexplained(layer: Layer) -> Formulas:
    """Return what can be said of a kind of layer that has no explainer: its docstring."""
    about = (type(layer).__doc__ or type(layer).__name__).strip().splitlines()[0].rstrip(".")
    made = "as the layer computed it"
    return Formulas(
        Rule(f"{about}; only the results are shown"),
        Rule(f"The error with respect to the input, {made}"),
        {part: Rule(f"The gradient of its {part}, {made}") for part in layer.parameters},
    )


def _plus(layer: Weighted, output: str) -> str:
    """Return the bias as a summand, if there is one."""
    return f" + b[{output}]" if "bias" in layer.parameters else ""


def pooled_index(layer: Pooling) -> str:
    """Return the index formula of S3, such as (2j+dy)·10 + 2i+dx for row j, column i."""
    row, column = (f"{'' if s == 1 else s}{name}" for s, name in zip(layer.s, "ji", strict=True))
    return f"({row}+dy)·{layer.in_shape[2]} + {column}+dx"


def _under(position: str, tap: str, stride: int, padding: int) -> str:
    """Return the image position under a tap, such as 2i+u−1."""
    start = position if stride == 1 else f"{stride}{position}"
    return f"{start}+{tap}" + (f"−{padding}" if padding else "")


def _over(position: str, tap: str, padding: int) -> str:
    """Return the output position whose window has an image position under a tap: p−u+1."""
    return f"{position}−{tap}" + (f"+{padding}" if padding else "")
