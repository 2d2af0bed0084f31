"""The parts of Streamlit's program that come with a page."""

import re
from pathlib import Path

import pytest
import streamlit

from dashboard.server.ahead import PARTS, links


@pytest.mark.parametrize("part", PARTS)
def test_each_is_a_file_that_streamlit_serves(part):
    (address,) = re.findall(rf'href="\./({re.escape("static/js/" + part)}\.[^"]+\.js)"', links())
    assert (Path(streamlit.__file__).parent / "static" / address).is_file()
