"""Which columns of a file are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Columns:
    """The header and which of its columns are asked for, under which name."""

    header: tuple[str, ...]
    wanted: Mapping[str, str]
    """Attribute name to column name."""

    @property
    def places(self) -> tuple[int, ...]:
        """Position of each column that is asked for."""
        return tuple(self.header.index(column) for column in self.wanted.values())
