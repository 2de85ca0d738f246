"""Functions that change the case of letters, one character at a time.

Case is changed by Unicode's simple mappings, as .NET does it: one character gives one character.
So `ß` has no capital here, a final sigma is an ordinary one, and a text may be cut anywhere
without changing the answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.cultures import TURKIC, language_of
from provisor.domain.expressions.function import (
    Argument,
    Dialect,
    Fault,
    Function,
    Parameter,
    Tier,
    Trait,
    Type,
    each,
)
from provisor.domain.expressions.nodes import Literal, Node
from provisor.domain.expressions.text import WHITE_SPACE
from provisor.domain.record import ABSENT, Value, as_text

# Where words end without separators of one's own: the categories of .NET's ToTitleCase.
_BREAKS = frozenset(
    {"Zs", "Zl", "Zp", "Cc", "Cf", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So"}
)


class _Table(dict[int, str]):
    """A table for `str.translate` that learns each character when it is first met."""

    def __init__(self, rule: Callable[[str], str], known: Mapping[int, str]) -> None:
        super().__init__(known)
        self._rule = rule

    def __missing__(self, code: int) -> str:
        self[code] = answer = self._rule(chr(code))
        return answer


def _lower_letter(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _upper_letter(character: str) -> str:
    # A letter whose capital is several characters may still have a single one for titles.
    forms = (character.upper(), character.title())
    return next((form for form in forms if len(form) == 1), character)


# The invariant culture leaves both dotted and dotless i alone: pairs of other languages.
_LOWER: Final = _Table(_lower_letter, {ord("İ"): "İ"})
_UPPER: Final = _Table(_upper_letter, {ord("ı"): "ı"})
_TURKIC_LOWER: Final = _Table(_lower_letter, {ord("I"): "ı", ord("İ"): "i"})
_TURKIC_UPPER: Final = _Table(_upper_letter, {ord("i"): "İ", ord("ı"): "I"})


def lower(text: str) -> str:
    """Return a text in small letters, by the rules of no language in particular.

    Example:
        >>> lower("ÅSA ΣΑΣ İ")
        'åsa σασ İ'
    """
    return text.lower() if text.isascii() else text.translate(_LOWER)


def upper(text: str) -> str:
    """Return a text in capitals, by the rules of no language in particular.

    Example:
        >>> upper("straße ı")
        'STRAßE ı'
    """
    return text.upper() if text.isascii() else text.translate(_UPPER)


def to_lower(source: Argument, culture: Argument = ABSENT) -> Value:
    """Turns letters into small ones; `tr` and `az` know dotted and dotless i.

    Every other culture uses the invariant rules, Lithuanian too, as in .NET.
    A culture that .NET does not know is an error.

    Source: Entra, "ToLower"; Unicode's simple case mapping, as in .NET.

    Example:
        >>> to_lower("ELIN"), to_lower("ILGIN", "tr-TR")
        ('elin', 'ılgın')
    """
    if _is_turkic(culture, "ToLower"):
        return each(source, lambda text: text.translate(_TURKIC_LOWER))
    return each(source, lower)


def to_upper(source: Argument, culture: Argument = ABSENT) -> Value:
    """Turns letters into capitals; `tr` and `az` know dotted and dotless i.

    Every other culture uses the invariant rules, Lithuanian too, as in .NET.
    A culture that .NET does not know is an error.

    Source: Entra, "ToUpper"; Unicode's simple case mapping, as in .NET.

    Example:
        >>> to_upper("elin"), to_upper("ilgın", "tr")
        ('ELIN', 'İLGIN')
    """
    if _is_turkic(culture, "ToUpper"):
        return each(source, lambda text: text.translate(_TURKIC_UPPER))
    return each(source, upper)


def _is_turkic(culture: Argument, asked_by: str) -> bool:
    language = language_of(as_text(culture))
    if language is None:
        refuse(f"`{asked_by}` needs a culture by its RFC 4646 name, such as `en-US`")
    return language in TURKIC


def _inspect_culture(arguments: tuple[Node, ...]) -> Fault | None:
    """Find a culture that nobody knows before any record is seen."""
    for culture in arguments[1:]:
        if isinstance(culture, Literal) and language_of(as_text(culture.value)) is None:
            what = "no culture is called so; write an RFC 4646 name, such as `en-US`"
            return Fault(what, culture.position)
    return None


def small_case(value: Argument) -> Value:
    """Turns letters into small ones, by the rules of no language in particular.

    Source: Connect sync, "LCase".

    Example:
        >>> small_case("TeSt")
        'test'
    """
    return each(value, lower)


def upper_case(value: Argument) -> Value:
    """Turns letters into capitals, by the rules of no language in particular.

    Source: Connect sync, "UCase".

    Example:
        >>> upper_case("TeSt")
        'TEST'
    """
    return each(value, upper)


def proper_case(source: Argument, separators: Argument = ABSENT) -> Value:
    """Gives every word a capital and makes the rest of it small.

    Without separators a word ends at white space, punctuation (the apostrophe too), symbols and
    control characters; with separators it ends at those characters only.

    Source: Entra, "PCase"; the word breaks listed there for .NET's ToTitleCase.

    Example:
        >>> proper_case("GREGORY o'brien-smith"), proper_case("o'brien smith", " ")
        ("Gregory O'Brien-Smith", "O'brien Smith")
    """
    words = _words(as_text(separators))
    return each(source, words.proper)


class _Words:
    """Where words begin, for one set of separators."""

    def __init__(self, cuts: str) -> None:
        given = {ord(cut): cut for cut in cuts}

        def ends(character: str) -> bool:
            return not cuts and _ends_a_word(character)

        # What ends a word stays as it is, and its sign is `|`.
        self._small = _Table(lambda one: one if ends(one) else lower(one), given)
        self._sign = _Table(lambda one: "|" if ends(one) else ".", dict.fromkeys(given, "|"))

    def proper(self, text: str) -> str:
        signs = text.translate(self._sign)
        changed, capitals = list(text.translate(self._small)), upper(text)
        for begin in _BEGIN.finditer(signs):
            place = begin.start()
            changed[place] = capitals[place]
        return "".join(changed)


_BEGIN: Final = re.compile(r"(?<![.])[.]")


@lru_cache(maxsize=16)
def _words(cuts: str) -> _Words:
    return _Words(cuts)


def _ends_a_word(character: str) -> bool:
    return character in WHITE_SPACE or unicodedata.category(character) in _BREAKS


_CASE = (Parameter("source", type=Type.TEXT), Parameter("culture", required=False, type=Type.TEXT))

_VALUE = (Parameter("value", type=Type.TEXT),)

LETTERS: Final = (
    Function(
        "LCase",
        _VALUE,
        1,
        small_case,
        'LCase("TeSt")',
        Trait.PER_CHARACTER,
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
    Function(
        "PCase",
        (
            Parameter("source", type=Type.TEXT),
            Parameter("separators", required=False, type=Type.TEXT),
        ),
        1,
        proper_case,
        'PCase("GREGORY JAMES")',
        gives=Type.TEXT,
        dialect=Dialect.ENTRA,
    ),
    Function(
        "ToLower",
        _CASE,
        1,
        to_lower,
        'ToLower("ELIN")',
        Trait.PER_CHARACTER,
        _inspect_culture,
        gives=Type.TEXT,
    ),
    Function(
        "ToUpper",
        _CASE,
        1,
        to_upper,
        'ToUpper("elin")',
        Trait.PER_CHARACTER,
        _inspect_culture,
        gives=Type.TEXT,
    ),
    Function(
        "UCase",
        _VALUE,
        1,
        upper_case,
        'UCase("TeSt")',
        Trait.PER_CHARACTER,
        gives=Type.TEXT,
        tier=Tier.CONNECT_SYNC,
    ),
)
"""The functions of this file, for the registry."""
