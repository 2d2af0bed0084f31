"""What a finished mission comes to, in two sentences made of the person's own numbers (Markdown)."""

from collections.abc import Mapping, Sequence

from core.analysis.components.proof import Proof
from core.data.nouns import verb
from core.model.events import Epoch, Started
from core.model.run import Outcome
from core.studies.component_names import Name
from core.studies.twins import real_id
from dashboard.cache import loaders
from dashboard.embeddings.words import signed
from dashboard.for_you.own_ratings import own
from dashboard.for_you.waterfall import load_view
from dashboard.jobs import trainings
from dashboard.missions import checks, facts
from dashboard.missions.aims import careless
from dashboard.missions.checks import protected
from dashboard.missions.facts import Furthest
from dashboard.missions.neighbor_tours import NEIGHBORS, WORDS
from dashboard.missions.snapshot import look
from dashboard.missions.task import Mission
from dashboard.missions.tours import FIRST_COMPONENT, FIRST_MODEL, NOISE, OVERFITTING, YOU
from dashboard.principal_components import naming
from dashboard.principal_components.proofs import tested
from dashboard.session import chosen_items, state
from dashboard.shared import phrases
from dashboard.shared.markup import escape

STILL = 0.00005
"""A change of the error below this is none to four digits, in rating units."""


def words(mission: Mission) -> str:
    """What came of a mission; empty where there is nothing of one's own to say."""
    unit = phrases.unit(loaders.ratings(state.dataset_id()))
    if mission == NOISE:
        return _noise(unit)
    if mission == OVERFITTING:
        return _overfitting(unit)
    run_id = state.run_id()
    if run_id is None:
        return ""
    run = loaders.run(run_id)
    if mission == FIRST_MODEL:
        return of_first_model(run.outcome, run.started, tested(run_id).proof, unit)
    if mission == FIRST_COMPONENT:
        return _first_component(run_id, unit)
    return {NEIGHBORS.key: _neighbors, YOU.key: _you, WORDS.key: _words}[mission.key](run_id)


def of_first_model(outcome: Outcome, started: Started, proof: Proof | None, unit: str) -> str:
    """What the first model can do, beside what needs none; without a proof, nothing of its components."""
    first = (
        f"Your model is off by **{outcome.guess_error:.3f}** {unit} on ratings that it has never seen; always guessing "
        f"the mean is off by {started.mean_rmse:.3f}, and averages by {started.averages_rmse:.3f}."
    )
    if proof is None:
        return first
    n = len(proof.worth)
    return f"{first} Of the {phrases.count(n, 'component')} that it found, {proof.proven} can be told from chance."


def _overfitting(unit: str) -> str:
    ratings = loaders.ratings(state.dataset_id())
    key = trainings.key(careless(ratings))
    stored = {summary.run_id for summary in loaders.runs_of(ratings.dataset_id)}
    now = look("train")
    if key not in stored or now.history is None or now.settings is None or not protected(now.settings, now.aims):
        return ""
    return of_overfitting(loaders.run(key).history, now.history, unit)


def of_overfitting(without: Sequence[Epoch], cured: Sequence[Epoch], unit: str) -> str:
    """What a model without a penalty did, and what one with it, each from its epochs."""
    best, last = min(without, key=lambda epoch: epoch.guess_error), without[-1]
    kept = min(cured, key=lambda epoch: epoch.guess_error)
    return (
        f"Without a penalty the training error fell from {without[0].rmse:.3f} to **{last.rmse:.3f}** {unit}, while "
        f"the error on new ratings rose from {best.guess_error:.3f} at epoch {best.epoch} to "
        f"**{last.guess_error:.3f}**. With it the error on new ratings came down to **{kept.guess_error:.3f}**, though "
        f"on the training ratings it was {kept.rmse:.3f}."
    )


def _first_component(run_id: str, unit: str) -> str:
    name = next((name for name in naming.kept(run_id) if name.component == 0), None)
    proof = tested(run_id).proof
    if name is None:
        return ""
    called = f"You called the first component {_called(name)}."
    if proof is None or name.basis != "predictions":
        return f"{called} Whether it holds on ratings that the model has not seen, nobody has tested."
    holds = "earns its place" if proof.proven else "cannot be told from chance"
    return f"{called} On ratings that the model has not seen it {_change(float(proof.worth[0]), unit)}, and {holds}."


def _neighbors(run_id: str) -> str:
    rows = loaders.item_rows(run_id)
    asked = str(look("neighbors").widgets.get(f"near_{rows.noun}", ""))
    if asked not in rows.offered:
        return ""
    least = look("neighbors").aims.enough
    strangers, known = (facts.nearest_to(run_id, rows.offered[asked], least=number) for number in (1, least))
    if strangers is None or known is None:
        return ""
    (first, few), (then, many) = strangers, known
    return (
        f"Of all {rows.nouns}, **{first}** lies nearest to **{escape(asked)}**, with "
        f"{phrases.count(few, 'rating')} behind it. Of those with {least} ratings or more it is "
        f"**{then}**, with {many:,}."
    )


def _you(run_id: str) -> str:
    given = own(state.dataset_id()).given
    if not given:
        return ""
    view = load_view(run_id)
    guess = view.model.predictions(view.person)
    ratings = view.model.ratings
    guess[ratings.items.indices(list(given))] = -1e9
    guess[~view.rows.trained | (ratings.item_count < min(21, int(ratings.item_count.max())))] = -1e9
    best = int(guess.argmax())
    mean = sum(given.values()) / len(given)
    scale = (ratings.min_rating, ratings.max_rating)
    return (
        f"You have given {phrases.count(len(given), 'rating')}, {mean:.2f} on average, and that was enough for a row "
        f"of numbers of your own. Of the better-known {view.rows.nouns} it would have you like "
        f"**{escape(view.rows.labels[best])}** best, with {phrases.guessed(float(guess[best]), scale)}."
    )


def _words(run_id: str) -> str:
    """What is left on the screen of somebody's own: the word asked about, and the poles."""
    now, ratings = look("maps"), loaders.ratings(state.dataset_id())
    chosen = chosen_items.best_known(ratings)
    found = None if chosen is None else facts.nearest_to(run_id, chosen, least=0)
    nearest = None if chosen is None or found is None else (facts.title(run_id, chosen), found[0])
    answers = {asked: facts.answers(run_id, asked) for asked in (checks.WORKS, checks.FAMOUS)}
    return of_words(
        nearest,
        {asked: facts.title(run_id, found.index[0]) for asked, found in answers.items() if found is not None},
        facts.furthest(run_id, now.poles),
        (int(facts.above_chance(now) or 0), loaders.run(run_id).config.dimensions),
    )


def of_words(
    nearest: tuple[str, str] | None,
    answers: Mapping[tuple[str, str, str], str],
    axis: Furthest | None,
    components: tuple[int, int],
) -> str:
    """What words know of each other, by what somebody asked them.

    `nearest` is the word asked about, and the one that lies nearest; `answers` came first for a − b + c; `axis` is
    the person's own; `components` is how many stand above chance, of how many.
    """
    said = [f"{a} − {b} + {c} led to **{answer}**" for (a, b, c), answer in answers.items()]
    sentences = [f"{', and '.join(said)}." if said else ""]
    if nearest is not None:
        sentences.insert(0, f"Nearest to your word **{nearest[0]}** lies **{nearest[1]}**.")
    if axis is not None:
        sentences.append(
            f"Your axis runs from **{axis.low}** ({signed(axis.low_place)}) to **{axis.high}** "
            f"({signed(axis.high_place)})."
        )
    count, n = components
    sentences.append(f"{count} of {phrases.count(n, 'component')} {verb(count, 'stands', 'stand')} above chance.")
    return " ".join(filter(None, sentences))


def _noise(unit: str) -> str:
    named = naming.last_on_twin()
    if named is None:
        return ""
    run_id, name = named
    twin, real = tested(run_id).proof, tested(real_id(run_id)).proof
    return "" if twin is None or real is None else of_noise(name, twin, real, unit)


def _called(name: Name) -> str:
    return f"**{' – '.join(escape(end) for end in (name.low, name.high) if end)}**"


def of_noise(name: Name, twin: Proof, real: Proof, unit: str) -> str:
    """What unseen ratings say of the component that somebody named on a twin, and of the model's own."""
    k = name.component
    called = f"You called it {_called(name)}"
    if name.basis != "predictions" or k >= min(len(twin.worth), len(real.worth)):
        whole, own = (float(proof.rmse[0] - proof.rmse[-1]) for proof in (twin, real))
        proven = f"{phrases.count(real.proven, 'component')} of it" if real.proven else "no component of it"
        return (
            f"{called}. On ratings that it has not seen, all that such a model learned {_change(whole, unit)}; "
            f"all taste of yours {_change(own, unit)}, and {proven} can be told from chance."
        )
    verdict = "earns its place" if k < real.proven else "cannot be told from chance either"
    passed = ", and passes the test by luck, as one twin in twenty may" if k < twin.proven else ""
    return (
        f"{called}. On ratings that it has not seen, this component {_change(float(twin.worth[k]), unit)}{passed}; "
        f"component {k + 1} of your model {_change(float(real.worth[k]), unit)}, and {verdict}."
    )


def _change(worth: float, unit: str) -> str:
    """What becomes of the error: "raises the error by 0.0008 stars"."""
    if abs(worth) < STILL:
        return "changes no guess worth speaking of"
    return f"{'lowers' if worth > 0 else 'raises'} the error by {abs(worth):.4f} {unit}"
