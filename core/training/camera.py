"""Records where items are while a model learns."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

FRAMES_PER_EPOCH = 10  # frames of an epoch, to begin with: a training of three epochs then has thirty

MOST_FRAMES = 100
"""Frames of a film; of a longer training every second one is let go, and then every second one of those."""

MOST_BYTES = 64 * 2**20
"""Memory for all frames of a film while it is taken; with more items those rated most are filmed."""

MOST_ITEMS = 12_000
"""Items of a film, however few numbers each has: a run keeps four bytes of an item and frame, 5 MB in all."""

Numbers = Callable[[np.ndarray], np.ndarray]
"""From rows of items, (n,), to what the model knows of them at this moment, (n, width)."""


@dataclass(eq=False)
class Camera:
    """Takes pictures of the items' numbers in even steps of a training; a training asks it when."""

    # told of every frame as it is taken: epochs done, and the numbers of `rows`, (n, width)
    on_frame: Callable[[float, np.ndarray], None] = lambda at, numbers: None
    # items that are filmed, the most rated first, int64, (n,)
    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    # epochs done and the numbers then, float16, of each frame so far
    frames: list[tuple[float, np.ndarray]] = field(default_factory=list)
    every: float = 1 / FRAMES_PER_EPOCH  # epochs between two frames
    scale: np.ndarray | float = 1.0  # what the numbers of all frames are to be multiplied by, one factor or (width,)

    def begin(self, count: np.ndarray, width: int) -> None:
        """Choose the items to film.

        `count`: training ratings of each item, (n_items,); one without any is not filmed.
        """
        most = MOST_BYTES // (MOST_FRAMES * width * np.dtype(np.float16).itemsize)
        order = np.argsort(-count, kind="stable")
        self.rows = order[: min(most, MOST_ITEMS, np.count_nonzero(count))]
        self.frames, self.every, self.scale = [], 1 / FRAMES_PER_EPOCH, 1.0

    @property
    def next_at(self) -> float:
        """Epochs done when the next frame is due."""
        return self.frames[-1][0] + self.every if self.frames else 0.0

    def look(self, at: float, numbers: Numbers) -> None:
        """Take a frame if one is due. `numbers`: asked for those of `rows` where one is."""
        if at < self.next_at - 1e-9:
            return
        taken = numbers(self.rows)
        self.frames.append((at, taken.astype(np.float16)))
        self.on_frame(at, taken)
        if len(self.frames) > MOST_FRAMES:
            self.frames = self.frames[::2]
            self.every *= 2

    def rescale(self, factor: np.ndarray) -> None:
        """The training changed its units: all numbers taken so far count times a factor for each, (width,)."""
        self.scale = self.scale * factor
