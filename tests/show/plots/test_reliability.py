import numpy as np

from cnntrain.show.plots.reliability import draw_reliability
from cnntrain.training.calibration import calibration


def test_a_point_is_where_a_bin_is_sure_and_right_and_a_bar_counts_its_answers() -> None:
    sure = np.array([0.3, 0.3, 0.9, 0.9, 0.9, 0.9])
    right = np.array([True, False, True, True, True, False])
    figure = draw_reliability("run, seed 0", calibration(sure, right, bins=5))
    above, below = figure.axes
    points = above.lines[1]
    np.testing.assert_allclose(np.asarray(points.get_xydata()), [[30, 50], [90, 75]])
    heights = [bar.get_height() for bar in below.containers[0]]
    assert heights == [0, 2, 0, 0, 4]
    legend = above.get_legend()
    assert legend is not None
    assert "ECE 16.67%" in legend.get_texts()[1].get_text()  # (2·0.2 + 4·0.15)/6
