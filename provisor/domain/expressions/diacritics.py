"""Letters without their marks, by a fixed table."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from provisor.domain.expressions.function import Argument, Function, Parameter, Trait, Type, each
from provisor.domain.record import Value

# Not a decomposition: æ, ø, œ, ß, ł and ı have none, and marks outside the table stay.
_ROWS: Final = {
    "a": "äàâãåáąăāǟǡ",
    "ae": "æǣ",
    "c": "çčć",
    "d": "ďḏ",
    "e": "ëèéêęěėēḗḕ",
    "g": "ğḡ",
    "i": "ïîìíıī",
    "l": "ľłḹḻ",
    "n": "ñńňṉ",
    "o": "öòőõôóōṓṑȫǭȭȱ",
    "oe": "øœ",
    "r": "řṟṝ",
    "s": "šśșş",
    "ss": "ß",
    "t": "ťțṯ",
    "u": "üùûúůűūǖṻ",
    "y": "ÿýȳ",
    "z": "źžżẕ",
}


def _table() -> dict[int, str]:
    small = {ord(letter): plain for plain, row in _ROWS.items() for letter in row}
    large = {
        ord(letter.upper()): plain.upper()
        for plain, row in _ROWS.items()
        for letter in row
        if len(letter.upper()) == 1
    }
    return {**small, **large, ord("İ"): "I"}


_TABLE: Final = _table()
_PLAIN = "".join(sorted({plain[-1] for plain in _ROWS}))
# The table also lists letters with two marks that have no character of their own (ā with acute).
# One letter of the table is there with its second mark only.
_SMALL_PAIR = "ṳ"
_PAIRS: Final = re.compile("[ṳṲ]\u0304")
_MARKS: Final = re.compile(f"(?<=[{_PLAIN}{_PLAIN.upper()}])[\u0300-\u036f]+")


def plain(text: str) -> str:
    """Return a text with the letters of the table replaced.

    Example:
        >>> plain("Łukasz Ğörg Straße"), plain("e\u0301") == plain("é")
        ('Lukasz Gorg Strasse', True)
    """
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    return _MARKS.sub("", _PAIRS.sub(_plain_pair, composed).translate(_TABLE))


def _plain_pair(match: re.Match[str]) -> str:
    return "u" if match.group()[0] == _SMALL_PAIR else "U"


def normalize_diacritics(source: Argument) -> Value:
    """Replaces accented letters by plain ones, by a fixed table, keeping their case.

    Text is composed first (NFC), so that a letter with combining marks and its composed form give
    the same; marks on a letter of the table go too.
    There is no German transliteration: `ö` becomes `o`.
    Characters outside the table stay, in composed form: `đ`, `ị`, `й`, capital sharp s.

    Source: Entra, "NormalizeDiacritics", with its table; the handling of combining marks is ours.

    Example:
        >>> normalize_diacritics("Åsa Bjørnsøn"), normalize_diacritics("đ")
        ('Asa Bjoernsoen', 'đ')
    """
    return each(source, plain)


DIACRITICS: Final = (
    Function(
        "NormalizeDiacritics",
        (Parameter("source", type=Type.TEXT),),
        1,
        normalize_diacritics,
        'NormalizeDiacritics("Łucja Ærø")',
        Trait.PER_CHARACTER,
        gives=Type.TEXT,
    ),
)
"""The functions of this file, for the registry."""
