"""When two runs are the same."""

from core.model.run import Run


def assert_equal(left: Run, right: Run) -> None:
    """Two runs agree in all they hold, their weights bit for bit."""
    for name in ("run_id", "config", "dataset", "started", "history", "steps", "outcome", "created_at", "versions"):
        assert getattr(left, name) == getattr(right, name), name
    for name in ("user_embedding", "item_embedding", "user_bias", "item_bias"):
        a, b = getattr(left.weights, name), getattr(right.weights, name)
        assert (a is None) == (b is None), name
        assert a is None or (a.dtype == b.dtype and a.tobytes() == b.tobytes()), name
