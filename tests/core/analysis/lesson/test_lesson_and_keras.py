"""What the lesson computes by hand is what Keras computes on the very model."""

import numpy as np
import pytest

from core.analysis.lesson.step import dropout, pair_of, training_step
from core.model.backend import keras, tf
from core.model.families import family_of, run_config
from core.model.networks import arrays_of
from core.model.scale import Scale
from core.model.scoring import Bilinear

USER, ITEM, RATING = 3, 2, 4.5
RANGE = {"low": 0.5, "high": 5.0}


@pytest.mark.parametrize("model", ["dot_with_bias", "simple_dot", "simple_dot_diy"])
@pytest.mark.parametrize("l2", [0.0, 0.11])
def test_one_step_of_gradient_descent_is_keras_own(model: str, l2: float):
    config = run_config(model=model, embedding_dim=8, init_min=-0.7, init_max=0.7)
    family = family_of(config)
    scale = Scale(**RANGE, sigmoid=family.uses_sigmoid)
    built = family.build(config, n_users=6, n_items=5, seed=1, scale=scale).model

    def scorer() -> Bilinear:
        return family(arrays_of(built, family, family.shapes(config, 6, 5)), scale)

    for name in ("user_bias", "item_bias") if model == "dot_with_bias" else ():
        table = built.get_layer(name)
        table.set_weights([np.linspace(-0.5, 0.5, table.input_dim, dtype=np.float32)[:, None]])
    before = scorer()
    inputs = [np.array([USER], np.int32), np.array([ITEM], np.int32)]
    vectors = keras.Model(
        built.inputs, [built.output, *(built.get_layer(f"{side}_embedding").output for side in ("user", "item"))]
    )
    with tf.GradientTape() as tape:
        predicted, *looked_up = vectors(inputs, training=True)
        loss = tf.reduce_sum(tf.square(predicted - RATING))
        for vector in looked_up:
            loss += l2 * tf.reduce_sum(tf.square(vector))
    slopes = tape.gradient(loss, built.trainable_variables)
    keras.optimizers.SGD(learning_rate=0.05).apply(
        [tf.convert_to_tensor(slope) for slope in slopes], built.trainable_variables
    )
    after = scorer()

    found = training_step(pair_of(before, USER, ITEM), RATING, learning_rate=0.05, l2=l2)
    expected = pair_of(after, USER, ITEM)
    np.testing.assert_allclose(found.after.user, expected.user, atol=1e-6)
    np.testing.assert_allclose(found.after.item, expected.item, atol=1e-6)
    assert found.predicted_before.rating == pytest.approx(float(predicted[0]), abs=1e-5)
    if model == "dot_with_bias":
        assert found.after.user_bias == pytest.approx(expected.user_bias, abs=1e-6)
        assert found.after.item_bias == pytest.approx(expected.item_bias, abs=1e-6)
    for table, was, row in (
        (after.user_embedding, before.user_embedding, USER),
        (after.item_embedding, before.item_embedding, ITEM),
    ):
        np.testing.assert_array_equal(np.delete(table, row, axis=0), np.delete(was, row, axis=0))  # nobody else moves
        assert not np.array_equal(table[row], was[row])


def test_dropout_scales_as_keras_does():
    vector = np.linspace(1, 2, 400).astype(np.float32)
    keras_own = np.asarray(keras.layers.Dropout(0.6, seed=0)(vector[None], training=True))[0]
    ours = dropout(vector, 0.6, seed=0)
    for dropped in (keras_own, ours.vector):
        kept = dropped != 0
        np.testing.assert_allclose(dropped[kept], vector[kept] / 0.4, rtol=1e-6)
        assert 120 < kept.sum() < 200
