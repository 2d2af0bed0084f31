"""How much an import may take: every limit, its default and the variable that changes it."""

from dataclasses import dataclass
from typing import Self

from core import settings
from core.errors import TooLargeError

_PREFIX = "IMPORT_"
MIB = 2**20


@dataclass(frozen=True)
class ImportLimits:
    """Limits of one import; `EMBEDDING_EXPLORER_IMPORT_MAX_ROWS` and so on change them.

    Attributes:
        max_file_mb: Files as they come, together, in MiB.
        max_unpacked_mb: The same after unpacking, in MiB.
        max_ratio: Unpacked bytes for each packed one, counted above 1 MiB.
        max_members: Files in an archive or a folder.
        max_rows: Rows of rating tables, good and bad.
        max_columns: Columns of a table.
        max_users, max_items: Distinct ids.
        max_id_length: Characters of an id.
        max_rejected: Rejected rows listed one by one; all are counted.
        max_memory_mb: Memory of the process that reads, in MiB.
        max_seconds: Time of the process that reads.
    """

    max_file_mb: int = 4096
    max_unpacked_mb: int = 8192
    max_ratio: int = 100
    max_members: int = 1000
    max_rows: int = 50_000_000
    max_columns: int = 500
    max_users: int = 2_000_000
    max_items: int = 1_000_000
    max_id_length: int = 200
    max_rejected: int = 1000
    max_memory_mb: int = 4096
    max_seconds: int = 900

    @classmethod
    def from_environment(cls) -> Self:
        """The defaults with what the environment changes; raises LimitError where it is no positive whole number."""
        return settings.numbers(cls, _PREFIX)

    def check(self, limit: str, found: float, what: str) -> None:
        """Pass if `found` is within the limit of that name.

        Raises:
            TooLargeError: It is not; the message says how to raise the limit.
        """
        allowed = getattr(self, limit)
        if found > allowed:
            raise TooLargeError(
                f"{what}: {found:,.0f} found, {allowed:,} allowed; bring less, or raise "
                f"{settings.PREFIX}{_PREFIX}{limit.upper()}"
            )
