"""Names as companies have them: few of them often, many of them rarely, some with diacritics."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable
from itertools import product

_ONSETS = (
    "b",
    "br",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "kr",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "st",
    "t",
    "v",
)
_VOWELS = ("a", "e", "i", "o", "u", "ei", "au", "ie", "oo", "y", "ij", "ø")
_CODAS = ("", "l", "n", "r", "s", "ch", "rg", "nd", "sk", "ł")
_ENDINGS = ("son", "sen", "mann", "ov", "ski", "berg", "man", "elli", "", "ez", "ard", "ström")
_GIVEN_ENDINGS = ("a", "e", "o", "us", "in", "ette", "is", "mir", "", "ísa")


def surnames(count: int = 2_400) -> list[str]:
    """Return distinct surnames, commonest first."""
    stems = ("".join(parts) for parts in product(_ONSETS, _VOWELS, _CODAS))
    return _mixed((stem + ending for stem, ending in product(stems, _ENDINGS)), count, 1)


def given_names(count: int = 1_000) -> list[str]:
    """Return distinct given names, commonest first."""
    stems = ("".join(parts) for parts in product(_ONSETS, _VOWELS, _CODAS[:5]))
    return _mixed((stem + ending for stem, ending in product(stems, _GIVEN_ENDINGS)), count, 2)


def _mixed(names: Iterable[str], count: int, seed: int) -> list[str]:
    listed = sorted(set(names))
    return [name.capitalize() for name in random.Random(seed).sample(listed, count)]


def falling(count: int) -> list[float]:
    """Return weights that fall as frequencies of names do."""
    return [1 / (place + 8) for place in range(count)]


def plain(name: str) -> str:
    """Return a name as it stands in mail addresses: ASCII letters alone."""
    parts = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ł", "l"))
    return "".join(letter for letter in parts if letter.isascii())
