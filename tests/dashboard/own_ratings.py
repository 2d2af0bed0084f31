"""The page For you as a test reads it: its stars, its list, its link, and what they should be."""

import json

import numpy as np
from streamlit.testing.v1 import AppTest

from core.analysis.new_user.model import NewUserModel
from core.analysis.new_user.own_ratings import from_link
from core.data.ratings import Ratings
from core.data.splits import split
from core.model.run import Run

STAR_WARS = "260"


def stars(app: AppTest, place: str = "own") -> list:
    """Fields for stars: those asked about, or those on the list or found by a search."""
    return [field for field in app.button_group if field.key.startswith(f"own_{place}_stars_")]


def item_of(field) -> str:
    """Id of the item that a field rates."""
    return json.loads(field.key.split("_", 3)[3])


def texts(app: AppTest) -> str:
    """All that the page says."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.header, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def button(app: AppTest, key: str):
    """The button of that key."""
    (found,) = [one for one in app.button if one.key == key]
    return found


def listed(app: AppTest) -> list[str]:
    """Ids on the list of guesses, in its order."""
    return [item_of(field) for field in stars(app, "list")]


def linked(app: AppTest, ratings: Ratings) -> dict[str, float]:
    """Ratings by id, as they stand in the link."""
    said = app.query_params.get("rated", [""])
    return from_link(said if isinstance(said, str) else said[0], ratings).given


def new_user_model(run: Run, ratings: Ratings) -> NewUserModel:
    """What the page knows of a run to place somebody new."""
    return NewUserModel(run, ratings, split(ratings, run.config))


def expected(known: NewUserModel, given: dict[str, float], top: int = 10) -> list[str]:
    """Ids that belong on the list of guesses, worked out beside the page."""
    guess = known.predictions(known.place(given))
    allowed = (known.ratings.item_count >= 21) & (known.item_count > 0)
    allowed[known.ratings.items.indices(given)] = False
    rows = np.flatnonzero(allowed)
    return [known.ratings.items.ids[row] for row in rows[np.argsort(-guess[rows], kind="stable")[:top]]]
