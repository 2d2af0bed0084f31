"""The fields for names of a component's ends; each component has its own."""

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput


def name_field(app: AppTest, end: str) -> TextInput:
    """The one on the page for the "low" or the "high" end."""
    (found,) = (field for field in app.text_input if str(field.key).startswith(f"name_{end}_"))
    return found
