"""The scales on which people usually rate."""

_SCALES = (
    (0, 1), (-1, 1), (1, 5), (0.5, 5), (0, 5), (1, 6), (1, 7), (1, 10), (0.5, 10), (0, 10), (-10, 10), (1, 100),
    (0, 100),
)  # fmt: skip


def usual_scale(low: float, high: float) -> tuple[float, float]:
    """The narrowest usual scale that holds all ratings and reaches its ends near them; else the ratings' own ends."""
    for start, end in _SCALES:
        if start <= low and high <= end and (high - low) * 2 >= end - start:
            return float(start), float(end)
    within = [(end - start, start, end) for start, end in _SCALES if start <= low and high <= end and low == high]
    return (float(min(within)[1]), float(min(within)[2])) if within else (low, high)
