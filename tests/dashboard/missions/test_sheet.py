"""The teacher's sheets: all that the bar says, from the same texts, and nobody's words as HTML."""

from dashboard.missions import aims, teaching
from dashboard.missions.tours import MISSIONS

LINKS = {key: f"http://class/?mission={key}&class=on" for key in MISSIONS}


def test_every_step_stands_on_its_sheet_once(small):
    words = aims.words(small)
    page = teaching.page(words, LINKS)
    assert "{" not in page.split("</style>")[1]
    for mission in MISSIONS.values():
        assert page.count(f"mission={mission.key}&amp;class=on") == 1
        for task in mission.tasks:
            assert teaching.html(task.do.format(**words)) in page
            assert teaching.html(task.question.in_words(words).told) in page
    assert page.count("<dt>Answer</dt>") == sum(len(mission.tasks) for mission in MISSIONS.values())


def test_a_hostile_noun_stays_text(small):
    words = aims.words(small) | {"noun": "<script>alert(1)</script>", "nouns": "<b>"}
    page = teaching.page(words, LINKS)
    assert "<script" not in page and "<b>" not in page


def test_emphasis_is_kept():
    assert teaching.html("*a* **b** <c> & d") == "<em>a</em> <strong>b</strong> &lt;c&gt; &amp; d"
