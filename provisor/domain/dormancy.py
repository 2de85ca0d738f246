"""Whether anybody uses an account: what the target says of the last sign-in, and nothing guessed.

Not known is a class of its own: it is never counted as used and never as unused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from provisor.domain.oversight import BlankSignIn, Dormancy
from provisor.domain.record import Presence, Values, as_text, is_blank
from provisor.domain.relative_time import read_when
from provisor.domain.schema import Switch


class SignIn(StrEnum):
    """How an account is used."""

    DORMANT = "dormant"
    """On, and nobody signed in for so many days."""
    ACTIVE = "active"
    """On, and somebody did."""
    NEVER = "never_signed_in"
    """On, and nobody ever did; its age is told where the target says when it was made."""
    UNKNOWN = "unknown"
    """On, and the target does not say."""
    OFF = "disabled"
    """Switched off: nobody can."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is known of the use of one account."""

    kind: SignIn
    days: int | None = None
    """Since the last sign-in; None where that is not known."""
    age: int | None = None
    """Days since the account was made; None where that is not known."""


_NEVER: Final = frozenset({"0", "never", "9223372036854775807"})
"""Directories write never as zero, or as the last moment that they can."""
_FIRST: Final = datetime(1601, 1, 1, tzinfo=UTC)
_FILETIME_DIGITS: Final = (17, 18)


def usage_of(
    values: Values, rule: Dormancy, switch: Switch | None, now: datetime, zone: tzinfo
) -> Usage:
    """Return how an account is used.

    Example:
        >>> rule = Dormancy("lastLogin", days=30)
        >>> noon = datetime(2031, 4, 7, 12, tzinfo=UTC)
        >>> usage_of({"lastLogin": "2031-01-01"}, rule, None, noon, UTC).kind.value
        'dormant'
        >>> usage_of({"lastLogin": None}, rule, None, noon, UTC).kind.value
        'unknown'
    """
    age = days_since(values.get(rule.created), now, zone) if rule.created else None
    if switch is not None and as_text(values.get(switch.attribute)) == as_text(switch.off):
        return Usage(SignIn.OFF, days_since(values.get(rule.attribute), now, zone), age)
    held = values.get(rule.attribute)
    if is_blank(held):
        never = rule.blank is BlankSignIn.NEVER
        return Usage(SignIn.NEVER if never else SignIn.UNKNOWN, None, age)
    if as_text(held).strip().lower() in _NEVER:
        return Usage(SignIn.NEVER, None, age)
    days = days_since(held, now, zone)
    if days is None:
        return Usage(SignIn.UNKNOWN, None, age)
    return Usage(SignIn.DORMANT if days > rule.days else SignIn.ACTIVE, days, age)


def days_since(value: Presence, now: datetime, zone: tzinfo) -> int | None:
    """Return the whole days since a moment or a day; None for what is neither.

    Example:
        >>> days_since("2031-04-05", datetime(2031, 4, 7, 12, tzinfo=UTC), UTC)
        2
        >>> days_since("133500000000000000", datetime(2031, 4, 7, 12, tzinfo=UTC), UTC) is None
        False
    """
    text = as_text(value).strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) in _FILETIME_DIGITS:
        return (now - (_FIRST + timedelta(microseconds=int(text) // 10))).days
    when = read_when(text)
    match when:
        case datetime():
            there = when if when.tzinfo is not None else when.replace(tzinfo=zone)
            return (now - there).days
        case date():
            return (now.astimezone(zone).date() - when).days
        case _:
            return None
