"""When two runs are the same."""

from core.model.run import Run


def assert_equal(left: Run, right: Run) -> None:
    """Two runs agree in all they hold, their weights bit for bit."""
    for name in ("run_id", "config", "dataset", "started", "history", "steps", "outcome", "created_at", "versions"):
        assert getattr(left, name) == getattr(right, name), name
    assert type(left.scorer) is type(right.scorer)
    assert left.scorer.scale == right.scorer.scale
    assert left.scorer.arrays.keys() == right.scorer.arrays.keys()
    for name, array in left.scorer.arrays.items():
        other = right.scorer.arrays[name]
        assert array.dtype == other.dtype and array.shape == other.shape, name
        assert array.tobytes() == other.tobytes(), name
