"""A learner's layer: each mistake leads to its sentence, and a right layer to none."""

from pathlib import Path

import numpy as np
import pytest

from cnntrain.errors import OwnLayerError, UsageError
from tests.explain.exercises import (
    CENTRED,
    CONVOLUTION,
    DENSE,
    FROM_NOTHING,
    GAIN,
    MAX_POOL,
    MEAN_POOL,
    SIGMOID,
    TANH,
    findings,
)

RIGHT = [CONVOLUTION, FROM_NOTHING, DENSE, SIGMOID, TANH, MEAN_POOL, MAX_POOL]
BESIDE = {GAIN: "network[1]=gain", CENTRED: "network[1]=centred"}


@pytest.mark.parametrize("source", [*RIGHT, *BESIDE])
def test_a_right_layer_is_right(tmp_path: Path, source: str) -> None:
    found = findings(tmp_path, source, *([BESIDE[source]] if source in BESIDE else []))
    assert {finding.array for finding in found} >= {"dx"}
    assert [f"{f.layer}.{f.array}: {f.problem}" for f in found if not f.right] == []


FLIP = "a missing flip of the kernel"
MEAN = "the mean over the batch is taken twice"
AXIS = "a sum over the wrong axis"
MISTAKES = [
    (CONVOLUTION, "self.W[:, :, u, v], dy", "self.W[:, :, -1 - u, -1 - v], dy", "conv1.dx", FLIP),
    (CONVOLUTION, '"fc,nfij->ncij"', '"cf,nfij->ncij" if self.in_shape[0] > 1 else "fc,nfij->ncij"', "conv2.dx", "a transposed array: filters and"),
    (CONVOLUTION, "W[:, :, u, v], dy", "W[:, :, v, u], dy", "conv2.dx", "rows and columns of W"),
    (CONVOLUTION, "dx[:, :, i, j] +=", "dx[:, :, i, j] =", "conv2.dx", "overwrite each other"),
    (CONVOLUTION, "gradients(dW, db)", "gradients(dW[..., ::-1, ::-1], db)", "conv2.dW", "turned by 180"),
    (CONVOLUTION, "gradients(dW, db)", "gradients(dW / len(dy), db)", "conv1.dW", MEAN),
    (CONVOLUTION, "gradients(dW, db)", "gradients(dW * len(dy), db)", "conv1.dW", "a forgotten mean"),
    (CONVOLUTION, "gradients(dW, db)", "gradients(dW.swapaxes(2, 3), db)", "conv1.dW", "a transposed"),
    (CONVOLUTION, '"nfij,ncij->fc", dy', '"nfij,ncij->fc", dy[:1].repeat(len(dy), 0) * (np.arange(len(dy)) < 1)[:, None, None, None]', "conv1.dW", "only the first image counts"),
    (CONVOLUTION, "axis=(0, 2, 3)", "axis=(1, 2, 3)", "conv1.db", AXIS),
    (CONVOLUTION, "dy.sum(axis=(0, 2, 3))", "dy.sum()", "conv1.db", AXIS),
    (CONVOLUTION, "dy.sum(axis=(0, 2, 3))", "dy.mean(axis=(0, 2, 3))", "conv1.db", "a mean is taken"),
    (CONVOLUTION, "dy.sum(axis=(0, 2, 3))", "-dy.sum(axis=(0, 2, 3))", "conv1.db", "the sign is"),
    (CONVOLUTION, "dy.sum(axis=(0, 2, 3))", "3.7 * dy.sum(axis=(0, 2, 3))", "conv1.db", "3.7 times"),
    (CONVOLUTION, "return dx", "return dx[:, :, 2:-2, 2:-2]", "conv1.dx", "has to be full"),
    (CONVOLUTION, "return dx", "return 0 * dx", "conv1.dx", "all of it is 0"),
    (CONVOLUTION, 'ij", self.W[:, :, u, v], und', 'ij", self.W[:, :, -1-u, -1-v], und', "conv1.y", "the kernel is turned"),
    (CONVOLUTION, " + self.b[:, None, None]", "", "conv1.y", "the bias is missing"),
    (FROM_NOTHING, "->ncuv\", error, W)", "->ncuv\", error, W[..., ::-1, ::-1])", "conv1.dx", FLIP),
    (DENSE, "gradients(dW, db)", "gradients(dW.T, db)", "dense1.dW", "a transposed array"),
    (DENSE, "gradients(dW, db)", "gradients((self.x.T @ dy).reshape(dW.shape), db)", "dense1.dW", "a reshape in the place"),
    (DENSE, "dy @ self.W\n", "dy @ (self.W.T if len(self.W) == len(self.W.T) else self.W)\n", "dense2.dx", "W and Wᵀ are mixed up"),
    (DENSE, "dy.sum(axis=0)", "dy.sum(axis=1)", "dense1.db", AXIS),
    (DENSE, "return dx.re", "return dx.T.re", "dense1.dx", "a reshape in the place"),
    (DENSE, "self.x @ self.W.T", "self.x @ self.W.T / len(x)", "dense1.y", ""),
    (SIGMOID, "y * (1 - y)", "x * (1 - x)", "sigmoid1.dx", "taken at x instead of y"),
    (SIGMOID, "return y * (1 - y)", "return self.f(y) * (1 - self.f(y))", "sigmoid1.dx", "taken at y instead of x"),
    (TANH, "1 - self.y**2", "1 - self.x**2", "tanh1.dx", "taken at x instead of y"),
    (TANH, "1 - self.y**2", "1 - np.tanh(self.y) ** 2", "tanh1.dx", "taken at y instead of x"),
    (TANH, " * dy", " + 0 * dy", "tanh1.dx", "multiply it by dy"),
    (TANH, "return (1 - self.y**2) * dy", "return dy", "tanh1.dx", "the derivative is missing"),
    (MEAN_POOL, " / (rows * columns)", "", "mean_pool1.dx", "an upsample without the division"),
    (MEAN_POOL, "dy.repeat(rows, axis=2).repeat(columns, axis=3)", "np.tile(dy, (1, 1, rows, columns))", "mean_pool1.dx", "dy is tiled"),
    (MEAN_POOL, "dy.repeat(rows, axis=2).repeat(columns, axis=3)\n        return dx / (rows * columns)", "np.tile(dy, (1, 1, rows, columns))\n        return dx", "mean_pool1.dx", "and an upsample without the division"),
    (MEAN_POOL, ".mean(axis=(3, 5))", ".sum(axis=(3, 5))", "mean_pool1.y", "the sum of each window"),
    (MAX_POOL, " * self.won", " / 4", "max_pool1.dx", "the error is spread evenly"),
    (MAX_POOL, " * self.won", "", "max_pool1.dx", "every pixel of the window"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "right", "wrong", "array", "sentence"), MISTAKES)
def test_a_mistake_leads_to_its_sentence(
    tmp_path: Path, source: str, right: str, wrong: str, array: str, sentence: str
) -> None:
    assert right in source
    found = {f"{f.layer}.{f.array}": f for f in findings(tmp_path, source.replace(right, wrong))}
    assert not found[array].right
    assert sentence in found[array].cause
    assert found[array].line.startswith(f"{tmp_path / 'mine.py'}:")
    others = {name.partition(".")[2] for name, f in found.items() if not f.right}
    assert others == {array.partition(".")[2]}


@pytest.mark.parametrize(
    ("source", "right", "wrong", "array", "sentence"),
    [
        (GAIN, "axis=(0, 2, 3)", "axis=(1, 2, 3)", "gain1.dgain", AXIS),
        (GAIN, ".sum(axis=(0, 2, 3))", ".mean(axis=0).sum(axis=(1, 2))", "gain1.dgain", MEAN),
        (CENTRED, "dy.sum(axis=0) / len(dy)", "dy.sum(axis=0)", "centred1.dx", "a forgotten mean"),
    ],
)
def test_a_layer_of_a_new_kind_is_measured_by_its_own_formula(
    tmp_path: Path, source: str, right: str, wrong: str, array: str, sentence: str
) -> None:
    found = findings(tmp_path, source.replace(right, wrong), BESIDE[source])
    said = {f"{f.layer}.{f.array}": f.cause for f in found if not f.right}
    assert list(said) == [array]
    assert sentence in said[array]


def test_what_is_expected_is_what_differences_of_the_formula_say(tmp_path: Path) -> None:
    ours = findings(tmp_path, SIGMOID)
    own = findings(tmp_path, SIGMOID.replace("Sigmoid", "Logistic"), "network[1]=logistic")
    for one, other in zip(ours, own, strict=False):
        assert one.right
        assert other.right
    assert [f.array for f in own] == ["dx"]
    assert own[0].count == 120  # a sample: its y has nothing to be compared with


def test_a_pattern_that_does_not_fit_is_not_said(tmp_path: Path) -> None:
    wrong = CONVOLUTION.replace("return dx", "return dx + np.sin(self.x)")
    [finding] = [f for f in findings(tmp_path, wrong) if not f.right and f.layer == "conv1"]
    assert (finding.array, finding.cause) == ("dx", "")
    assert finding.found is not None
    assert finding.expected is not None
    at = finding.where
    assert f"[{','.join(map(str, at))}]: found {finding.found[at]:.6g}" in finding.problem
    assert f"expected {finding.expected[at]:.6g}" in finding.problem
    assert np.isfinite(finding.worst)


@pytest.mark.parametrize(
    ("right", "wrong", "array", "problem"),
    [
        ("return dx", "pass", "dx", "backward returns nothing; end it with `return dx`"),
        ("return y + self.b[:, None, None]", "pass", "y", "forward returns nothing"),
        ("        return dx", "        return dx.tolist()", "dx", "returns a list, expected an array"),
        ("return dx", "return dx[:, :, 1:]", "dx", "has the shape 5x1x13x14, expected 5x1x14x14"),
        ("return dx", "return dx / np.where(dx > 0, 1, np.nan)", "dx", "numbers are not finite"),
        ("self.keep_gradients(dW, db)", "pass", "dW", "is never written"),
        ("self.keep_gradients(dW, db)", "self.parameters['weights'].gradient += dW", "dW", "is added"),
        ("self.keep_gradients(dW, db)", "self.parameters['weights'].gradient = dW", "dW", "is put in"),
        ("self.x = x", "self.x = x; x += 1", "y", "forward writes to x"),
        ("db = dy", "dy *= 2; db = dy", "dx", "backward writes to dy"),
    ],
)  # fmt: skip
def test_what_is_no_array_to_compare_is_said_in_words(
    tmp_path: Path, right: str, wrong: str, array: str, problem: str
) -> None:
    found = findings(tmp_path, CONVOLUTION.replace(right, wrong))
    finding, *_ = [f for f in found if f.layer == "conv1" and not f.right]
    assert finding.array == array
    assert problem in finding.problem


def test_an_exception_shows_the_learners_own_line_and_the_shapes(tmp_path: Path) -> None:
    wrong = DENSE.replace("dx = dy @ self.W", "dx = self.W @ dy")
    with pytest.raises(OwnLayerError) as caught:
        findings(tmp_path, wrong)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'mine.py'}:14: in Dense.backward: ValueError: ")
    assert "the line is `dx = self.W @ dy`; dy is 5x3x1x1, W is 3x" in said


def test_a_kernel_is_told_to_be_unturned_in_a_convolution_of_another_name(tmp_path: Path) -> None:
    source = FROM_NOTHING.replace("class Convolution", "class Correlation")
    wrong = source.replace("error, W)", "error, W[..., ::-1, ::-1])")
    use = "network[0]={correlation: {filters: 3, kernel: 3}}"
    assert all(finding.right for finding in findings(tmp_path, source, use))
    [finding] = [finding for finding in findings(tmp_path, wrong, use) if not finding.right]
    assert (finding.array, finding.cause.startswith(FLIP)) == ("dx", True)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "return in_shape",
            "pass",
            "class Gain: shape_after returns None for (3, 12, 12), expected",
        ),
        (
            "return in_shape",
            "return in_shape[0]",
            "shape_after returns 3 for (3, 12, 12), expected",
        ),
        ("Parameter(", "(", "class Gain: make_parameters returns ndarray, expected parameters by"),
    ],
)
def test_what_a_network_cannot_be_built_with_is_said(
    tmp_path: Path, right: str, wrong: str, message: str
) -> None:
    with pytest.raises(OwnLayerError) as caught:
        findings(tmp_path, GAIN.replace(right, wrong), "network[1]=gain")
    assert message in str(caught.value)


def test_random_numbers_that_no_seed_repeats_are_said(tmp_path: Path) -> None:
    source = "import numpy as np\n" + GAIN.replace("[:, None, None] * x", "[:, None, None] * x * np.random.default_rng().random(x.shape)")  # fmt: skip
    [finding] = findings(tmp_path, source, "network[1]=gain")
    assert finding.problem.startswith("is another one for the same x; a layer that draws")


def test_a_file_that_the_network_does_not_use_is_refused(tmp_path: Path) -> None:
    source = CONVOLUTION.replace("class Convolution", "class MyConvolution")
    with pytest.raises(UsageError, match="none of its layers") as caught:
        findings(tmp_path, source)
    assert "name the class Convolution to put it in the place of ours" in str(caught.value)
    [dx] = [f for f in findings(tmp_path, source, "network[0]={my_convolution: {filters: 3, kernel: 3}}") if f.array == "dx"]  # fmt: skip
    assert (dx.layer, dx.right, dx.count) == ("my_convolution1", True, dx.found.size if dx.found is not None else 0)  # fmt: skip
