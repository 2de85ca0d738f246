"""Where each setting stands in its file, so that every message can name line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from unicodedata import combining, east_asian_width

from provisor.config.written_text import Written

SettingPath = tuple[str | int, ...]
"""The way from the top of the file to one setting: keys, and positions in lists from 0."""

NOTHING_HAPPENED = "nothing was read and nothing was written"
MEND = "mend the file, then run `provisor check`"

MARGIN: Final = " " * 9
"""What stands before the second line of a part where errors are printed."""

_SHOWN: Final = 60
_SPOT: Final = re.compile(r" line (\d+)(?: column (\d+))?")


@dataclass(frozen=True, slots=True)
class Place:
    """One setting's place; lines and columns count from 1."""

    line: int
    column: int
    text: Written | None = None
    """Where the setting's own text stands; None when it is no text."""


@dataclass(frozen=True, slots=True)
class Places:
    """Every setting of one file with its place."""

    file: str
    index: Mapping[SettingPath, Place]
    lines: tuple[str, ...] = field(default=(), repr=False)
    """The lines of the file, to show one of them."""

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
        else:
            line, column = _spot(place, position)
            spot = f"{self.file} line {line} column {column}"
        return f"{spot}, {dotted(path)}" if path else spot

    def shown(self, path: SettingPath, position: int) -> str:
        """Return the line of the file that holds a character of a text, with a caret below it.

        What else stands on the line is left out: it could be anything. The caret's line is
        indented by what stands before a part where errors are printed. Empty without the file.

        Args:
            path: the setting whose text it is.
            position: offset inside the text, from 0.
        """
        place = self.index.get(self.written(path))
        if place is None or place.text is None:
            return ""
        line, column = _spot(place, position)
        if line > len(self.lines):
            return ""
        whole = self.lines[line - 1]
        begin, end = _part(place, place.text, line, whole)
        begin, end = max(begin, column - _SHOWN), min(end, column + _SHOWN)
        return f"{_printable(whole[begin - 1 : end - 1])}\n{caret(whole[begin - 1 : column - 1])}"


def _spot(place: Place, position: int) -> tuple[int, int]:
    found = place.text.spot(position) if place.text is not None else None
    return found or (place.line, place.column)


def _part(place: Place, text: Written, line: int, whole: str) -> tuple[int, int]:
    """Return the columns between which a line holds the setting and nothing else."""
    begin = len(whole) - len(whole.lstrip()) + 1
    if line == text.line:
        begin = text.column
    if line == place.line and place.column <= begin:
        begin = place.column
    return begin, text.end_column if line == text.end_line else len(whole) + 1


def caret(before: str) -> str:
    """Return the line with the caret below the character that stands behind a text.

    Example:
        >>> caret("title: ") == MARGIN + " " * 7 + "^"
        True
    """
    width = sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in before)
    return f"{MARGIN}{' ' * width}^"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in text)


def spot_of(where: str) -> tuple[int | None, int | None]:
    """Return line and column of a `where` as messages name it; None for what it does not name.

    Example:
        >>> spot_of("provisor.yaml line 29 column 30, jobs.hr"), spot_of("--config")
        ((29, 30), (None, None))
    """
    match = _SPOT.search(where)
    if match is None:
        return None, None
    return int(match[1]), int(match[2]) if match[2] else None


def dotted(path: SettingPath) -> str:
    """Return a path as people write it.

    Example:
        >>> dotted(("jobs", "hr", "after", 0))
        'jobs.hr.after.0'
    """
    return ".".join(str(part) for part in path)
