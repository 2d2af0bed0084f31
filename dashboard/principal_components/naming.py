"""The names of components on the page: fields to type them in, and the link that carries them.

A link that holds other names than those kept with the model shows its own, and
says so; they are kept only when somebody asks for it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.access import Action
from core.analysis.components.bases import PREDICTIONS, How
from core.analysis.components.pca import Basis, Pca
from core.errors import ExplorerError, LimitError
from core.studies import component_names
from core.studies.component_names import EndNames, Name
from core.studies.twins import is_twin
from dashboard.cache import component_analyses
from dashboard.principal_components.label import UNITS, Label
from dashboard.session import state, visitor
from dashboard.shared import elements, phrases
from dashboard.shared.markup import escape

ENDS = ("low", "high")
_PARAMETER = re.compile(r"(low|high)_([1-9]\d{0,3})")
_LINKED, _WRITTEN, _ON_TWINS = "_names_in_link", "_names_written", "_names_on_twins"
_TYPED = "_names_typed"
"""Session key of the runs and components, from 0, that were named here."""


@dataclass(frozen=True, eq=False)
class Naming:
    """Names of all components of one analysis, (n_components,) each.

    `in_force` are those on the screen, a link's (`linked`) before those kept with the run; `problems` say in words
    what could not be read.
    """

    in_force: tuple[EndNames | None, ...]
    kept: tuple[EndNames | None, ...]
    linked: tuple[bool, ...]
    basis: Basis
    problems: tuple[str, ...] = ()

    def labels(self, signal: int | None = None) -> list[Label]:
        """What each component is called; the first `signal` carry some, and None says that this is not known."""
        return [
            Label(
                number=place + 1,
                low=names.low if names else "",
                high=names.high if names else "",
                unproven=signal is not None and place >= signal,
                unit=UNITS[self.basis],
            )
            for place, names in enumerate(self.in_force)
        ]


def kept_labels(run_id: str, components: Pca, signal: int | None = None) -> list[Label]:
    """What each component is called by the names that are kept with a run and fit it; `signal` as in `labels`."""
    try:
        fitting = _fitting(_names(run_id), run_id, components)
    except ExplorerError as error:
        st.warning(escape(phrases.sentence(str(error))), icon=":material/warning:")
        fitting = (None,) * len(components.components)
    nobody = (False,) * len(fitting)
    return Naming(in_force=fitting, kept=fitting, linked=nobody, basis=components.basis).labels(signal)


def look_up(run_id: str, result: Pca, how: How) -> Naming:
    """The names that fit these components, those of a link that was opened included."""
    problems: list[str] = []
    try:
        kept = _fitting(_names(run_id), run_id, result)
    except ExplorerError as error:
        problems.append(str(error))
        kept = (None,) * len(result.components)
    problems += _adopt_link(run_id, result, how, kept)
    linked = _fitting(_linked(run_id), run_id, result)
    return Naming(
        in_force=tuple(theirs or ours for theirs, ours in zip(linked, kept, strict=True)),
        kept=kept,
        linked=tuple(theirs is not None for theirs in linked),
        basis=how.basis,
        problems=tuple(problems),
    )


def _fitting(names: Sequence[Name], run_id: str, result: Pca) -> tuple[EndNames | None, ...]:
    """The names that fit each component of a run."""
    if not names:
        return (None,) * len(result.components)
    return component_names.for_components(names, result, component_analyses.item_covariance(run_id))


def _name(low: str, high: str, result: Pca, component: int, how: How) -> Name:
    """Names of the two ends of a component, from 0."""
    return Name(low, high, result.unit(component), component, how.centered, how.min_ratings, basis=how.basis)


def _names(run_id: str) -> tuple[Name, ...]:
    """The names that this visitor sees with a run; those given on a twin, which names nothing, in this session only."""
    if is_twin(run_id):
        return tuple(st.session_state.get(_ON_TWINS, {}).get(run_id, ()))
    return component_names.get(run_id, by=visitor.current())


def kept(run_id: str) -> tuple[Name, ...]:
    """The names that this visitor sees with a run, their own first; raises as `component_names.get`."""
    return tuple(sorted(_names(run_id), key=lambda name: not name.own))


def last_on_twin() -> tuple[str, Name] | None:
    """What this session last named of a model without taste, with the twin's id; None where it has named nothing."""
    names = [(run_id, name) for run_id, given in st.session_state.get(_ON_TWINS, {}).items() for name in given]
    return names[-1] if names else None


def typed_here(run_id: str) -> frozenset[int]:
    """Components of a run, from 0, that this session has named itself."""
    return frozenset(component for run, component in st.session_state.get(_TYPED, ()) if run == run_id)


def _adopt_link(run_id: str, result: Pca, how: How, kept: Sequence[EndNames | None]) -> list[str]:
    """Remember the names in a link that somebody opened; what cannot be used, in words.

    What this session ever wrote into the address bar itself is no news: a browser that has
    not heard of a change yet still names the address from before.
    """
    problems, written = [], st.session_state.get(_WRITTEN, set())
    for number in sorted({int(match[2]) for key in st.query_params if (match := _PARAMETER.fullmatch(key))}):
        texts = {end: st.query_params.get(f"{end}_{number}", "") for end in ENDS}
        if all(not text or (f"{end}_{number}", text) in written for end, text in texts.items()):
            continue
        if number > len(kept):
            problems.append(f"the link names component {number}, and there are {len(kept)}")
            continue
        try:
            low, high = (component_names.checked(texts[end]) for end in ENDS)
        except LimitError as error:
            problems.append(f"the link's name for component {number} is not shown: {error}")
            continue
        new, before = _name(low, high, result, number - 1, how), kept[number - 1]
        _forget_linked(run_id, new)
        if (low or high) and (before is None or (before.low, before.high) != (low, high)):
            st.session_state[_LINKED] = {run_id: (*_linked(run_id), new)}
    return problems


def _linked(run_id: str) -> tuple[Name, ...]:
    names: tuple[Name, ...] = st.session_state.get(_LINKED, {}).get(run_id, ())
    return names


def _forget_linked(run_id: str, name: Name) -> None:
    covariance = component_analyses.item_covariance(run_id)
    rest = [other for other in _linked(run_id) if not component_names.same(other, name, covariance)]
    st.session_state[_LINKED] = {run_id: tuple(rest)}


def write_link(labels: Sequence[Label], components: Iterable[int]) -> None:
    """Put the names of the components that are on the screen into the address bar."""
    on_screen = [labels[component] for component in dict.fromkeys(components)]
    wanted = {
        f"{end}_{label.number}": text
        for label in on_screen
        for end, text in zip(ENDS, (label.low, label.high), strict=True)
        if text
    }
    for key in [key for key in st.query_params if _PARAMETER.fullmatch(key) and key not in wanted]:
        del st.query_params[key]
    for key, text in wanted.items():
        if st.query_params.get(key) != text:
            st.query_params[key] = text
    st.session_state[_WRITTEN] = st.session_state.get(_WRITTEN, set()) | set(wanted.items())


def field(end: str, run_id: str, component: int, how: How, naming: Naming) -> None:
    """A field with the name of one end of the chosen component; what is typed is kept with the run."""
    names, key = naming.in_force[component], _key(end, run_id, component, how)
    elements.hold(key, getattr(names, end) if names else "")
    st.text_input(
        f"Your name for the {end} end",
        key=key,
        max_chars=component_names.LONGEST,
        placeholder="What do these have in common?",
        on_change=_keep_typed,
        args=(run_id, component, how),
        disabled=not visitor.may(Action.NAME),
    )


def _key(end: str, run_id: str, component: int, how: How) -> str:
    """The field of one end of one component.

    Each has its own: a browser that still shows the name of the component before tells it again with whatever it asks
    for next, and in a field for all components that would be typed into the new one.
    """
    return f"name_{end}_{run_id}_{component}_{how.basis}_{how.centered}_{how.min_ratings}"


@state.reporting
def _keep_typed(run_id: str, component: int, how: How) -> None:
    """Keep what the fields hold with the run; a callback."""
    low, high = (str(st.session_state[_key(end, run_id, component, how)] or "") for end in ENDS)
    _keep(run_id, component, how, low, high)
    if low or high:
        st.session_state.setdefault(_TYPED, set()).add((run_id, component))


@state.reporting
def _publish(run_id: str, component: int, how: How) -> None:
    """Keep one's own names of a component for everybody; a callback."""
    names = _fitting(_names(run_id), run_id, component_analyses.components(run_id, how))[component]
    if names is not None:
        _keep(run_id, component, how, names.low, names.high)


@state.reporting
def _keep_linked(run_id: str, component: int, how: How) -> None:
    """Keep the link's names for a component with the run; a callback."""
    names = _fitting(_linked(run_id), run_id, component_analyses.components(run_id, how))[component]
    if names is not None:
        _keep(run_id, component, how, names.low, names.high)


def _keep(run_id: str, component: int, how: How, low: str, high: str) -> None:
    """Keep the names of both ends with the run, in place of a link's."""
    name, covariance = (
        _name(low, high, component_analyses.components(run_id, how), component, how),
        component_analyses.item_covariance(run_id),
    )
    if is_twin(run_id):
        _keep_on_twin(run_id, name, covariance)
    else:
        component_names.set_name(run_id, name, by=visitor.current(), covariance=covariance)
    _forget_linked(run_id, name)


def _keep_on_twin(run_id: str, name: Name, covariance: np.ndarray) -> None:
    """Keep names in this session, in the place of any for the same direction; raises LimitError as `checked` does."""
    low, high = (component_names.checked(text) for text in (name.low, name.high))
    others = [other for other in _names(run_id) if not component_names.same(other, name, covariance)]
    st.session_state[_ON_TWINS] = {run_id: [*others, replace(name, low=low, high=high)] if low or high else others}


def _leave_linked(run_id: str, component: int, how: How) -> None:
    """Show the link's names for a component no longer; a callback."""
    _forget_linked(run_id, _name("", "", component_analyses.components(run_id, how), component, how))


def remark(run_id: str, component: int, how: How, naming: Naming, nouns: str) -> None:
    """Where the shown name comes from, where that is not plain: a link, or other settings."""
    names, kept = naming.in_force[component], naming.kept[component]
    if not visitor.may(Action.PUBLISH) and elements.allowed(Action.NAME):
        st.caption("Only you see the names that you give.")
    if names is None:
        return
    if names.name.own and visitor.may(Action.PUBLISH):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(":material/visibility_off: Only you see these names.", width="stretch")
            st.button("Show them to everybody", key="publish_names", on_click=_publish, args=(run_id, component, how))
    if naming.linked[component]:
        own = (
            f"kept with this model: **{escape(Label(1, kept.low, kept.high).ends)}**"
            if kept
            else "nothing is kept with this model"
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/link: These names are from the link; {own}.", width="stretch")
            may_not = not visitor.may(Action.NAME)
            st.button("Keep the link's", on_click=_keep_linked, args=(run_id, component, how), disabled=may_not)
            st.button("Leave them", on_click=_leave_linked, args=(run_id, component, how))
    elif (came := _how(names.name)) != how:
        alike = f"orders the {nouns} nearly alike (correlation" if "predictions" in (came.basis, how.basis) else ""
        st.caption(
            f"Named under other settings, as component {names.name.component + 1} of {_analysis(came, nouns)}. This "
            f"component {alike or 'points nearly the same way (cosine'} {names.likeness:.2f})."
        )


def _how(name: Name) -> How:
    """How the components came about of which one was named."""
    return PREDICTIONS if name.basis == "predictions" else How("pca", name.centered, name.min_ratings)


def _analysis(how: How, nouns: str) -> str:
    """An analysis in words."""
    if how.basis == "predictions":
        return "what the model predicts"
    who = f"{nouns} with at least {phrases.count(how.min_ratings, 'rating')}" if how.min_ratings else f"all {nouns}"
    return f"the item matrix, {'centered' if how.centered else 'not centered'} and shaped by {who}"
