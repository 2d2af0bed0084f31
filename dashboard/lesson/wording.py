"""Numbers as the lesson prints them, and the question at the end of a step."""

import streamlit as st

MINUS = "−"


def fixed(value: float, digits: int = 4) -> str:
    """A number with its digits, a real minus sign, and no negative zero."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def summand(value: float, digits: int = 4) -> str:
    """A number to be added, with its sign in front: "+ 0.2100", "− 0.0300"."""
    text = fixed(value, digits)
    return f"{MINUS} {text[1:]}" if text.startswith(MINUS) else f"+ {text}"


def short_time(seconds: float) -> str:
    """A short time in the unit that suits it: "0.8 µs", "900 µs", "12 ms"."""
    number, unit = (seconds * 1e6, "µs") if seconds < 1e-3 else (seconds * 1e3, "ms")
    return f"{float(f'{number:.2g}'):,g} {unit}"  # of 900 two digits alone would be written 9e+02


def ask(question: str, answer: str) -> None:
    """Something to think about, with its answer (Markdown) folded away."""
    with st.container(border=True):
        st.markdown(f"**:material/psychology: {question}**")
        with st.expander("An answer"):
            st.markdown(answer)
