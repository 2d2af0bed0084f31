"""The start page by its name."""

from urllib.parse import urljoin

import pytest

from dashboard.server.start_page import StartPage
from tests.dashboard.server.asking import ask, page


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/start", "/"),
        ("/start/", "/"),
        ("/start?run=1&mission=a%20b", "/?run=1&mission=a%20b"),
        ("/below/start?run=1", "/below/?run=1"),
    ],
)
def test_its_name_leads_to_the_start_page(path, leads_to):
    name, _, query = path.partition("?")
    answer = ask(StartPage(page), name, scope={"query_string": query.encode()})
    assert answer.status == 307
    assert urljoin(f"http://here{path}", answer.headers["location"]) == f"http://here{leads_to}"


@pytest.mark.parametrize("path", ["/", "/train", "/restart", "/start/train", "/_stcore/start", "//start.png"])
def test_other_addresses_pass(path):
    assert ask(StartPage(page), path).status == 200
