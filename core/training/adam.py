"""Adam in NumPy, for trainings that need no TensorFlow."""

from collections.abc import Sequence

import numpy as np


class Adam:
    """Adam (Kingma and Ba 2015) on some float32 arrays, which it moves in place."""

    def __init__(self, numbers: Sequence[np.ndarray], rate: float) -> None:
        self._numbers, self._rate, self._steps = numbers, rate, 0
        self._moments = [(np.zeros_like(one), np.zeros_like(one)) for one in numbers]

    def move(self, slopes: Sequence[np.ndarray]) -> None:
        """One step against the slopes, one in the shape of each array."""
        self._steps += 1
        size = np.float32(self._rate * np.sqrt(1 - 0.999**self._steps) / (1 - 0.9**self._steps))
        for place, slope in enumerate(slopes):
            number, (first, second) = self._numbers[place], self._moments[place]
            first += np.float32(0.1) * (slope - first)
            second += np.float32(0.001) * (np.square(slope) - second)
            number -= size * first / (np.sqrt(second) + np.float32(1e-8))
