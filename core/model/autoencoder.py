"""autoencoder_items, autoencoder_users: rating = mean + b_u + b_v + code · weights, where an encoder makes the code.

    code = f(V r + μ),   r̂ = W code + b

Sedhain, Menon, Sanner and Xie (2015), "AutoRec: Autoencoders meet collaborative filtering",
doi:10.1145/2740908.2742726.
A row r holds what averages leave of the ratings of one item (or of one person), zeros where there is none. Row by row
the decoder is a dot product, so codes are the vectors of one side and the decoder's weights those of the other.
"""

from typing import Any, ClassVar, Literal

from core.config import RunConfig, family_name, passes, setting, step_size, vector_size
from core.model.around_mean import AroundMean


class AutoencoderConfig(RunConfig):
    """Settings that both autoencoders have."""

    embedding_dim: int = vector_size(
        32,
        "How many numbers the code has, into which each row of ratings is pressed.",
        grows="Finer codes; slower, and easier to learn the training ratings by heart.",
    )
    activation: Literal["sigmoid", "identity"] = setting(
        "sigmoid",
        "What bends the code. sigmoid: each of its numbers lies between 0 and 1. identity: nothing does, and the "
        "autoencoder is linear, as a factorization is.",
        title="Activation of the code",
    )
    penalty: float = setting(
        60.0,
        "Penalty on the weights of encoder and decoder (weight of their squares beside the squared errors of all "
        "training ratings, counted in what averages leave).",
        title="Penalty on weights",
        unit="weight",
        grows="Smoother codes; too much leaves only the averages.",
        ge=0,
        le=100_000,
    )
    epochs: int = passes(20)
    learning_rate: float = step_size(3e-3)


class AutoencoderItemsConfig(AutoencoderConfig):
    """Settings of the autoencoder whose rows are items."""

    model: Literal["autoencoder_items"] = family_name("autoencoder_items")


class AutoencoderUsersConfig(AutoencoderConfig):
    """Settings of the autoencoder whose rows are people."""

    model: Literal["autoencoder_users"] = family_name("autoencoder_users")


class Autoencoder(AroundMean):
    """Codes of one side and the decoder's weights of the other, in rating units.

    Beside the arrays of every model with biases there are `mean`, and of the encoder `encoder_kernel`,
    (rows of the other side, d), and `encoder_bias`, (d,), which take what averages leave in units of its standard
    deviation. Of a new person the numbers are fitted as for any sum of terms: a dot product is linear in them.
    """

    by: ClassVar[Literal["item", "user"]]
    training: ClassVar[str] = "autoencoder"

    @classmethod
    def shapes(cls, config: Any, n_users: int, n_items: int) -> dict[str, tuple[int, ...]]:
        """Those of every such model, and the encoder."""
        width = n_users if cls.by == "item" else n_items
        encoder = {"encoder_kernel": (width, config.embedding_dim), "encoder_bias": (config.embedding_dim,)}
        return super().shapes(config, n_users, n_items) | encoder

    @classmethod
    def products(cls, config: RunConfig, n_users: int, n_items: int, n_trained: int) -> int:
        """Two layers forward, and two products each for their gradients."""
        return 6 * n_users * n_items * config.dimensions


class AutoencoderItems(Autoencoder):
    """Each item's ratings are pressed into a code."""

    by: ClassVar[Literal["item", "user"]] = "item"
    config_type: ClassVar[type[RunConfig]] = AutoencoderItemsConfig
    title: ClassVar[str] = "Autoencoder by items"
    short_title: ClassVar[str] = "autoencoder by items"
    summary: ClassVar[str] = "Presses all ratings of an item into a short code, and unfolds it again."


class AutoencoderUsers(Autoencoder):
    """Each person's ratings are pressed into a code."""

    by: ClassVar[Literal["item", "user"]] = "user"
    config_type: ClassVar[type[RunConfig]] = AutoencoderUsersConfig
    title: ClassVar[str] = "Autoencoder by people"
    short_title: ClassVar[str] = "autoencoder by people"
    summary: ClassVar[str] = "Presses all ratings of a person into a short code, and unfolds it again."
