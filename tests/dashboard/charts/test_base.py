"""What all figures share: settings put together, and annotations and shapes added."""

from dashboard.charts import base


def test_a_figure_keeps_what_its_further_settings_leave_open():
    layout = base.figure(
        "t", x="across", yaxis={"range": [0, 1]}, margin={"t": 96}, title={"subtitle": {"text": "s"}}
    ).layout
    assert (layout.title.text, layout.title.subtitle.text) == ("t", "s")
    assert (layout.xaxis.title.text, layout.yaxis.range, layout.yaxis.automargin) == ("across", (0, 1), True)
    assert (layout.margin.t, layout.margin.l) == (96, 8)


def test_annotations_and_shapes_are_added_to_those_that_are_there():
    figure = base.figure("t", annotations=[base.above_level(2, "two")])
    base.annotate(
        figure, [base.above_level(3, "three", below=True)], [base.level(3, width=1), base.upright(4, width=1)]
    )
    assert [(note.text, note.y, note.yanchor) for note in figure.layout.annotations] == [
        ("two", 2, "bottom"),
        ("three", 3, "top"),
    ]
    across, up = figure.layout.shapes
    assert (across.y0, across.y1, across.xref, up.x0, up.x1, up.yref) == (3, 3, "x domain", 4, 4, "y domain")
