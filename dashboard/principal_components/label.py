"""What a component is called wherever it is named: its number, the names of its ends, and whether it is proven."""

from dataclasses import dataclass

from core.analysis.components.pca import Basis

UNITS: dict[Basis, str] = {"pca": "embedding units", "predictions": "predicted taste"}
"""What scores along components are counted in."""


@dataclass(frozen=True)
class Label:
    """One component's label, its number from 1. The names of its ends are somebody's words: make them harmless.

    `unproven`: ratings that the model has not seen give it no support. `unit`: what scores along it are counted in.
    """

    number: int
    low: str = ""
    high: str = ""
    unproven: bool = False
    unit: str = UNITS["pca"]

    @property
    def named(self) -> bool:
        """Whether either end has a name."""
        return bool(self.low or self.high)

    @property
    def short(self) -> str:
        """Without the names: "component 14 (unproven)"."""
        return f"component {self.number}{' (unproven)' if self.unproven else ''}"

    @property
    def span(self) -> str:
        """From end to end: "children's ← component 3 → horror"; without names as `short`."""
        low = f"{_cut(self.low)} ← " if self.low else ""
        high = f" → {_cut(self.high)}" if self.high else ""
        return f"{low}{self.short}{high}"

    @property
    def ends(self) -> str:
        """The names alone, in full: "children's – horror"; empty without any."""
        return f"{self.low or 'not named'} – {self.high or 'not named'}" if self.named else ""

    @property
    def column(self) -> str:
        """Heading of a column of scores, and in files: "PC 3 (children's – horror)"."""
        return f"PC {self.number} ({self.ends})" if self.named else f"PC {self.number}"


LONGEST_ON_AXIS = 24
"""Characters of a name that an axis has room for; two names and the number stand beside each other."""


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_ON_AXIS else f"{name[: LONGEST_ON_AXIS - 1]}…"
