import numpy as np
import pytest

from core.config import ModelConfig
from core.model.backend import keras, tf
from core.model.networks import DiyEmbedding, build_model, model_from_weights, weights_of
from core.model.run import predict

MODELS = ["simple_dot", "dot_with_bias", "simple_dot_diy"]
SIZES = {"n_users": 7, "n_items": 9, "min_rating": 0.5, "max_rating": 5.0}
USER, ITEM = np.arange(7, dtype=np.int32), np.arange(2, 9, dtype=np.int32)


def tables(count: int = 9, dim: int = 4) -> tuple[DiyEmbedding, keras.layers.Embedding]:
    """The two embedding layers holding the same numbers."""
    values = np.random.default_rng(1).normal(size=(count, dim)).astype(np.float32)
    pair = DiyEmbedding(count, dim), keras.layers.Embedding(count, dim)
    for layer in pair:
        layer.build(())
        layer.set_weights([values])
    return pair


def trained(config: ModelConfig) -> keras.Model:
    """A model whose every weight, biases too, has been moved off its start."""
    model = build_model(config, **SIZES, seed=3)
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
    built = build_model(ModelConfig(model=model), **SIZES, seed=0)
    assert [tensor.name for tensor in built.inputs] == ["user", "item"]
    assert built.output_shape == (None,)


def test_start_values_fill_the_initial_range_and_biases_are_zero():
    config = ModelConfig(model="dot_with_bias", init_min=0.1, init_max=0.3)
    start = weights_of(build_model(config, **SIZES, seed=0))
    for table in (start.user_embedding, start.item_embedding):
        assert 0.1 <= table.min() < 0.12
        assert 0.28 < table.max() <= 0.3
    assert not start.user_bias.any()
    assert not start.item_bias.any()


def test_the_seed_rules_the_start_and_the_two_tables_differ():
    first, again, other = (weights_of(build_model(ModelConfig(), **SIZES, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.item_embedding, again.item_embedding)
    assert not np.array_equal(first.item_embedding, other.item_embedding)
    assert not np.array_equal(first.item_embedding[:7], first.user_embedding)


@pytest.mark.parametrize("model", MODELS)
def test_numpy_predicts_what_keras_predicts(model):
    built = trained(ModelConfig(model=model, embedding_dim=5, user_dropout=0.3, item_dropout=0.6))
    expected = predict(weights_of(built), USER, ITEM, 0.5, 5.0)
    np.testing.assert_allclose(built([USER, ITEM]), expected, rtol=1e-5, atol=1e-6)


def test_any_model_takes_either_embedding_layer():
    answers = [
        trained(ModelConfig(model="dot_with_bias", embedding_layer=layer))([USER, ITEM]).numpy()
        for layer in ("keras", "diy")
    ]
    np.testing.assert_array_equal(answers[0], answers[1])


def test_dropout_hides_numbers_in_training_only():
    built = trained(ModelConfig(model="simple_dot", item_dropout=0.5))
    plain = built([USER, ITEM]).numpy()
    np.testing.assert_array_equal(built([USER, ITEM], training=False), plain)
    assert not np.array_equal(built([USER, ITEM], training=True), plain)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # raised and caught inside Keras
@pytest.mark.parametrize("model", MODELS)
def test_a_model_rebuilt_from_its_arrays_survives_a_file(model, tmp_path):
    config = ModelConfig(model=model, embedding_dim=3, item_dropout=0.2)
    weights = weights_of(trained(config))
    model_from_weights(config, weights, 0.5, 5.0).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", custom_objects={"DiyEmbedding": DiyEmbedding})
    np.testing.assert_allclose(loaded([USER, ITEM]), predict(weights, USER, ITEM, 0.5, 5.0), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(weights_of(loaded).item_embedding, weights.item_embedding)


def test_arrays_of_another_shape_are_refused():
    weights = weights_of(trained(ModelConfig(embedding_dim=3)))
    with pytest.raises(ValueError, match="shape"):
        model_from_weights(ModelConfig(embedding_dim=4), weights, 0.5, 5.0)
