# %% [markdown]
# Trains one model of Embedding Explorer again, in Keras and NumPy alone: the same ratings, the same first numbers, the
# same order, the same steps. `ratings.npz` lies beside this file; the model and its settings stand below.

# %%
import pathlib

import keras
import numpy as np
import tensorflow as tf

SETTINGS = {}
MODEL = ""
PENALIZED = []
FOLDER = pathlib.Path(globals().get("__file__", "x")).parent

# %%
# DIY

# %% [markdown]
# The ratings: rows of users and items, the ratings themselves, and which of them are trained on and tested on.

# %%
with np.load(FOLDER / "ratings.npz", allow_pickle=False) as file:
    data = {name: file[name] for name in file}
user, item, rating, train, validation = (data[name] for name in ("user", "item", "rating", "train", "validation"))
low, high = SETTINGS["min_rating"], SETTINGS["max_rating"]
batch_size = min(SETTINGS["batch_size"], len(train))
l2 = SETTINGS["l2"] * ((high - low) ** 2 if SETTINGS["l2_unit"] == "scale" else 1)

# %% [markdown]
# The model, and one step of the optimizer: the mean squared error, and a penalty on the rows that take part.

# %%
model = keras.models.model_from_json(MODEL, custom_objects=globals().get("CUSTOM"))
model.summary()
penalized = [model.get_layer(name).output for name in PENALIZED]
forward = keras.Model(model.inputs, [model.output, *penalized])
optimizer = keras.optimizers.Adam(SETTINGS["learning_rate"])
optimizer.build(model.trainable_variables)


@tf.function(jit_compile=True)
def step(users, items, ratings, real):
    """Learn from one batch; `real` is 0 for rows that fill it up. The sum of the losses of its ratings."""
    with tf.GradientTape() as tape:
        predicted, *numbers = forward([users, items], training=True)
        squares = tf.square(predicted - ratings)
        for some in numbers:
            squares += l2 * tf.reduce_sum(tf.square(some), axis=-1)
        loss = tf.reduce_sum(real * squares) / tf.reduce_sum(real)
    slopes = tape.gradient(loss, model.trainable_variables)
    optimizer.apply([tf.convert_to_tensor(slope) for slope in slopes], model.trainable_variables)
    return loss * tf.reduce_sum(real)


def filled(values):
    """A batch with zeros behind its last value."""
    return np.pad(values, (0, batch_size - len(values)))


def validation_rmse():
    """The error on ratings that were not trained on; guesses stay on the scale."""
    guesses = model.predict([user[validation], item[validation]], batch_size=65_536, verbose=0)
    errors = guesses.astype(np.float64) - rating[validation]
    clipped = np.clip(guesses, low, high) - rating[validation].astype(np.float64)
    return np.sqrt(np.mean(clipped**2)), np.mean(errors**2)


# %% [markdown]
# Training: a new order each epoch, an end when the validation loss has not fallen for a while.

# %%
best, best_loss, best_weights, best_rmse = 0, np.inf, None, None
for epoch in range(1, SETTINGS["epochs"] + 1):
    order = np.random.default_rng((SETTINGS["seed"], epoch)).permutation(train)
    total = 0.0
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        batch = [filled(values[rows]) for values in (user, item, rating)]
        total += float(step(*batch, filled(np.ones(len(rows), np.float32))))
    rmse, val_loss = validation_rmse()
    print(f"epoch {epoch}: loss {total / len(order):.4f}, validation RMSE {rmse:.4f}")
    if val_loss < best_loss:
        best, best_loss, best_weights, best_rmse = epoch, val_loss, model.get_weights(), rmse
    elif epoch - best >= SETTINGS["patience"]:
        break
if SETTINGS["restore_best"]:
    model.set_weights(best_weights)
    epoch, rmse = best, best_rmse
print(f"kept: epoch {epoch}, validation RMSE {rmse:.4f}; Embedding Explorer had {SETTINGS['val_rmse']:.4f}")

# %%
embedding = model.get_layer("item_embedding").get_weights()[0] if SETTINGS["has_vectors"] else None
