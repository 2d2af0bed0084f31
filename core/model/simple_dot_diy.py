"""simple_dot_diy: rating = u · v on the embedding layer written by hand, the third model of the article."""

from typing import Any, ClassVar, Literal

from pydantic import field_validator

from core.config import GradientConfig, RunConfig, VectorConfig, family_name, setting
from core.model.simple_dot import SimpleDot


class SimpleDotDiyConfig(GradientConfig, VectorConfig):
    """Settings of the dot product on the hand-written layer."""

    model: Literal["simple_dot_diy"] = family_name("simple_dot_diy")
    embedding_layer: Literal["diy"] = setting("diy", "diy: the hand-written layer.", title="Embedding layer")

    @field_validator("embedding_layer", mode="before")
    @classmethod
    def _refuse_another_layer(cls, value: Any) -> Any:
        if value != "diy":
            raise ValueError("simple_dot_diy always has the hand-written layer; choose simple_dot for Keras' own")
        return value


class SimpleDotDiy(SimpleDot):
    """The dot product on a table and a look-up written from scratch."""

    config_type: ClassVar[type[RunConfig]] = SimpleDotDiyConfig
    title: ClassVar[str] = "Dot product, hand-written layer"
    short_title: ClassVar[str] = "own layer"
    summary: ClassVar[str] = "The same on an embedding layer written from scratch: a table and a look-up."
    score_latex: ClassVar[str] = r"U_i \cdot V_j"
