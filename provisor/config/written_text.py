"""Where in its file each character of a YAML text stands, whatever the style it is written in.

A text of several lines, with quotes doubled or with escapes, is not in the file as the program
sees it. Both are walked side by side: characters that are not layout stand in both, in one order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 20_000
"""Characters of a text that is followed; twice what an expression may have."""

_PROPERTIES: Final = re.compile(r"(?:[&!]\S*\s+(?:#.*\s+)*)+")
_BLOCKS: Final = ("|", ">")
_BREAKS: Final = "\n\r\x85\u2028\u2029"
_LAYOUT: Final = f" \t{_BREAKS}"
_ESCAPE: Final = {"x": 4, "u": 6, "U": 10}
_SHORT_ESCAPE: Final = 2


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some characters of a text that stand on one line of the file as they are."""

    offset: int
    """Of the first of them, in the text, from 0."""
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Written:
    """One text of a file: its characters' places, and where it begins and ends; all from 1."""

    stretches: tuple[Stretch, ...]
    """By offset; none for a text that could not be followed."""
    line: int
    column: int
    end_line: int
    end_column: int
    """The column behind the last character."""

    def spot(self, position: int) -> tuple[int, int] | None:
        """Return line and column of a character, or None where it is not known.

        Example:
            >>> Written((Stretch(0, 3, 5), Stretch(8, 4, 5)), 2, 1, 5, 1).spot(10)
            (4, 7)
        """
        found = bisect_right(self.stretches, position, key=lambda stretch: stretch.offset)
        if not found:
            return None
        stretch = self.stretches[found - 1]
        return stretch.line, stretch.column + position - stretch.offset


def written(raw: str, value: str, style: str, line: int, column: int) -> Written:
    r"""Find the characters of a text in the piece of the file that it was read from.

    Args:
        raw: the piece of the file, with anchor, quotes or the sign of a block.
        value: what was read from it.
        style: empty for a plain text, else `'`, `"`, `|` or `>`.
        line: where `raw` begins.
        column: the same.

    Cost: one pass over both; none for a text that stands on one line as it is.

    Example:
        >>> written('"a\\tb"', "a\tb", '"', 1, 4).stretches
        (Stretch(offset=0, line=1, column=5), Stretch(offset=2, line=1, column=8))
    """
    properties = _PROPERTIES.match(raw)
    if properties:
        line, column = _Walk(raw, "", line, column).place_of(properties.end())
        raw = raw[properties.end() :]
    if raw == f"{style}{value}{style}" and style not in _BLOCKS:
        begin = Stretch(0, line, column + len(style))
        return Written((begin,), line, column, line, column + len(raw))
    walk = _Walk(raw, style, line, column)
    end = walk.place_of(len(raw.rstrip(_LAYOUT) if style in _BLOCKS else raw))
    stretches = walk.stretches(value) if len(value) <= LONGEST else ()
    return Written(stretches, line, column, *end)


class _Walk:
    """One text beside the piece of the file that it was read from."""

    def __init__(self, raw: str, style: str, line: int, column: int) -> None:
        self._raw = raw
        self._style = style
        self._line = line
        self._column = column
        self._starts = [0, *(n + 1 for n in range(len(raw)) if self._ends_line(n))]
        self._at = self._beginning()

    def _ends_line(self, at: int) -> bool:
        pair = self._raw[at : at + 2] == "\r\n"
        return self._raw[at] in _BREAKS and not pair

    def _beginning(self) -> int:
        if self._style in _BLOCKS:
            return self._starts[1] if len(self._starts) > 1 else len(self._raw)
        return len(self._style)

    def place_of(self, at: int) -> tuple[int, int]:
        """Return line and column of an offset in the piece of the file."""
        row = bisect_right(self._starts, at) - 1
        shift = self._column if row == 0 else 1
        return self._line + row, at - self._starts[row] + shift

    def stretches(self, value: str) -> tuple[Stretch, ...]:
        """Return every stretch of the text, or none when the two do not go together."""
        found: list[Stretch] = []
        behind = -1
        for offset, character in enumerate(value):
            at = self._find(character)
            if at is None:
                return ()
            place = self.place_of(at)
            if at != behind or place[0] != found[-1].line:
                found.append(Stretch(offset, *place))
            behind = at + 1 if self._at == at + 1 else -1
        return tuple(found) or (Stretch(0, *self.place_of(self._at)),)

    def _find(self, character: str) -> int | None:
        """Go to where a character is written and step behind it; None when it is not there."""
        raw = self._raw
        if character in _LAYOUT:
            self._pass_continuation()
            here = self._at
            if raw[here : here + 1] == "\\":
                self._at += self._length()
            elif raw[here : here + 1] and raw[here] in _LAYOUT:
                self._at += 1
            return here
        while self._at < len(raw) and (raw[self._at] in _LAYOUT or self._continues()):
            self._at += 1
        here = self._at
        self._at += self._length()
        escaped = self._style == '"' and raw[here : here + 1] == "\\"
        return here if escaped or raw[here : here + 1] == character else None

    def _length(self) -> int:
        """Return how many characters of the file stand for the one that is next."""
        pair = self._raw[self._at : self._at + 2]
        if self._style == '"' and pair[:1] == "\\":
            return _ESCAPE.get(pair[1:], _SHORT_ESCAPE)
        return len("''") if self._style == "'" and pair == "''" else 1

    def _continues(self) -> bool:
        """Say whether a backslash at the end of a line is next: it stands for nothing."""
        pair = self._raw[self._at : self._at + 2]
        return self._style == '"' and pair[:1] == "\\" and pair[1:] in _BREAKS and len(pair) > 1

    def _pass_continuation(self) -> None:
        while self._continues():
            self._at += 1
            while self._at < len(self._raw) and self._raw[self._at] in _LAYOUT:
                self._at += 1
