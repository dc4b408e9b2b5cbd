"""What an import would fill: each list with its clusters, and the account of all rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recordpick.codelist_import.cluster_map import NOT_CONFIRMED, year_in_words
from recordpick.codelist_import.source_file import Rejected, SourceFile
from recordpick.text import day, plural


@dataclass(frozen=True, slots=True)
class ClusterUse:
    """A cluster that fills a list: how many codes, its description in the file, how it is known."""

    cluster: str
    codes: int
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class FilledList:
    """A list, its codes with their terms, and where they come from."""

    name: str
    codes: Mapping[str, str]
    used_by: tuple[str, ...]
    """Who names it: "reports", "criteria"."""
    clusters: tuple[ClusterUse, ...] = ()
    missing: tuple[str, ...] = ()
    """Clusters of the map that the files do not have."""
    rejected: int = 0
    """Rows of its clusters that cannot be used."""
    retired: int = 0
    """Codes that are retired in SNOMED CT and stay in the list: old entries carry them."""
    files: tuple[str, ...] = ()
    reason: str = ""
    """Why it has no codes; "" if it has some."""

    @property
    def is_filled(self) -> bool:
        """Whether it has codes."""
        return bool(self.codes)

    @property
    def is_sure(self) -> bool:
        """Whether it has everything that its clusters have, and their names are confirmed."""
        is_known = not any(NOT_CONFIRMED in use.source for use in self.clusters)
        return self.is_filled and is_known and not (self.missing or self.rejected)

    @property
    def mark(self) -> str:
        """`?` where it has no codes, `!` where something is to be looked at, else `√`."""
        return "?" if not self.is_filled else "√" if self.is_sure else "!"

    @property
    def says(self) -> str:
        """What a person must know of it, as phrases; "" if nothing."""
        unsure = [use for use in self.clusters if NOT_CONFIRMED in use.source]
        parts = [
            self.reason,
            f"{plural(self.rejected, 'line')} cannot be used" if self.rejected else "",
            f"not in the files: {', '.join(self.missing)}" if self.missing and self.codes else "",
            *(
                f'{use.cluster}: the name is likely, not confirmed; the file says "{use.text}"'
                for use in unsure
            ),
            f"{plural(self.retired, 'retired code')} kept for old entries" if self.retired else "",
            *(one for one in self.files if not self.clusters),
        ]
        return "; ".join(filter(None, parts))


@dataclass(frozen=True)
class ListImport:
    """What the files give: the lists, the count of their rows, and what cannot be used."""

    year: int
    lists: tuple[FilledList, ...]
    sources: tuple[SourceFile, ...]
    not_used: tuple[Path, ...]
    rows: int
    used: int
    rejected: int
    rejects: tuple[Rejected, ...] = ()
    """The first of the rejected rows of each file."""
    not_needed: Mapping[str, int] = field(default_factory=dict)
    """Groups of the files that fill no list, with their rows."""
    notes: tuple[str, ...] = ()

    @property
    def lists_missing_first(self) -> tuple[FilledList, ...]:
        """The lists, those without codes first, then those to look at, each by name."""
        order = {"?": 0, "!": 1, "√": 2}
        return tuple(sorted(self.lists, key=lambda one: (order[one.mark], one.name)))

    @property
    def filled(self) -> int:
        """How many lists have codes."""
        return sum(one.is_filled for one in self.lists)

    @property
    def rows_in_words(self) -> str:
        """The account of all rows as a sentence."""
        left = self.rows - self.used - self.rejected
        return (
            f"{plural(self.rows, 'line')} read = {self.used:,} used + {left:,} not needed + "
            f"{self.rejected:,} rejected"
        )

    @property
    def release_in_words(self) -> str:
        """Version and day of the files, and the QOF year: "v56.0.0, 27 Jun 2025 · QOF 2025/26"."""
        versions = dict.fromkeys(f"v{one.version}" for one in self.sources if one.version)
        days = sorted({one.day for one in self.sources if one.day}, reverse=True)
        known = [*versions, *map(day, days[:1])]
        release = ", ".join(known) or "date not known"
        return f"{release} · QOF {year_in_words(self.year)}"
