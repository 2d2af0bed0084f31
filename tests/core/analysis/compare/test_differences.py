from core.analysis.compare.differences import differences
from core.config import RunConfig
from core.model.families import run_config


def test_only_settings_that_differ_in_the_words_of_the_form():
    found = differences([run_config(seed=0, embedding_dim=8), run_config(seed=1, embedding_dim=8), run_config(seed=0)])
    assert [(one.name, one.title, one.values) for one in found] == [
        ("embedding_dim", "Dimensions", (8, 8, 64)),
        ("seed", RunConfig.model_fields["seed"].title, (0, 1, 0)),
    ]


def test_equal_settings_and_a_single_one_do_not_differ():
    assert differences([run_config(), run_config()]) == differences([run_config()]) == ()
