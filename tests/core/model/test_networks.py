from functools import cache

import numpy as np
import pytest

from core.config import RunConfig
from core.model.backend import keras, tf
from core.model.families import FAMILIES, family_of, run_config
from core.model.networks import DiyEmbedding, Network, arrays_of, trained_model
from core.model.scale import Scale
from core.model.scoring import Scorer

MODELS = [name for name, family in FAMILIES.items() if family.guesses_ratings or "user_embedding" in family.weights]
SIZES = {"n_users": 7, "n_items": 9}
USER, ITEM = np.arange(7, dtype=np.int32), np.arange(2, 9, dtype=np.int32)


def tables(count: int = 9, dim: int = 4) -> tuple[DiyEmbedding, keras.layers.Embedding]:
    """The two embedding layers holding the same numbers."""
    values = np.random.default_rng(1).normal(size=(count, dim)).astype(np.float32)
    pair = DiyEmbedding(count, dim), keras.layers.Embedding(count, dim)
    for layer in pair:
        layer.build(())
        layer.set_weights([values])
    return pair


def build(config: RunConfig, seed: int = 0) -> Network:
    family = family_of(config)
    return family.build(config, **SIZES, scale=Scale(0.5, 5.0, family.uses_sigmoid), seed=seed)


def scorer_of(model: keras.Model, config: RunConfig) -> Scorer:
    """A scorer of the numbers that the model holds."""
    family = family_of(config)
    shapes = {name: shape for name, shape in family.shapes(config, 7, 9).items() if name in family.weights}
    return family.make(arrays_of(model, family, shapes), min_rating=0.5, max_rating=5.0)


def settings_of(model: str) -> RunConfig:
    """A config of a family with dropout and few numbers, where it has these settings."""
    known = FAMILIES[model].config_type.model_fields
    settings = {"embedding_dim": 5, "user_dropout": 0.3, "item_dropout": 0.6, "hidden_units": 6}
    return run_config(model=model, **{name: value for name, value in settings.items() if name in known})


@cache
def trained(config: RunConfig) -> keras.Model:
    """A model whose every weight, biases too, has been moved off its start."""
    model = build(config, seed=3).model
    rng = np.random.default_rng(5)
    model.set_weights([rng.normal(size=w.shape, scale=0.5).astype(w.dtype) for w in model.get_weights()])
    return model


@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_both_embedding_layers_look_up_the_same_rows(shape):
    diy, ours = tables()
    index = np.random.default_rng(2).integers(0, 9, size=shape)
    np.testing.assert_array_equal(diy(index), ours(index))
    assert tuple(diy(index).shape) == diy.compute_output_shape(shape) == (*shape, 4)


def test_both_embedding_layers_have_the_same_gradient_with_repeated_rows():
    index, factor = np.array([3, 3, 0, 8]), np.arange(16, dtype=np.float32).reshape(4, 4)
    slopes = []
    for layer in tables():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(index) * factor)
        slopes.append(tf.convert_to_tensor(tape.gradient(loss, layer.trainable_variables[0])).numpy())
    np.testing.assert_array_equal(slopes[0], slopes[1])
    np.testing.assert_array_equal(slopes[0][3], factor[0] + factor[1])


@pytest.mark.parametrize("index", [-1, 9])
def test_an_index_without_a_row_raises(index):
    with pytest.raises(IndexError, match="outside 0 … 8"):
        tables()[0](np.array([0, index]))


@pytest.mark.parametrize("jit", [False, True])
def test_in_a_compiled_program_an_index_without_a_row_reads_nan(jit):
    layer = tables()[0]
    rows = tf.function(layer.call, jit_compile=jit)(tf.constant([0, -1, 9])).numpy()
    assert np.isfinite(rows[0]).all()
    assert np.isnan(rows[1:]).all()


def test_the_mask_marks_index_zero_only_when_asked():
    index = np.array([[0, 2], [1, 0]])
    for mask_zero in (False, True):
        masks = [kind(3, 2, mask_zero=mask_zero).compute_mask(index) for kind in (DiyEmbedding, keras.layers.Embedding)]
        if mask_zero:
            np.testing.assert_array_equal(masks[0], masks[1])
            np.testing.assert_array_equal(masks[0], index != 0)
        else:
            assert masks == [None, None]


def test_the_hand_written_layer_survives_its_config():
    layer = DiyEmbedding(5, 3, embeddings_initializer=keras.initializers.RandomUniform(0, 1, seed=4), mask_zero=True)
    twin = DiyEmbedding.from_config(layer.get_config())
    index = np.arange(5)
    np.testing.assert_array_equal(twin(index), layer(index))
    assert twin.mask_zero


@pytest.mark.parametrize("model", MODELS)
def test_inputs_and_outputs(model):
    built = trained(settings_of(model))
    assert [tensor.name for tensor in built.inputs] == ["user", "item"]
    assert built.output_shape == (None,)


def test_start_values_fill_the_initial_range_and_biases_are_zero():
    config = run_config(model="dot_with_bias", init_min=0.1, init_max=0.3)
    start = scorer_of(build(config).model, config)
    for table in (start.user_embedding, start.item_embedding):
        assert 0.1 <= table.min() < 0.12
        assert 0.28 < table.max() <= 0.3
    assert not start.user_bias.any()
    assert not start.item_bias.any()


def test_the_seed_rules_the_start_and_the_two_tables_differ():
    config = run_config()
    first, again, other = (scorer_of(build(config, seed).model, config) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.item_embedding, again.item_embedding)
    assert not np.array_equal(first.item_embedding, other.item_embedding)
    assert not np.array_equal(first.item_embedding[:7], first.user_embedding)


@pytest.mark.parametrize("model", MODELS)
def test_numpy_predicts_what_keras_predicts(model):
    config = settings_of(model)
    built = trained(config)
    expected = scorer_of(built, config).predict(USER, ITEM)
    np.testing.assert_allclose(built([USER, ITEM]), expected, rtol=1e-5, atol=1e-6)


def test_any_model_takes_either_embedding_layer():
    answers = [
        trained(run_config(model="dot_with_bias", embedding_layer=layer))([USER, ITEM]).numpy()
        for layer in ("keras", "diy")
    ]
    np.testing.assert_array_equal(answers[0], answers[1])


def test_dropout_hides_numbers_in_training_only():
    built = trained(run_config(model="simple_dot", item_dropout=0.5))
    plain = built([USER, ITEM]).numpy()
    np.testing.assert_array_equal(built([USER, ITEM], training=False), plain)
    assert not np.array_equal(built([USER, ITEM], training=True), plain)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # raised and caught inside Keras
@pytest.mark.parametrize("model", MODELS)
def test_a_model_rebuilt_from_its_arrays_survives_a_file(model, tmp_path):
    config = settings_of(model)
    scorer = scorer_of(trained(config), config)
    trained_model(scorer, config).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects={"DiyEmbedding": DiyEmbedding})
    np.testing.assert_allclose(loaded([USER, ITEM]), scorer.predict(USER, ITEM), rtol=1e-5, atol=1e-6)
    for name, array in scorer_of(loaded, config).arrays.items():
        np.testing.assert_array_equal(array, scorer.arrays[name])


def test_arrays_of_another_shape_are_refused():
    config = run_config(embedding_dim=3)
    scorer = scorer_of(trained(config), config)
    with pytest.raises(ValueError, match="shape"):
        trained_model(scorer, run_config(embedding_dim=4))
