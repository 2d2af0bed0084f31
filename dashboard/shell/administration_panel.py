"""The small form in the sidebar with which an administrator logs in, and out again."""

import streamlit as st

from core import access
from dashboard.session import state, visitor
from dashboard.session.administration import HOURS, log_ins

_TOKEN = "administrators_token"  # noqa: S105 - the name of a field


def show() -> None:
    """Where a setting names administrators: the form, or that the visitor is one and the way back."""
    if not access.administrators_are_named():
        return
    administrator = visitor.current().administrator
    label = "You are an administrator" if administrator else "Administration"
    icon = ":material/shield_person:" if administrator else ":material/lock:"
    key = "leave" if administrator else "enter"  # one that was open closes: it would stand where the form stood
    with st.popover(label, icon=icon, type="tertiary", width="stretch", key=f"administration_{key}"):
        if administrator:
            st.caption("You may delete, rename, import and publish, and stop everybody's jobs.")
            st.button("Leave administration", icon=":material/logout:", key="leave_administration", on_click=_leave)
        else:
            _form()


def _form() -> None:
    st.caption(f"For whoever runs this explorer. A log-in is of this browser and lasts {HOURS} hours.")
    if access.has_token():
        with st.form("administration", border=False):
            st.text_input("Administrators' token", type="password", key=_TOKEN, autocomplete="current-password")
            st.form_submit_button("Log in", icon=":material/login:", on_click=_enter)
    if hasattr(st.user, "is_logged_in"):  # as where OpenID Connect is configured
        st.button("Log in with your account", icon=":material/login:", key="log_in_by_account", on_click=st.login)


@state.reporting
def _enter() -> None:
    """Log in with what the field holds, which is emptied; a callback."""
    attempt, st.session_state[_TOKEN] = str(st.session_state.get(_TOKEN) or ""), ""
    log_ins().log_in(attempt, visitor.current())


def _leave() -> None:
    """Be a visitor again; a callback."""
    log_ins().log_out(visitor.current().owner)
    if visitor.is_listed():
        st.logout()
