"""Vectors from elsewhere become a run, beside a dataset of what is known of their rows, or of one with ratings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.config import content_id
from core.data import catalog
from core.data.folder import write_folder
from core.data.nouns import count, plural, verb
from core.data.ratings import DatasetRef, Ratings, Vocabulary, part_of
from core.data.vectors.request import VectorOptions
from core.disk.files import new_folder
from core.disk.home import home
from core.errors import BadVectorsError
from core.model.families import OPENED
from core.model.run import UNMEASURED, UNSTARTED, Origin, Run
from core.model.scoring import BLOCK, Scorer
from core.model.vectors import GUESSING
from core.store.runs import RunStore


@dataclass(frozen=True, eq=False)
class Imported:
    """What `core.data.vectors` makes of files, and a run is made of."""

    # The ids, the table, the name and the noun (`core.data.ratings.unrated`), or a dataset with ratings whose items,
    # and users, the vectors are of.
    rows: Ratings
    items: np.ndarray  # A vector for each item, float32, (n_items, d), finite
    users: np.ndarray | None  # The same for each user, (n_users, d); None without a second set
    provenance: Mapping[str, str]  # What is known of the making, as `Origin` holds it
    # One of each item and of each user, float32, (n_items,) and (n_users,), where the family has them.
    biases: tuple[np.ndarray, np.ndarray] | None = None
    model: str = "vectors"  # The family, one of `core.model.families.OPENED`

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The vectors by the names that a run gives them."""
        biases = {} if self.biases is None else dict(zip(("item_bias", "user_bias"), self.biases, strict=True))
        users = {} if self.users is None else {"user_embedding": self.users}
        return {"item_embedding": self.items} | users | biases

    @property
    def run_id(self) -> str:
        """That of the run: equal vectors of equal rows are one, whatever their name and their table."""
        ids = {"item": self.rows.items.ids} | ({} if self.users is None else {"user": self.rows.users.ids})
        guess = {} if self.model == "vectors" else {"model": [self.model]}
        return content_id(self.arrays, {kind: list(of_rows) for kind, of_rows in ids.items()} | guess)


def keep(vectors: Imported) -> Run:
    """Store the vectors as a run, and what is known of their rows as a dataset; the run. Raises as `keep_run`."""
    created_at = datetime.now(UTC).isoformat(timespec="seconds")
    dataset = _dataset(vectors.rows, created_at)
    return keep_run(run_of(vectors.run_id, vectors.arrays, dataset, vectors.provenance, created_at, vectors.model))


def keep_run(run: Run) -> Run:
    """Store a run of vectors from elsewhere; what is there now. Raises as `RunStore.publish` does.

    Where the vectors are there already, under another name or with another table, they have the new one from now on;
    the dataset of the earlier stays.
    """
    store = RunStore()
    there = store.get(run.run_id)
    if there is None:
        store.publish(run)
    elif there.dataset != run.dataset:
        store.republish(run)
    return store.load(run.run_id)


def run_of(
    run_id: str,
    arrays: Mapping[str, np.ndarray],
    dataset: DatasetRef,
    provenance: Mapping[str, str],
    created_at: str = "",
    model: str = "vectors",
) -> Run:
    """The run that vectors are, whose rows are those of a dataset."""
    settings: dict[str, Any] = {"embedding_dim": arrays["item_embedding"].shape[1]}
    if model == "vectors":
        settings["user_vectors"] = "user_embedding" in arrays or not dataset.users
    return Run(
        run_id=run_id,
        config=OPENED[model].config_type(**settings),
        dataset=dataset,
        started=UNSTARTED,
        history=(),
        steps=(),
        outcome=UNMEASURED,
        scorer=OPENED[model].make(arrays, min_rating=dataset.min_rating, max_rating=dataset.max_rating),
        origin=Origin("imported", dict(provenance)),
        created_at=created_at,
        versions=(("numpy", np.__version__),),
    )


def _dataset(rows: Ratings, created_at: str) -> DatasetRef:
    """The dataset of the rows, put into the home where it is not there."""
    if rows.dataset_id:
        return rows.reference
    with new_folder(home() / "datasets", "what is known of the vectors", mode=0o700) as folder:
        fresh = Path(folder) / "dataset"
        fresh.mkdir()
        write_folder(fresh, rows, created_at=created_at)
        about, _ = catalog.take_in(fresh)
    return replace(rows.reference, dataset_id=about.dataset_id, name=about.name)


@dataclass(frozen=True, eq=False)
class Joined:
    """Vectors of a dataset's rows, and what was found on the way, in sentences."""

    vectors: Imported
    notes: tuple[str, ...]


def with_ratings(
    opened: Ratings, arrays: Mapping[str, np.ndarray], result: Mapping[str, Any], options: VectorOptions
) -> Joined:
    """The vectors of the items, and of the users, of the dataset `options.of`.

    Where all of its rows have a vector the run is of that dataset, else of the part of it that has. `opened` has the
    ids that stand beside the vectors, `result` what the reading process says of them.

    Raises:
        UnknownDatasetError: There is no such dataset.
        BadVectorsError: The dataset has no ratings, the ids are not its ids, or there are no users to guess for.
    """
    known = _rated(str(options.of))
    if not result["named"]:
        raise BadVectorsError(
            f"nothing beside the vectors names their rows, so which {known.noun} of {known.name} each is cannot be "
            "told; bring them with the ids, or a table that has them"
        )
    two = "user_embedding" in arrays
    sides = [("item", opened.items, known.items, known.noun)] + [("user", opened.users, known.users, "person")] * two
    places = {side: _places(ours, theirs, noun, known.name) for side, ours, theirs, noun in sides}
    notes = [note for side, ours, theirs, noun in sides for note in _left(ours, theirs, noun, known.name)]
    has = {"user": np.ones(len(known.users), bool)} | {side: place >= 0 for side, place in places.items()}
    rows = known if all(some.all() for some in has.values()) else _part(known, has)
    if rows is not known:
        notes.append(
            f"{count(len(rows), 'rating')} of {len(known):,} are of rows that have a vector; the others are left out."
        )
    numbers = {}
    for name, array in arrays.items():
        if (place := places.get(name.partition("_")[0])) is not None:
            numbers[name] = np.ascontiguousarray(array[place[place >= 0]])
    model = _model(options, str(result["formula"]), numbers, rows)
    vectors = Imported(
        rows=rows,
        items=numbers["item_embedding"],
        users=numbers.get("user_embedding"),
        provenance=result["provenance"],
        biases=_biases(numbers) if GUESSING.get(model) and GUESSING[model].has_biases else None,
        model=model,
    )
    return _measured(vectors, notes)


def known_among(first: Sequence[str], of: str) -> str:
    """How many of the first ids are of items of a dataset, as a sentence; "" without ids. Raises as `with_ratings`."""
    known = _rated(of)
    some, nouns = sum(one in known.items for one in first), plural(known.noun)
    alike = "" if some else f", whose ids look like {known.items.ids[0]!r:.60}"
    return f"Of the first {count(len(first), 'row')}, {some} are {nouns} of {known.name}{alike}." if first else ""


def _rated(of: str) -> Ratings:
    known = catalog.load(of)
    if not len(known):
        raise BadVectorsError(f"{known.name} has no ratings; name a dataset with ratings, or none")
    return known


def _places(ours: Vocabulary, theirs: Vocabulary, noun: str, name: str) -> np.ndarray:
    """The row among ours of each of the dataset's rows, -1 where it has none, int64, (n,)."""
    place = np.array([ours.index(one) if one in ours else -1 for one in theirs.ids], np.int64)
    if np.count_nonzero(place >= 0) < 2:
        raise BadVectorsError(
            f"the ids beside the vectors, such as {ours.ids[0]!r:.60}, are not those of the {plural(noun)} of {name}, "
            f"such as {theirs.ids[0]!r:.60}; say in which column the ids are, or name another dataset"
        )
    return place


def _left(ours: Vocabulary, theirs: Vocabulary, noun: str, name: str) -> Iterable[str]:
    """Sentences about rows that only one of the two knows."""
    strange = [one for one in ours.ids if one not in theirs]
    if strange:
        first = ", ".join(strange[:3])[:100]
        left = verb(len(strange), "is", "are")
        yield f"{count(len(strange), 'vector')} of no {noun} of {name} ({first}) {left} left out."
    if missing := len(theirs) - len(ours) + len(strange):
        yield f"{count(missing, noun)} of {name} {verb(missing, 'has', 'have')} no vector."


def _part(known: Ratings, has: Mapping[str, np.ndarray]) -> Ratings:
    """What of the data has vectors; raises BadVectorsError where nobody of them has rated any of them."""
    part = part_of(known, users=has["user"], items=has["item"], name=f"{known.name[:150]}, the part with vectors")
    if not len(part):
        raise BadVectorsError(f"no rating of {known.name} is of a person and a {known.noun} that have a vector")
    return part


def _model(options: VectorOptions, formula: str, numbers: Mapping[str, np.ndarray], rows: Ratings) -> str:
    """The family: as it was said, else as the file's own formula says, where it is one of these in this very scale."""
    ends = {"min_rating": rows.min_rating, "max_rating": rows.max_rating}
    biased = "item_bias" in numbers or "user_bias" in numbers
    if options.guess in ("product", "sigmoid"):
        if "user_embedding" not in numbers:
            raise BadVectorsError(f"a guess needs a vector of the person and one of the {rows.noun}; bring both sets")
        unbent = "factors_with_bias" if biased else "factors"
        return "factors_in_scale" if options.guess == "sigmoid" else unbent
    if options.guess is None and "user_embedding" in numbers:
        fits = (name for name, family in GUESSING.items() if family.make({}, **ends).formula() == formula)
        return next(fits, "vectors")
    return "vectors"


def _biases(numbers: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The biases of both sides; zeros of one that has none."""
    item, user = (
        numbers.get(f"{side}_bias", np.zeros(len(numbers[f"{side}_embedding"]), np.float32))
        for side in ("item", "user")
    )
    return item, user


def _measured(vectors: Imported, notes: list[str]) -> Joined:
    """The same with what its guesses are worth on the ratings at hand, which they may have learned from."""
    rows, family = vectors.rows, OPENED[vectors.model]
    if not family.guesses_ratings:
        if vectors.users is not None:
            notes.append("Whether the product of two of these vectors is a rating is not known, so none is guessed.")
        return Joined(vectors, tuple(notes))
    scorer = family.make(vectors.arrays, min_rating=rows.min_rating, max_rating=rows.max_rating)
    error, mean = error_on(scorer, rows), float(rows.rating.std())
    notes.append(
        f"The guesses miss the {count(len(rows), 'rating')} at hand by {error:.3f} (RMSE; always guessing the mean "
        f"misses by {mean:.3f}). They may all have been learned from: how far guesses miss new ratings is not known."
    )
    if error >= mean:
        notes.append("That is no better than the mean: a rating may follow from these vectors in another way.")
    about = {
        "rating": scorer.formula().removeprefix("rating = "),
        "error on ratings it may have learned from": f"{error:.4f}",
    }
    return Joined(replace(vectors, provenance={**vectors.provenance, **about}), tuple(notes))


def error_on(scorer: Scorer, rows: Ratings) -> float:
    """RMSE of the guesses of all ratings, held inside the scale, rating units."""
    total = 0.0
    for start in range(0, len(rows), BLOCK):
        some = slice(start, start + BLOCK)
        guess = scorer.scale.clip(scorer.predict(rows.user_index[some], rows.item_index[some]))
        total += float(((guess - rows.rating[some]).astype(np.float64) ** 2).sum())
    return float(np.sqrt(total / len(rows)))
