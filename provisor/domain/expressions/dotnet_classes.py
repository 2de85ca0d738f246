r"""Single characters and sets of them in .NET's regular expressions: `\x41`, `[a-z-[aeiou]]`."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = r"\p{L}\p{Mn}\p{Nd}\p{Pc}"
CLASSES: Final = {
    "d": r"\d",
    "D": r"\D",
    "s": r"\s",
    "S": r"\S",
    "w": f"[{_WORD}]",
    "W": f"[^{_WORD}]",
}
"""Sets that have a letter of their own."""

_CONTROLS: Final = {
    "a": "\a",
    "e": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_HEXADECIMAL: Final = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})")
_CONTROL: Final = re.compile(r"c([@-_a-z])")
_OCTAL: Final = re.compile("[0-7]{1,3}")
_PROPERTY: Final = re.compile(r"\\(?P<sign>[pP])\{(?P<name>[\w-]+)\}")
_CATEGORIES: Final = frozenset(
    [
        *("L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No"),
        *("P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So"),
        *("Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn"),
    ]
)
_BLOCKS: Final = {
    "Greek": "GreekandCoptic",
    "CombiningMarksforSymbols": "CombiningDiacriticalMarksforSymbols",
    "PrivateUse": "PrivateUseArea",
}
"""Blocks that .NET calls otherwise than Unicode does now."""

_DEEPEST = 5


class PatternInvalid(ValueError):
    """A pattern cannot be compiled; the text says why and holds nothing of the pattern."""


def literal(character: str) -> str:
    r"""Return a character so that it stands for itself, inside a set and outside.

    Example:
        >>> literal("a"), literal("+"), literal("é")
        ('a', '\\+', 'é')
    """
    if character.isalnum() or character == "_" or ord(character) > 127:
        return character
    return f"\\{character}" if character.isprintable() else f"\\x{ord(character):02x}"


def read_property(text: str, start: int) -> tuple[str, int]:
    r"""Read a category or a block of Unicode.

    Raises:
        PatternInvalid: none is called so.

    Example:
        >>> read_property(r"\p{IsGreek}+", 0)
        ('\\p{Block=GreekandCoptic}', 11)
    """
    found = _PROPERTY.match(text, start)
    if found is None:
        raise PatternInvalid(f"a property of characters is not named at character {start + 1}")
    sign, name = found["sign"], found["name"]
    if name in _CATEGORIES:
        return f"\\{sign}{{{name}}}", found.end()
    if not name.startswith("Is"):
        raise PatternInvalid(f"a property of characters is not known at character {start + 1}")
    block = _BLOCKS.get(name[2:], name[2:])
    return f"\\{sign}{{Block={block}}}", found.end()


class CharacterReader:
    """Reads characters and sets of them, from a place in a pattern."""

    def __init__(self, text: str, at: int) -> None:
        self._text = text
        self.at = at

    def read_escaped(self) -> str:
        r"""Read the one character that `\…` stands for.

        Raises:
            PatternInvalid: .NET knows no such escape.
        """
        start, sign = self.at, self._text[self.at + 1 : self.at + 2]
        hexadecimal = _HEXADECIMAL.match(self._text, start + 1)
        control = _CONTROL.match(self._text, start + 1)
        octal = _OCTAL.match(self._text, start + 1)
        if hexadecimal is not None:
            self.at = hexadecimal.end()
            return chr(int(hexadecimal[1] or hexadecimal[2], 16))
        if control is not None:
            self.at = control.end()
            return chr(ord(control[1].upper()) - ord("@"))
        if octal is not None:
            self.at = octal.end()
            return chr(int(octal.group(), 8))
        self.at += 2
        if sign in _CONTROLS and sign:
            return _CONTROLS[sign]
        if not sign or sign.isalnum() or sign == "_":
            raise PatternInvalid(f"an escape is not known at character {start + 1}")
        return sign

    def read_class(self, depth: int = 0) -> str:
        """Read a set of characters, with what is taken out of it.

        Raises:
            PatternInvalid: it is not closed, or holds a range that ends before it starts.
        """
        start = self.at
        if depth > _DEEPEST:
            raise PatternInvalid("sets of characters are nested too deeply")
        self.at += 1
        negated = self._text.startswith("^", self.at)
        self.at += negated
        items: list[str] = []
        without = ""
        while not (self._text.startswith("]", self.at) and items):
            if self.at >= len(self._text):
                raise PatternInvalid(f"a set is not closed at character {start + 1}")
            if self._text.startswith("-[", self.at) and items:
                self.at += 1
                without = self.read_class(depth + 1)
                if not self._text.startswith("]", self.at):
                    raise PatternInvalid(
                        f"something follows what is taken out of a set at character {self.at + 1}"
                    )
                break
            items.append(self._item())
        self.at += 1
        written = f"[{'^' if negated else ''}{''.join(items)}]"
        return f"[{written}--{without}]" if without else written

    def _item(self) -> str:
        """Read a character, a range or a set with a letter of its own."""
        start = self.at
        if self._text.startswith("\\", start):
            sign = self._text[start + 1 : start + 2]
            if sign in CLASSES and sign:
                self.at += 2
                return CLASSES[sign]
            if sign in {"p", "P"}:
                written, self.at = read_property(self._text, start)
                return written
        first = self._character()
        if not self._is_range():
            return literal(first)
        self.at += 1
        last = self._character()
        if last < first:
            raise PatternInvalid(f"a range ends before it starts at character {start + 1}")
        return f"{literal(first)}-{literal(last)}"

    def _is_range(self) -> bool:
        following = self._text[self.at + 1 : self.at + 2]
        if not self._text.startswith("-", self.at) or following in {"", "]", "["}:
            return False
        return not (following == "\\" and self._text[self.at + 2 : self.at + 3] in "dDsSwWpP")

    def _character(self) -> str:
        if self._text.startswith(r"\b", self.at):
            self.at += 2
            return "\b"
        if self._text.startswith("\\", self.at):
            return self.read_escaped()
        self.at += 1
        return self._text[self.at - 1]
