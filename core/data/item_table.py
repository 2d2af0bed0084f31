"""The table of items, as it is stored until somebody asks for it in pandas."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from core.data.ratings import Ratings


@dataclass(frozen=True, eq=False)
class StoredItems:
    """An item table as its file has it.

    The first page needs titles and genres alone, and to import pandas takes a server as long as to draw that page.
    """

    columns: "pa.Table"

    @property
    def titles(self) -> list[str]:
        """Of each item."""
        return self.columns["title"].to_pylist()

    @cached_property
    def genres(self) -> list[list[str]]:
        """Those of each item."""
        column = self.columns["genres"]
        return column.to_pylist() if any(len(chunk.values) for chunk in column.chunks) else [[]] * len(column)

    def further(self) -> "Iterator[tuple[str, list[float] | list[str] | pd.Series]]":
        """The columns but for ids, titles and genres, with the values that the table has: without pandas, but where a
        column holds neither floats nor texts in all rows."""
        for name in self.columns.drop_columns(["item_id", "title", "genres"]).column_names:
            column = self.columns[name]
            if column.type == "double":
                yield name, [math.nan if value is None else value for value in column.to_pylist()]
            elif column.type in ("string", "large_string") and not column.null_count:
                yield name, column.to_pylist()
            else:
                yield name, self.table()[name]

    def table(self) -> "pd.DataFrame":
        """The same as `Ratings.item_table` says."""
        import pandas as pd

        table = self.columns.drop_columns(["item_id", "genres"]).to_pandas()
        table.insert(2, "genres", pd.Series(self.genres, dtype=object))
        return table


class ItemTable:
    """The field `item_table` of `Ratings`: a table, or a stored one, which becomes a table when it is asked for."""

    def __get__(self, of: "Ratings | None", owner: type) -> "pd.DataFrame":
        if of is None:
            raise AttributeError("a field without a default")
        known = vars(of)["_items"]
        if isinstance(known, StoredItems):
            known = vars(of)["_items"] = known.table()
        return known

    def __set__(self, of: "Ratings", known: "pd.DataFrame | StoredItems") -> None:
        vars(of)["_items"] = known
