"""Percentiles and distinct values are NumPy's."""

import subprocess
import sys

import numpy as np
import pytest

from cnntrain.data.pictures.ranks import distinct, median, numbered, percentile, percentiles


@pytest.mark.parametrize("shape", [(1,), (2,), (9,), (100,), (4, 7), (3, 1)])
def test_percentiles_are_those_of_numpy(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=shape)
    for share in (0, 10, 25, 50, 75, 99.5, 100):
        assert percentile(values, share) == pytest.approx(np.percentile(values, share))
        np.testing.assert_allclose(
            percentiles(values, share)[0], np.percentile(values, share, axis=-1)
        )
    assert median(values) == pytest.approx(np.median(values))
    assert len(percentiles(values, 10, 90)) == 2


def test_distinct_values_are_ranked_and_numbered() -> None:
    values = np.array([7, 0, 3, 7, 3])
    np.testing.assert_array_equal(distinct(values), [0, 3, 7])
    np.testing.assert_array_equal(numbered(values), [2, 0, 1, 2, 1])
    assert distinct(np.zeros(0)).size == numbered(np.zeros(0, int)).size == 0


def test_reading_a_picture_does_not_import_masked_arrays(tmp_path: object) -> None:
    code = (
        "import sys, numpy as np\n"
        "from PIL import Image\n"
        "from pathlib import Path\n"
        "from cnntrain.data.pictures.prepare_all import prepare_all\n"
        f"path = Path({str(tmp_path)!r}) / 'x.png'\n"
        "Image.fromarray(np.eye(60, dtype=np.uint8) * 255).save(path)\n"
        "assert prepare_all(path).lines\n"
        "print('numpy.ma' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("False\n", "")
