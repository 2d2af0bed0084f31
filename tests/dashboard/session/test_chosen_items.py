"""What is chosen as a text for an address."""

import base64
import zlib

import numpy as np
import pytest

from dashboard.session.chosen_items import LONGEST_LINK, packed, unpacked


@pytest.mark.parametrize("n", [1, 7, 8, 9, 400, 9066])
def test_what_is_packed_comes_back(n: int):
    rng = np.random.default_rng(n)
    for share in (0.0, 0.1, 1.0):
        chosen = np.flatnonzero(rng.random(n) < share)
        np.testing.assert_array_equal(unpacked(packed(chosen, n), n), chosen)


def test_any_choice_among_the_bundled_movies_fits_into_a_link():
    chosen = np.flatnonzero(np.random.default_rng(0).random(9066) < 0.5)  # nothing is harder to compress
    assert len(packed(chosen, 9066)) <= LONGEST_LINK / 3


def text(told: bytes) -> str:
    return "!" + base64.urlsafe_b64encode(zlib.compress(told)).decode().rstrip("=")


@pytest.mark.parametrize(
    "said",
    ["!", "!x", "!****", "!" + "A" * 5000, text(b""), text(b"\1"), text(bytes(3)), text(b"\0\1"), text(bytes(10**7))],
)
def test_a_text_of_other_data_or_of_none_chooses_nothing(said: str):
    assert unpacked(said, 12) is None
