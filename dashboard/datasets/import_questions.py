"""What only the person who brings a file can say about it, each with a proposal to agree to, or a choice."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.data import Preview
from core.data.importing.request import Question, Wide
from dashboard.shared import elements
from dashboard.shared.markup import escape

Say = Callable[[dict[str, str | None]], None]
"""Takes roles of columns and options as somebody said them; a callback."""


def ask(preview: Preview, question: Question, say: Say) -> None:
    """The question in plain words, with the likely answer one click away."""
    if question.one_persons:
        _lead_to_for_you(preview, question.service)
    elif question.wide:
        _reshape(question.wide, say)
    elif question.proposed is None:
        elements.error(preview.code, question.message)
    elif sides := _the_two_left(preview):
        _who_and_what(preview, sides, say)
    else:
        elements.error(preview.code, question.message)


def needs_fields(preview: Preview) -> bool:
    """Whether each unclear column has to be chosen by itself, not one of two answers."""
    return bool(preview.unclear) and not _the_two_left(preview)


def agree(question: Question, said: dict[str, str], unclear: tuple[str, ...], say: Say) -> None:
    """A button that takes the columns as they are proposed, where somebody said nothing else."""
    proposed = {role: said.get(role) or getattr(question.proposed, role) for role in unclear}
    if all(proposed.values()):
        elements.button("Read it so", "check", "agree", say, proposed, primary=True)


def reshaped(row_is: str, say: Say) -> None:
    """How a wide table is read now, and the other ways."""
    other = "item" if row_is == "person" else "person"
    with st.container(horizontal=True):
        elements.button(f"No, each row is one {other}", "swap_horiz", "swap_rows", say, {"reshape": other})
        elements.button("Read it as it stands", "undo", "no_reshape", say, {"reshape": None})


def _lead_to_for_you(preview: Preview, service: str) -> None:
    file = escape(preview.tables[0].file)
    exported = (
        f"holds one person's ratings, as {service} exports them" if service else "looks like one person's ratings"
    )
    st.info(
        f"{file} {exported}. A model learns from many people's; with one's own ratings it can say what else to try.",
        icon=":material/person:",
    )
    elements.page_link("for_you", "Take them to For you", "recommend")


def _reshape(wide: Wide, say: Say) -> None:
    row, other = ("item", "person") if wide.rows_are_items else ("person", "item")
    st.info(f"This is a wide table: {escape(wide.words)}.", icon=":material/pivot_table_chart:")
    ratings = f"{wide.ratings:,} ratings" if wide.whole else "ratings"
    with st.container(horizontal=True):
        elements.button(f"Turn it into {ratings}", "check", "reshape", say, {"reshape": row}, primary=True)
        elements.button(f"No, each row is one {other}", "swap_horiz", "swap_rows", say, {"reshape": other})


def _the_two_left(preview: Preview) -> list[str]:
    """The two columns of which one is the person and one what is rated; none where more than that is unclear."""
    table = preview.tables[0]
    left = [name for name, role in zip(table.columns, table.roles, strict=True) if not role]
    proposed = preview.question.proposed if preview.question else None
    pair = proposed is not None and [*preview.unclear] == ["user", "item"] and len(left) == 2
    return left if pair else []


def _who_and_what(preview: Preview, sides: list[str], say: Say) -> None:
    """Which of two columns is the person."""
    table = preview.tables[0]
    words = {"rating": "the rating", "timestamp": "the time"}
    told = [f"{name} is {words[role]}" for name, role in zip(table.columns, table.roles, strict=True) if role in words]
    by_values = f"By its values, {' and '.join(told)}." if told else ""
    with st.container(border=True):
        st.markdown(f"**Who is in which column?** The file does not name its columns. {escape(by_values)}")
        answers = {tuple(order): _answer(*order) for order in (sides, sides[::-1])}
        chosen = st.radio(
            "Who is in which column?",
            [*answers],
            format_func=answers.__getitem__,
            key=f"sides {' '.join(sides)} {table.file}",
            label_visibility="collapsed",
        )
        user, item = chosen
        elements.button("Read it so", "check", "agree", say, {"user": user, "item": item}, primary=True)


def _answer(user: str, item: str) -> str:
    sentence = f"{user} is the person, {item} is what is rated"
    return escape(sentence[:1].upper() + sentence[1:])


_COUNTS = {"": "As they are", "ranks": "Ranks 1 to 5", "log": "Logarithm"}
_ABOUT_COUNTS = (
    "Ranks: within each person, the fifth used least is 1, the fifth used most 5. Logarithm: log2(1 + count), so one "
    "more point is twice as often. As they are, the largest counts would outweigh everything else."
)


def doubts(
    preview: Preview, options: dict[str, Any], key: Callable[[str, object], str], say: Callable[..., None]
) -> None:
    """Every doubt with its choice; `key` makes the key of a widget, `say` remembers an option that is not empty."""
    if not preview.doubts:
        return
    with st.container(border=True):
        for doubt in preview.doubts:
            st.markdown(f":material/help: {escape(doubt.words)}")
            widget = key(doubt.option, doubt.value)
            if doubt.value is None:
                st.segmented_control(
                    "Take these numbers as",
                    list(_COUNTS),
                    default=options.get("counts", ""),
                    required=True,
                    format_func=_COUNTS.__getitem__,
                    key=widget,
                    on_change=_take_counts,
                    args=(widget, say),
                    help=_ABOUT_COUNTS,
                    wrap=True,
                )
            else:
                _ask_code(doubt.value, options.get("no_rating", ()), widget, say)
        st.caption("This is what the first rows show; the import looks at all of them.")


def _ask_code(code: float, chosen: tuple[float, ...], widget: str, say: Callable[..., None]) -> None:
    st.checkbox(
        f"{code:g} means “no rating”: leave these rows out",
        value=code in chosen,
        key=widget,
        on_change=_take_code,
        args=(widget, code, chosen, say),
    )


def _take_code(widget: str, code: float, chosen: tuple[float, ...], say: Callable[..., None]) -> None:
    """Add a code to those that mean "no rating", or take it away; a callback."""
    others = tuple(value for value in chosen if value != code)
    say("no_rating", (*others, code) if st.session_state[widget] else others or None)


def _take_counts(widget: str, say: Callable[..., None]) -> None:
    """Remember what to make of counts; a callback."""
    say("counts", st.session_state[widget])
