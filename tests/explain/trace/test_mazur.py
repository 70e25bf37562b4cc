"""M. Mazur's worked example (S2), number for number, in what `cnntrain trace mazur.yaml` prints."""

import re

import pytest
from click.testing import CliRunner

from cnntrain.cli import main

NUMBER = r"(-?\d[\d.e-]*)"

# Every number of M. Mazur's text (S2), and where the trace has it: the start of the line, or of
# the block of lines whose last one ends with it.
PUBLISHED = {
    "out_h1 =": "0.593269992",
    "out_h2 =": "0.596884378",
    "out_o1 =": "0.75136507",
    "out_o2 =": "0.772928465",
    "E, the sum of the parts": "0.298371109",
    "∂out_o1/∂net_o1 =": "0.186815602",
    "δ_o1 = ∂E/∂net_o1": "0.138498562",
    "∂E/∂w5 =": "0.082167041",
    "∂E_o1/∂out_h1 =": "0.055399425",
    "∂E_o2/∂out_h1 =": "-0.019049119",
    "∂E/∂out_h1": "0.036350306",
    "∂out_h1/∂net_h1 =": "0.241300709",
    "∂E/∂w1 =": "0.000438568",
    "w5  ": "0.35891648",
    "w6  ": "0.408666186",
    "w7  ": "0.511301270",
    "w8  ": "0.561370121",
    "w1  ": "0.149780716",
    "w2  ": "0.19956143",
    "w3  ": "0.24975114",
    "w4  ": "0.29950229",
    "E after it, each layer updated before errors pass it": "0.291027924",
}


def figure(text: str, start: str) -> float:
    """Return the last number of the line that starts so, or of the block that it heads."""
    for block in text.split("\n\n"):
        lines = [line.strip() for line in block.splitlines()]
        for at, line in enumerate(lines):
            if line.startswith(start):
                heads_a_block = at == 0 and not re.search(rf"= +{NUMBER}$", line)
                found = re.search(rf"{NUMBER}$", lines[-1] if heads_a_block else line)
                assert found is not None
                return float(found[1])
    raise AssertionError(f"{start!r} is nowhere in the trace")


@pytest.fixture(scope="module")
def mazur() -> str:
    result = CliRunner().invoke(main, ["trace", "mazur.yaml"])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize(("start", "published"), PUBLISHED.items())
def test_every_number_of_mazurs_example_is_in_its_trace_as_in_S2(
    mazur: str, start: str, published: str
) -> None:
    decimals = len(published.partition(".")[2])
    found = figure(mazur, start)
    if start == "∂E_o2/∂out_h1 =":  # -0.0190491183; the text multiplied factors already rounded
        assert abs(found - float(published)) < 10**-decimals
    else:
        assert f"{found:.{decimals}f}" == published


def test_mazurs_errors_and_their_derivatives_stand_in_the_table_of_outputs_as_in_S2(
    mazur: str,
) -> None:
    rows = dict(re.findall(r"^[→ ] (out_o\d) +(.*)$", mazur, re.MULTILINE))
    assert rows["out_o1"].split() == ["0.75136507", "0.01", "0.274811083", "0.74136507"]
    y, t, error, _ = rows["out_o2"].split()
    assert (y, t, f"{float(error):.9f}") == ("0.772928465", "0.99", "0.023560026")


def test_mazurs_error_after_a_step_stands_beside_the_published_one_with_the_reason(
    mazur: str,
) -> None:
    assert figure(mazur, "E before the step") == 0.298371109
    assert figure(mazur, "E after it  ") == 0.291027774
    assert figure(mazur, "E after it, as published") == 0.291027924
    assert "take all gradients first." in " ".join(mazur.split())


def test_mazurs_biases_stay_as_they_are(mazur: str) -> None:
    assert re.findall(r"(b\d) +(\S+) +frozen: stays as it is", mazur) == [
        ("b1", "0.35"),
        ("b2", "0.6"),
    ]
