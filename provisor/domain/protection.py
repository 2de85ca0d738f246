"""Accounts that nobody touches: by name, by a pattern of names, or by what the target holds.

What cannot be told is protected: the register is there so that nothing happens by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from provisor.domain.record import Record, as_text
from provisor.domain.relative_time import Moment
from provisor.domain.scope import Condition, attributes_of_condition, judge
from provisor.domain.surroundings import Surroundings

ANY: Final = "*"
"""In a pattern: any characters, also none."""


@dataclass(frozen=True, slots=True)
class Protection:
    """The ranges of accounts of one object type that nobody touches."""

    patterns: tuple[str, ...] = ()
    """Of names and native ids, in small letters."""
    conditions: tuple[Condition, ...] = ()
    """About attributes of the target; one is enough."""

    @property
    def attributes(self) -> frozenset[str]:
        """The target attributes that are looked at."""
        return frozenset[str]().union(*(attributes_of_condition(one) for one in self.conditions))

    def __bool__(self) -> bool:
        return bool(self.patterns or self.conditions)


UNPROTECTED: Final = Protection()


@lru_cache(maxsize=512)
def pattern_text(pattern: str) -> str:
    """Return a pattern as a regular expression that Python and columns read alike.

    Example:
        >>> pattern_text("svc*")
        '(?s)^svc.*$'
    """
    return "(?s)^" + ".*".join(re.escape(part) for part in pattern.split(ANY)) + "$"


def fits(pattern: str, text: str) -> bool:
    """Say whether a text is one that a pattern describes.

    Example:
        >>> fits("svc-*", "svc-backup"), fits("svc-*", "anna")
        (True, False)
    """
    return re.fullmatch(pattern_text(pattern), text) is not None


def in_range(protection: Protection, account: Record, name: str, moment: Moment) -> bool:
    """Say whether an account lies in one of the ranges.

    Args:
        protection: of the object type.
        account: as it was read.
        name: the attribute that people see.
        moment: for conditions about times.

    Cost: one look at each pattern and condition.
    """
    names = (account.key.lower(), as_text(account.values.get(name)).lower())
    if any(fits(pattern, one) for pattern in protection.patterns for one in names):
        return True
    around = Surroundings(moment)
    return any(judge(one, account, around).holds is not False for one in protection.conditions)


def is_registered(register: Collection[str], account: Record, name: str) -> bool:
    """Say whether an account stands in the register by its name or its native id."""
    if not register:
        return False
    shown = as_text(account.values.get(name)).lower()
    return account.key.lower() in register or shown in register
