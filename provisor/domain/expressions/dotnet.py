r"""Regular expressions in .NET's notation, written anew in the notation of the `regex` library.

Every construct is read here, so that nothing reaches the library that means something else there:
possessive quantifiers, fuzzy matching and recursion do not exist in .NET and are refused or stand
for themselves.
Groups get names of ours, because the two number them differently.

What .NET has and is refused: balancing groups (`(?<a-b>…)`).
Known to differ: `\b` knows a few more letters, and a search from right to left does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from provisor.domain.expressions.bounds import PATTERN_CHARACTERS, PATTERN_DEPTH, PATTERN_PARTS
from provisor.domain.expressions.dotnet_classes import (
    CLASSES,
    CharacterReader,
    PatternInvalid,
    literal,
    read_property,
)
from provisor.domain.expressions.dotnet_groups import Frame, Reference

_OPTIONS: Final = re.compile(r"\(\?(?P<on>[imnsx]*)(?:-(?P<off>[imnsx]*))?(?P<end>[:)])")
_NAMED: Final = re.compile(r"\(\?(?:<(?P<name>\w+)>|'(?P<quoted>\w+)')")
_BALANCING: Final = re.compile(r"\(\?[<']\w*-\w*[>']")
_CONDITION: Final = re.compile(r"\(\?\((?P<word>\w+)\)")
_COMMENT: Final = re.compile(r"\(\?#[^)]*\)")
_AROUND: Final = ("(?=", "(?!", "(?<=", "(?<!", "(?>")
_BRACES: Final = re.compile(r"\{(?P<least>\d+)(?:(?P<comma>,)(?P<most>\d*))?\}", re.ASCII)
_BACK: Final = re.compile(r"\\(?:k<(?P<name>\w+)>|k'(?P<quoted>\w+)'|(?P<number>[1-9]\d*))", re.A)
_SPACE: Final = " \t\n\r\f\v"
_LARGEST: Final = 65_536
_OCTAL: Final = re.compile("[0-7]{1,3}")
_ANCHORS: Final = {"A": r"\A", "z": r"\Z", "Z": r"(?=\n?\Z)", "G": r"\G", "b": r"\b", "B": r"\B"}


@dataclass(frozen=True, slots=True)
class Translation:
    """A pattern as the library reads it, and what is known about it."""

    written: str
    groups: Mapping[str, str]
    """.NET's name or number of each group to the name that it has in the library."""
    repeats: int | None
    """How many repetitions the pattern holds, none inside another; None when that is not known."""
    branches: int
    """How many choices between two ways the pattern holds."""
    prefers_empty: bool
    """Whether it may match the empty text where it could match more."""


def translated(text: str) -> Translation:
    r"""Translate a pattern.

    Raises:
        PatternInvalid: .NET would refuse it, or it is too large; the text says where and why.

    Cost: linear in the length of the pattern.

    Example:
        >>> translated(r"(?<area>\d+)-[a-z-[aeiou]]").written
        '(?P<g1>\\d+)\\-[[a-z]--[aeiou]]'
    """
    if len(text) > PATTERN_CHARACTERS:
        raise PatternInvalid(f"it has more than {PATTERN_CHARACTERS:,} characters")
    return _Translator(text).whole()


class _Translator:
    """One pass over one pattern."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._out: list[str | Reference] = []
        self._frames = [Frame(frozenset())]
        self._unnamed: list[str] = []
        self._named: dict[str, str] = {}
        self._repeats: int | None = 0
        self._branches = 0
        self._lazy = False

    def whole(self) -> Translation:
        while self._at < len(self._text):
            character = self._text[self._at]
            if not self._is_remark(character):
                _READERS.get(character, _Translator.plain)(self)
        if len(self._frames) > 1:
            raise self._invalid("a group is not closed", self._frames[-1].position)
        groups = self._numbered()
        written = "".join(
            part if isinstance(part, str) else self._resolved(part, groups) for part in self._out
        )
        # Greedy repetitions alone try everything longer before they match nothing.
        chooses = self._lazy or self._branches > 0 or self._repeats is None
        empty = chooses and self._frame.least == 0
        return Translation(written, groups, self._repeats, self._branches, empty)

    # --- what is known at the end ---------------------------------------------------------------

    def _numbered(self) -> dict[str, str]:
        """Number the groups as .NET does: unnamed ones first, then the named, in their order."""
        groups = dict(self._named)
        number = 0
        for own in [*self._unnamed, *(g for n, g in self._named.items() if not n.isdigit())]:
            number += 1
            while str(number) in self._named:
                number += 1
            groups[str(number)] = own
        return groups

    def _resolved(self, reference: Reference, groups: Mapping[str, str]) -> str:
        own = groups.get(reference.name)
        if reference.condition:
            return f"(?({own})" if own else f"(?(?={reference.name})"
        if own:
            return f"(?P={own})"
        octal = _OCTAL.match(reference.name)
        if len(reference.name) > 1 and octal and reference.name.isdigit():
            return literal(chr(int(octal.group(), 8))) + reference.name[octal.end() :]
        raise PatternInvalid("it refers to a group that it does not have")

    # --- single things --------------------------------------------------------------------------

    def _is_remark(self, character: str) -> bool:
        """Skip what the option `x` makes a remark."""
        if "x" not in self._frame.options or character not in _SPACE + "#":
            return False
        end = self._text.find("\n", self._at) if character == "#" else self._at
        self._at = len(self._text) if end < 0 else end + 1
        return True

    @property
    def _frame(self) -> Frame:
        return self._frames[-1]

    def _invalid(self, what: str, position: int | None = None) -> PatternInvalid:
        return PatternInvalid(f"{what} at character {(position or self._at) + 1}")

    def _add(
        self, written: str | Reference, *, parts: int = 1, grouped: bool = False, width: int = 1
    ) -> None:
        self._out.append(written)
        frame = self._frame
        frame.parts += parts
        frame.width += width
        frame.atom, frame.grouped, frame.last_width = parts, grouped, width
        self._check_parts(frame)

    def _check_parts(self, frame: Frame) -> None:
        if frame.parts > PATTERN_PARTS:
            raise self._invalid("it has too many parts once its repetitions are written out")

    def plain(self) -> None:
        self._add(literal(self._text[self._at]))
        self._at += 1

    def dot(self) -> None:
        self._add("(?s:.)" if "s" in self._frame.options else ".")
        self._at += 1

    def edge(self) -> None:
        sign = self._text[self._at]
        self._add(f"(?m:{sign})" if "m" in self._frame.options else sign, width=0)
        self._at += 1

    def branch(self) -> None:
        self._out.append("|")
        frame = self._frame
        frame.shortest, frame.width, frame.atom = frame.least, 0, 0
        self._branches += 1
        self._at += 1

    def set_of_characters(self) -> None:
        reader = CharacterReader(self._text, self._at)
        self._add(reader.read_class())
        self._at = reader.at

    # --- escapes --------------------------------------------------------------------------------

    def escape(self) -> None:
        sign = self._text[self._at + 1 : self._at + 2]
        back = _BACK.match(self._text, self._at)
        if back is not None:
            self._repeats = None
            self._add(Reference(back["name"] or back["quoted"] or back["number"]), width=0)
            self._at = back.end()
        elif sign in _ANCHORS and sign:
            self._add(_ANCHORS[sign], width=0)
            self._at += 2
        elif sign in CLASSES and sign:
            self._add(CLASSES[sign])
            self._at += 2
        elif sign in {"p", "P"}:
            written, self._at = read_property(self._text, self._at)
            self._add(written)
        else:
            reader = CharacterReader(self._text, self._at)
            self._add(literal(reader.read_escaped()))
            self._at = reader.at

    # --- quantifiers ----------------------------------------------------------------------------

    def quantifier(self) -> None:
        sign = self._text[self._at]
        if sign == "{":
            braces = _BRACES.match(self._text, self._at)
            if braces is None:
                self.plain()
                return
            self._at = braces.end()
            self._repeat(braces.group(), int(braces["least"]), self._most(braces))
        else:
            self._at += 1
            self._repeat(sign, int(sign == "+"), 1)

    def _most(self, braces: re.Match[str]) -> int:
        counts = [int(count) for count in (braces["least"], braces["most"]) if count]
        if len(counts) > 1 and counts[0] > counts[1]:
            raise self._invalid("a repetition ends before it starts")
        if max(counts) > _LARGEST:
            raise self._invalid("a repetition is too large")
        return max(*counts, 1)

    def _repeat(self, written: str, least: int, most: int) -> None:
        frame = self._frame
        if not frame.atom:
            raise self._invalid(
                "there is nothing to repeat, or it is repeated twice,", self._at - 1
            )
        if frame.grouped:
            frame.parts += frame.atom * (most - 1)
            self._check_parts(frame)
        frame.width += frame.last_width * (least - 1)
        self._count_repetition(grouped=frame.grouped, optional=written == "?")
        lazy = self._text.startswith("?", self._at)
        self._lazy |= lazy
        self._at += lazy
        self._out.append(written + "?" * lazy)
        frame.atom = 0

    def _count_repetition(self, *, grouped: bool, optional: bool) -> None:
        if grouped and optional:
            self._branches += 1
        elif grouped:
            self._repeats = None
        elif self._repeats is not None:
            self._repeats += 1

    # --- groups ---------------------------------------------------------------------------------

    def open(self) -> None:
        if _COMMENT.match(self._text, self._at):
            self._at = self._text.index(")", self._at) + 1
            return
        if len(self._frames) > PATTERN_DEPTH:
            raise self._invalid("groups are nested too deeply")
        start, options = self._at, self._frame.options
        for opener in (_Translator._optioned, _Translator._called, _Translator._special):
            if opener(self):
                return
        if self._text.startswith("(?", start) and not self._text.startswith("(?:", start):
            raise self._invalid("a group of an unknown kind begins")
        if self._text.startswith("(?:", start):
            self._push("(?:", start + 3, options)
        elif "n" in options:
            self._push("(?:", start + 1, options)
        else:
            own = f"g{len(self._unnamed) + len(self._named) + 1}"
            self._unnamed.append(own)
            self._push(f"(?P<{own}>", start + 1, options)

    def _push(self, written: str | Reference, behind: int, options: frozenset[str]) -> None:
        self._out.append(written)
        self._frames.append(Frame(options, position=self._at))
        self._at = behind

    def _optioned(self) -> bool:
        """Read `(?i)`, `(?i-s:…)` and the like."""
        found = _OPTIONS.match(self._text, self._at)
        if found is None or found.group() == "(?:":
            return False
        on, off = frozenset(found["on"]), frozenset(found["off"] or "")
        options = (self._frame.options | on) - off
        case = ("i" if "i" in on - off else "") + ("-i" if "i" in off else "")
        if found["end"] == ":":
            self._push(f"(?{case}:", found.end(), options)
        else:
            self._out.append(f"(?{case})" if case else "")
            self._frame.options = options
            self._at = found.end()
        return True

    def _called(self) -> bool:
        """Read a named group."""
        if _BALANCING.match(self._text, self._at):
            raise self._invalid("balancing groups are not known here; one begins")
        found = _NAMED.match(self._text, self._at)
        if found is None:
            return False
        name = found["name"] or found["quoted"]
        name = name.lstrip("0") or "0" if name.isdigit() else name
        if name == "0" or (name[0].isdigit() and not name.isdigit()):
            raise self._invalid("a group has a name that is none")
        own = self._named.setdefault(name, f"g{len(self._unnamed) + len(self._named) + 1}")
        self._push(f"(?P<{own}>", found.end(), self._frame.options)
        return True

    def _special(self) -> bool:
        """Read what looks around, holds on or decides."""
        options = self._frame.options
        for sign in _AROUND:
            if self._text.startswith(sign, self._at):
                self._repeats = None
                self._push(sign, self._at + len(sign), options)
                self._frame.looks = sign != "(?>"
                return True
        if not self._text.startswith("(?(", self._at):
            return False
        self._repeats = None
        word = _CONDITION.match(self._text, self._at)
        if word is not None:
            self._push(Reference(word["word"], condition=True), word.end(), options)
            self._frame.looks = True
            return True
        around = self._text.startswith(("(?(?=", "(?(?!", "(?(?<=", "(?(?<!"), self._at)
        self._push("(?", self._at + 2, options)
        self._frame.conditional = self._frame.looks = True
        if not around:
            self._push("(?=", self._at + 1, options)
        return True

    def close(self) -> None:
        if len(self._frames) == 1:
            raise self._invalid("a group is closed that is not open")
        closed = self._frames.pop()
        self._at += 1
        if self._frame.conditional:
            # The condition of `(?(…)yes|no)`: the group goes on.
            self._frame.conditional = False
            self._out.append(")")
            return
        self._add(")", parts=closed.parts + 1, grouped=True, width=closed.least)


_READERS: Final[Mapping[str, Callable[[_Translator], None]]] = {
    "\\": _Translator.escape,
    "[": _Translator.set_of_characters,
    "(": _Translator.open,
    ")": _Translator.close,
    "|": _Translator.branch,
    ".": _Translator.dot,
    "^": _Translator.edge,
    "$": _Translator.edge,
    "*": _Translator.quantifier,
    "+": _Translator.quantifier,
    "?": _Translator.quantifier,
    "{": _Translator.quantifier,
}
