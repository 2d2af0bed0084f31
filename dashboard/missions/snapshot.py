"""What a mission looks at: the page, the models, and what the controls say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.config import RunConfig
from core.model.events import Epoch
from core.store.runs import RunSummary


@dataclass(frozen=True)
class Seen:
    """Everything the steps of missions are checked against.

    Attributes:
        page: Name of the open page, as its file is called.
        noun: What is rated.
        runs: All models on the selected data, newest first.
        run: The selected one; None where there is none.
        widgets: Values of the controls by their key; of pages shown before, what is still kept.
        settings: What the training form holds; None on other pages, or where it is not valid.
        history: Epochs of the finished model with these settings; None where there is none.
        most_rated: Name of the item with the most ratings, which pages show at first.
        above_noise: Which components carry more than chance would, by their number from 0; empty where not known.
        named: Components of the selected model that somebody has named, from 0.
        studied: Whether the selected model was trained again from other seeds.
        rated: Items that the person has rated on the page For you.
        explained: Item whose score the person has chosen to see taken apart on the page For you; empty at first.
    """

    page: str
    noun: str = "movie"
    runs: tuple[RunSummary, ...] = ()
    run: RunSummary | None = None
    widgets: Mapping[str, Any] = field(default_factory=dict)
    settings: RunConfig | None = None
    history: tuple[Epoch, ...] | None = None
    most_rated: str = ""
    above_noise: tuple[bool, ...] = ()
    named: frozenset[int] = frozenset()
    studied: bool = False
    rated: int = 0
    explained: str = ""

    def number(self, key: str, otherwise: int) -> int:
        """A control that holds a number; `otherwise` where it is not on the page."""
        value = self.widgets.get(key, otherwise)
        return value if isinstance(value, int) else otherwise
