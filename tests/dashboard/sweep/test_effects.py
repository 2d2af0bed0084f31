"""What a setting did over all models there are."""

import json
from dataclasses import replace

import pytest

from core.model.families import PRESETS
from dashboard.cache import loaders
from dashboard.sweep import all_models

pytestmark = pytest.mark.few

BASE = PRESETS["default"]


def test_settings_with_most_values_come_first(publish):
    (summary,) = loaders.runs_of(publish(BASE).dataset.dataset_id)

    def varied(*changes):
        return all_models.varied([replace(summary, config=BASE.model_copy(update=change)) for change in changes])

    more = [{"l2": n / 10, "embedding_dim": 8 * min(n, 3), "restore_best": n > 2, "split_seed": n} for n in range(5)]
    assert varied(*more) == ["l2", "embedding_dim", "restore_best"]
    assert varied({"l2": 0.1}, {"l2": 0.2}) == []  # a number takes three values
    assert varied() == []


def test_it_stands_on_train_and_on_compare_and_is_drawn_when_opened(open_page, publish):
    for l2 in (0.1, 0.2, 0.3):
        publish(BASE.model_copy(update={"l2": l2}))
    publish(BASE.model_copy(update={"l2": 0.4, "test_fraction": 0.1}))
    app = open_page("train")
    assert all_models.TITLE in [fold.label for fold in app.expander]
    assert not [box for box in app.selectbox if box.key == all_models.KEY]
    for app in (open_page("train", effects="true"), open_page("compare")):
        assert not app.exception and app.selectbox(key=all_models.KEY).value == "l2"
        specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
        (dots,) = [one["data"][0] for one in specs if "over all models" in one["layout"]["title"]["text"]]
        assert sorted(dots["x"]) == [0.1, 0.2, 0.3, 0.4] and len(set(dots["marker"]["color"])) == 2
