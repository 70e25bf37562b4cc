"""Slips of people who write YAML for the first time: each message names the line and the remedy."""

import re
from collections.abc import Callable

import pytest

from cnntrain.config import parse_config
from cnntrain.config.find import find_config
from cnntrain.errors import ConfigError

# The line numbers matter: complaints name them.
TEXT = """\
dataset: mnist
network:
  - conv: {filters: 6, kernel: 5}
  - sigmoid
  - mean_pool: 2
  - dense: 10
  - sigmoid
loss: mse
train:
  batchsize: 50
  epochs: 10
  # it's the text's rate
  alpha: 15.0
seed: 0
"""

CHARACTERS = [
    ("  batchsize", "\tbatchsize", "10: found a tab at the beginning of the line, expected spaces"),
    ("  - sigmoid", "\t- sigmoid", "4: found a tab at the beginning of the line, expected spaces"),
    ("epochs: ", "epochs:\t", "11: found a tab, expected spaces"),
    ("epochs: ", "epochs：", "11: found a full-width colon '：' (U+FF1A), expected ':'"),
    ("loss: ", "loss：", "8: found a full-width colon"),
    ("dense: ", "dense：", "6: network[3].dense：10: unknown layer; it has a full-width colon"),
    ("epochs: ", "epochs:\u00a0", "11: found a no-break space (U+00A0), expected a space"),
    ("  epochs", "\u00a0\u00a0epochs", "11: found a no-break space (U+00A0), expected a space"),
    ("epochs: 10", "epochs: 10\u200b", "11: train.epochs: found the text '10\\u200b', expected"),
    ("sigmoid", "sigmoid\u200b", "4: network[1].sigmoid\u200b: unknown layer; it has an invisible"),
    ("mnist", "“mnist”", "1: dataset.“mnist”: unknown data set; it has a typographic quote"),
    ("  - dense", "  – dense", "6: found an en dash '–' (U+2013), expected '-'"),
    ("  - dense", "  * dense", "6: found '*', expected '-'; write `- dense: 10`"),
    ("mse", "@mse", "8: found '@' at the beginning of a value"),
]

BLANKS_AND_COLONS = [
    ("epochs: 10", "epochs:10", "11: found no space after the colon; write `epochs: 10`"),
    ("batchsize: 50", "batchsize:50", "10: found no space after the colon; write `batchsize: 50`"),
    ("seed: 0", "seed:0", "14: found no space after the colon; write `seed: 0`"),
    ("alpha: 15.0", "alpha:15.0", "13: found no space after the colon; write `alpha: 15.0`"),
    (
        "conv: {",
        "conv:{",
        "3: found no space after the colon; write `conv: {filters: 6, kernel: 5}`",
    ),
    ("dense: 10", "dense:10", "6: network[3].dense:10: unknown layer; a space is missing after"),
    ("filters: 6", "filters:6", "3: network[0].conv.filters:6: unknown option; a space is missing"),
    ("epochs: 10", "epochs 10", "11: found no colon after 'epochs'; write `epochs: 10`"),
    ("dataset: mnist", "dataset mnist", "1: found no colon after 'dataset'; write `dataset: mn"),
    ("train:", "train", "9: found no colon after 'train'; write `train:`"),
    ("epochs: ", "epochs = ", "11: found '=', expected a colon and a space; write `epochs: 10`"),
    ("epochs: ", "epochs; ", "11: found ';', expected a colon and a space; write `epochs: 10`"),
    ("loss: mse", "loss: mse seed: 1", "8: found a second colon in this line"),
    ("  - sigmoid", "  -sigmoid", "4: found no space after the dash; write `- sigmoid`"),
    ("  - sigmoid", "  sigmoid", "4: found no dash before 'sigmoid'; write `- sigmoid`"),
    ("  - conv", "  conv", "3: found no dash before 'conv', though the lines below have one"),
    ("  - dense", "  dense", "6: found no dash before 'dense', though the lines above have one"),
    (
        "  epochs",
        "  - epochs",
        "11: found a dash before 'epochs', though the lines above have none",
    ),
    ("  - dense", "  -`dense", "6: found no space after the dash; write `- `dense: 10`"),
    ("  - dense", "  1- dense", "6: found '1' before the dash; write `- dense: 10`"),
    ("  - dense", " z - dense", "6: found 'z' before the dash; write `- dense: 10`"),
    ("  - dense", ":  - dense", "6: found ':' before the dash; write `- dense: 10`"),
    ("dense: 10", "dense :10", "6: network[3].dense :10: unknown layer; a space is missing after"),
    ("- dense", "- &dense", "6: network[3].: unknown layer; found no name before the colon; a '&'"),
    ("network:", "network: - conv", "2: found '- ' behind something else on its line"),
]

INDENTATION = [
    ("  - sigmoid", "   - sigmoid", "4: the line is indented by 3 spaces, expected 2"),
    ("  - dense", " - dense", "6: the line is indented by 1 space, expected 2"),
    ("  - dense", "- dense", "6: the line is indented by 0 spaces, expected 2"),
    ("  epochs", "   epochs", "11: the line is indented by 3 spaces, expected 2 or 0"),
    ("  epochs", "epochs", "11: the line is indented by 0 spaces, expected 2"),
    ("  batchsize", "batchsize", "10: the line is indented by 0 spaces, expected 2"),
    ("  batchsize", "    batchsize", "10: the line is indented by 4 spaces, expected 2"),
    ("  - conv", " - conv", "3: the line is indented by 1 space, expected 2"),
    ("  - conv", "- conv", "3: the line is indented by 0 spaces, expected 2"),
    ("dataset", " dataset", "1: the line is indented by 1 space, expected 0"),
    ("  batchsize", "  - batchsize", "10: found a dash before 'batchsize', though the lines below"),
    ("dataset", "- dataset", "1: found a dash before 'dataset', though the lines below have none"),
    (
        "dataset: mnist\n",
        "dataset:\n  - mnist\n",
        "2: dataset: found the list [mnist], expected one",
    ),
    ("loss", " loss", "8: the line is indented by 1 space, expected 0"),
    ("train", "  train", "9: the line is indented by 2 spaces, expected 0"),
    ("loss", "  loss", "8: the line is indented by 2 spaces, expected 0 as in the other sections"),
    ("  - conv", " - conv", "3: the line is indented by 1 space, expected 2 as in the lines belo"),
    ("  batchsize", " batchsize", "10: the line is indented by 1 space, expected 2 as in the lin"),
    ("dataset", " dataset", "1: the line is indented by 1 space, expected 0 as in the lines below"),
    (
        "dataset: mnist",
        "  dataset:\n    mnist:\n      resize: 14",
        "1: the line is indented by 2 spaces, expected 0 as in the lines below",
    ),
    (
        "  - mean_pool",
        "   mean_pool",
        "5: found no dash before 'mean_pool'; write `- mean_pool: 2`",
    ),
    ("  - sigmoid", "   sigmoid", "4: found no dash before 'sigmoid'; write `- sigmoid`"),
    (
        "  - conv: {filters: 6, kernel: 5}",
        "  - conv:\n      filters: 6\n     kernel: 5",
        "5: the line is indented by 5 spaces, expected 6 or 4 or 0 as in the lines above",
    ),
]

BRACKETS_AND_QUOTES = [
    ("kernel: 5}", "kernel: 5", "3: found '{' without '}'"),
    ("kernel: 5}", "kernel: 5]", "3: found ']', expected '}' to close '{'"),
    ("kernel: 5}", "kern}el: 5}", "3: found 'el: 5}' behind the end of a value; remove it"),
    ("kernel: 5}", "kernel: 5}}", "3: found '}' without an opening one before it"),
    ("6, kernel", "6 kernel", "3: found no comma between two entries"),
    ("6, kernel", "6,, kernel", "3: found ',' where a value is expected"),
    ("  - sigmoid", "[  - sigmoid", "4: found '[' at the beginning of the line; remove it"),
    ("loss: mse", "loss:} mse", "8: found no name with a colon and a space behind it; expected"),
    ("  - sigmoid", " | - sigmoid", "4: found '|' or '>' at the beginning of a value, which mea"),
    ("mnist", "'mnist", "1: found a quote ' that is not closed"),
    ("mnist", '"mnist', '1: found a quote " that is not closed'),
    ("mnist", '"c:\\Users"', "1: found a backslash in double quotes"),
]

VALUES = [
    ("train:", "tra.in:", "9: tra.in: unknown option; did you mean 'train'?"),
    ("epochs: 10", "epochs: 50,0", "11: train.epochs: found the text '50,0', expected a whole nu"),
    (
        "epochs: 10",
        "validation: 0.1",
        "11: train.validation: found 0.1, expected a whole number; it is a number of images, su",
    ),
    (
        "epochs: 10",
        "validation: 10%",
        "11: train.validation: found the text '10%', expected a whole number; it is a number of",
    ),
    (
        "epochs: 10",
        "epochs: '10'",
        "11: train.epochs: found the text '10', expected a whole number; r",
    ),
    (
        "epochs: 10",
        "epochs: 1,000",
        "11: train.epochs: found the text '1,000', expected a whole numb",
    ),
    (
        "alpha: 15.0",
        "alpha: 0,5",
        "13: train.alpha: found the text '0,5', expected a number; write 0.5",
    ),
    (
        "alpha: 15.0",
        "alpha: 50%",
        "13: train.alpha: found the text '50%', expected a number; write 0.5",
    ),
    (
        "5}",
        "5, bias: no}",
        "3: network[0].conv.bias: found the text 'no', expected true or false or",
    ),
    (
        "5}",
        "5, padding: same}",
        "3: network[0].conv.padding: found the text 'same', expected a whol",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [*CHARACTERS, *BLANKS_AND_COLONS, *INDENTATION, *BRACKETS_AND_QUOTES, *VALUES],
)
def test_a_slip_is_found_in_its_own_line(old: str, new: str, complaint: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigError) as caught:
        parse_config(TEXT.replace(old, new, 1), "x.yaml")
    assert str(caught.value).startswith(f"x.yaml:{complaint}")
    assert "YAML:" not in str(caught.value)  # the parser's own words


def test_an_unknown_name_is_found_in_its_own_line() -> None:
    text = TEXT.replace("dataset: mnist", "dataset:\n  mnits:\n    resize: 14")
    with pytest.raises(ConfigError, match=r"^x.yaml:2: dataset.mnits: unknown data set; did you "):
        parse_config(text, "x.yaml")


def test_a_decimal_comma_where_no_decimals_are_taken_gets_no_advice() -> None:
    with pytest.raises(ConfigError, match=r"expected a whole number$"):
        parse_config(TEXT.replace("epochs: 10", "epochs: 50,0"), "x.yaml")


def test_layers_without_dashes_are_told_to_have_some() -> None:
    for network in ("conv: 1\n  sigmoid:\n  conv: 2", "conv: 1\n  sigmoid:"):
        with pytest.raises(ConfigError, match=r"begin (each layer )?with '- '$"):
            parse_config(f"dataset: mnist\nnetwork:\n  {network}\n", "x.yaml")


def test_options_as_far_left_as_their_layer_are_found() -> None:
    text = TEXT.replace("{filters: 6, kernel: 5}", "\n    filters: 6\n    kernel: 5")
    with pytest.raises(ConfigError, match=r"^x.yaml:4: network\[0\].conv: found 'filters' as far"):
        parse_config(text, "x.yaml")


LENET = find_config("lenet").read_text(encoding="utf-8").splitlines()
EDITS: dict[str, Callable[[str], str]] = {
    "no colon": lambda line: line.replace(":", "", 1),
    "no space after the colon": lambda line: line.replace(": ", ":", 1),
    "another colon": lambda line: line.replace(":", "：", 1),
    "an equals sign": lambda line: line.replace(": ", "=", 1),
    "a quote": lambda line: line.replace(": ", ": '", 1),
    "a tab": lambda line: line.replace("  ", "\t", 1) if line.startswith("  ") else line,
    "a no-break space": lambda line: line.replace(" ", "\u00a0", 1),
    "a space more": lambda line: f" {line}",
    "a space less": lambda line: line.removeprefix(" "),
    "no dash": lambda line: line.replace("- ", "", 1),
    "no space after the dash": lambda line: line.replace("- ", "-", 1),
    "a dash": lambda line: re.sub(r"^( *)(?=[a-z])", r"\1- ", line),
    "no closing brace": lambda line: line.replace("}", "", 1),
    "no opening brace": lambda line: line.replace("{", "", 1),
    "no comma": lambda line: line.replace("},", "}").replace(",", "", 1),
}


@pytest.mark.parametrize("edit", EDITS)
def test_each_slip_in_each_line_of_a_shipped_configuration_is_found_there(edit: str) -> None:
    tried = 0
    for number, line in enumerate(LENET, 1):
        code = line.partition("#")[0]
        wrong = EDITS[edit](code)
        if not code.strip() or wrong == code:
            continue
        tried += 1
        text = "\n".join([*LENET[: number - 1], wrong, *LENET[number:], ""])
        with pytest.raises(ConfigError, match=rf"^x.yaml:{number}: (?!.*YAML:)"):
            parse_config(text, "x.yaml")
    assert tried
