"""Figures of models beside each other."""

import numpy as np

from dashboard.charts import compare as charts


def test_only_the_chosen_bars_stand_out():
    figure = charts.kept(np.array([5, 0, 7, 1]), chosen=(2, 3), noun="book")
    colors = figure.data[0].marker.color
    assert colors[0] == colors[1] != colors[2] == colors[3]
    assert list(figure.data[0].text) == ["5", "", "7", "1"]
    assert figure.layout.yaxis.title.text == "Books"
