"""Where each setting stands in its file, so that every message can name line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SettingPath = tuple[str | int, ...]
"""The way from the top of the file to one setting: keys, and positions in lists from 0."""

NOTHING_HAPPENED = "nothing was read and nothing was written"
MEND = "mend the file, then run `provisor check`"


@dataclass(frozen=True, slots=True)
class Place:
    """One setting's place; lines and columns count from 1."""

    line: int
    column: int
    text_line: int = 0
    """Where the setting's own text begins; 0 when it is not text on one line, as written."""
    text_column: int = 0


@dataclass(frozen=True, slots=True)
class Places:
    """Every setting of one file with its place."""

    file: str
    index: Mapping[SettingPath, Place]

    def written(self, path: SettingPath) -> SettingPath:
        """Return the longest beginning of a path that stands in the file."""
        end = len(path)
        while end and path[:end] not in self.index:
            end -= 1
        return path[:end]

    def line(self, path: SettingPath) -> int:
        """Return the line of a setting, or of what should hold it."""
        place = self.index.get(self.written(path))
        return place.line if place else 1

    def where(self, path: SettingPath, position: int | None = None) -> str:
        """Return file, line and setting as messages name them; with the column inside a text.

        Args:
            path: the setting; one that is missing is named at the line of what should hold it.
            position: offset inside the setting's text, from 0.

        Example:
            >>> places = Places("provisor.yaml", {("jobs", "hr"): Place(14, 3)})
            >>> places.where(("jobs", "hr", "source"))
            'provisor.yaml line 14, jobs.hr.source'
        """
        place = self.index.get(self.written(path))
        if place is None:
            spot = f"{self.file} line 1"
        elif position is None:
            spot = f"{self.file} line {place.line}"
        elif place.text_line:
            spot = f"{self.file} line {place.text_line} column {place.text_column + position}"
        else:
            spot = f"{self.file} line {place.line} column {place.column}"
        return f"{spot}, {dotted(path)}" if path else spot


def dotted(path: SettingPath) -> str:
    """Return a path as people write it.

    Example:
        >>> dotted(("jobs", "hr", "after", 0))
        'jobs.hr.after.0'
    """
    return ".".join(str(part) for part in path)
