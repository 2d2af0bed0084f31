"""`embedding-explorer serve`: `streamlit run` of the installed dashboard, with all options of that."""

import sys
from pathlib import Path

import click
from streamlit.web.cli import configurator_options, main_run

APP = Path(__file__).with_name("app.py")
"""Streamlit reads the settings in `.streamlit/config.toml` beside it, whatever folder the command is called in."""


@click.command()
@configurator_options
def serve(**options: object) -> None:
    """Start the dashboard, and print its address. Control and C stop it."""
    if sys.platform == "win32":
        raise click.UsageError(
            "the dashboard does not run on Windows itself, where the processes that read files and train could not be "
            "limited and ended as they have to be; it runs there in WSL and in a container, see docs/schools.md"
        )
    click.get_current_context().invoke(main_run, target=str(APP), **options)
