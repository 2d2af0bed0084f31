import numpy as np

from core.analysis.film import MOST_SHOWN, STEPS, Film, LiveAxes, develop, facing, packed, shown, unpacked

RNG = np.random.default_rng(2)


def test_the_last_frame_lies_where_the_axes_put_its_items_and_no_frame_is_off_the_middle():
    frames, last = [RNG.normal(size=(20, 4)) + 5 for _ in range(3)], RNG.normal(size=(20, 4))
    weight, center, directions = RNG.integers(1, 9, 20), RNG.normal(size=4), RNG.normal(size=(2, 4))
    places = develop(frames, last, weight, center, directions)
    assert places.shape == (4, 20, 2)
    np.testing.assert_allclose(places[-1], (last - center) @ directions.T, atol=1e-5)
    middles = (weight[:, None] * places).sum(axis=1) / weight.sum()
    np.testing.assert_allclose(middles, np.broadcast_to(middles[-1], (4, 2)), atol=1e-5)


def test_packed_places_come_back_to_within_half_a_step():
    places = RNG.normal(size=(5, 30, 2)).astype(np.float32) * [1, 100]
    steps, bounds = packed(places.astype(np.float32))
    assert steps.dtype == np.uint16
    room = np.ptp(places, axis=(0, 1))
    assert (np.abs(unpacked(steps, bounds) - places) <= room / STEPS).all()


def test_places_that_are_all_equal_can_be_packed():
    steps, bounds = packed(np.full((2, 3, 2), 7, np.float32))
    np.testing.assert_array_equal(unpacked(steps, bounds), 7)


def test_live_axes_do_not_spin():
    """The same cloud turned or mirrored keeps its place, whatever axes an analysis of it would choose."""
    cloud, axes = RNG.normal(size=(40, 5)) * [3, 2, 0.1, 0.1, 0.1], LiveAxes(np.ones(40))
    first = axes.places(cloud)
    turn, _ = np.linalg.qr(RNG.normal(size=(5, 5)))
    np.testing.assert_allclose(axes.places(cloud @ turn), first, atol=1e-5)
    np.testing.assert_allclose(axes.places(-cloud), first, atol=1e-5)


def test_a_single_number_lies_on_a_line():
    numbers = RNG.normal(size=(6, 1))
    places = LiveAxes(np.ones(6)).places(numbers)
    np.testing.assert_allclose(np.abs(places[:, 0]), np.abs(numbers[:, 0] - numbers.mean()), atol=1e-6)
    assert not places[:, 1].any()


def test_the_well_known_are_seen_in_the_order_of_their_rows():
    count = np.arange(200)
    filmed = np.argsort(-count)
    assert filmed[shown(filmed, count)].tolist() == list(range(21, 200))


def test_of_data_with_few_ratings_all_are_seen():
    assert shown(np.array([3, 1, 0]), np.array([5, 4, 0, 30])).tolist() == [2, 1, 0]


def test_a_film_shows_no_more_items_than_are_seen_live():
    filmed = np.arange(5000)[::-1]
    seen = shown(filmed, np.full(5000, 30))
    assert seen.tolist() == shown(filmed[:MOST_SHOWN], np.full(5000, 30)).tolist()
    assert len(seen) == MOST_SHOWN


def test_a_film_of_some_items():
    film = Film(np.array([7, 2, 5]), np.arange(2.0), RNG.normal(size=(2, 3, 2)))
    part = film.of(np.array([2, 7]))
    assert part.rows.tolist() == [2, 7]
    np.testing.assert_array_equal(part.places, film.places[:, [1, 0]])


def test_the_axes_of_two_films_face_the_same_way():
    places = RNG.normal(size=(3, 30, 2)).astype(np.float32)
    film = Film(np.arange(30), np.arange(3.0), places * np.array([-2, 1], np.float32))
    np.testing.assert_array_equal(facing(film, places[-1]).places, places * np.array([2, 1], np.float32))
