"""What the end of a call says of a system's limits: 429, `Retry-After`, and headers with counts.

Headers of counts come in many spellings, and none of them is a standard yet; what cannot be read
says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from connectors._http import FAULT, TOO_MANY_REQUESTS, UNAVAILABLE, Answer, Reply, http_date
from connectors._http_answers import pause_asked
from provisor.ports.connector import Ending, Heard

_PREFIXES: Final = ("ratelimit", "x-ratelimit", "x-rate-limit")
_TELLING: Final = ("ratelimit", *(f"{prefix}-remaining" for prefix in _PREFIXES))
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
_FIELD: Final = re.compile(r"\b([rt])\s*=\s*(\d+)")
_EPOCH_SECONDS: Final = 1_000_000_000
"""A greater number is a moment and no duration."""
_EPOCH_MILLISECONDS: Final = _EPOCH_SECONDS * 1000
_SHORTEST_SECONDS: Final = 1.0
"""Whoever asks to wait and does not say how long is left alone for this time."""


def heard(reply: Reply, now: datetime) -> Heard:
    """Return what a reply says of limits.

    Args:
        reply: to any call.
        now: for moments, where the reply itself does not say when it was sent.

    Example:
        >>> heard(Answer(429, {"retry-after": "7"}, b""), datetime.max.replace(tzinfo=UTC))
        Heard(ending=<Ending.THROTTLED: 'throttled'>, wait_seconds=7.0, remaining=None, resets_seconds=None)
    """  # noqa: E501 - a doctest shows one line
    if not isinstance(reply, Answer):
        return _FALTERED
    if reply.status not in _PAUSING and not any(name in reply.headers for name in _TELLING):
        # Nearly every answer: reading its date would take longer than all the rest.
        return _FALTERED if reply.status in FAULT else _ANSWERED
    pause = pause_asked(reply, now) if reply.status in _PAUSING else None
    remaining, resets = counts_told(reply.headers, reply.at or now)
    if reply.status == TOO_MANY_REQUESTS or pause is not None:
        if pause is None:
            pause = resets if resets is not None and remaining == 0 else _SHORTEST_SECONDS
        return Heard(Ending.THROTTLED, pause, remaining, resets)
    ending = Ending.FALTERED if reply.status in FAULT else Ending.ANSWERED
    return Heard(ending, 0.0, remaining, resets)


def is_throttled(reply: Reply) -> bool:
    """Say whether a call was not let in because there were too many."""
    return isinstance(reply, Answer) and reply.status == TOO_MANY_REQUESTS


_PAUSING: Final = frozenset({TOO_MANY_REQUESTS, UNAVAILABLE})
_ANSWERED: Final = Heard()
_FALTERED: Final = Heard(Ending.FALTERED)


def counts_told(headers: Mapping[str, str], now: datetime) -> tuple[int | None, float | None]:
    """Return how many calls are left, and in how many seconds the system counts anew.

    Source: draft-ietf-httpapi-ratelimit-headers, versions up to 07 (`RateLimit-Remaining`) and
        since (`RateLimit: "name";r=0;t=7`); X-RateLimit-* as GitHub, Okta and others send them.

    Example:
        >>> counts_told({"ratelimit": '"burst";r=3;t=7'}, datetime.min)
        (3, 7.0)
        >>> counts_told({"x-ratelimit-remaining": "0"}, datetime.min)
        (0, None)
    """
    together = headers.get("ratelimit")
    if together:
        return _tightest(together)
    for prefix in _PREFIXES:
        left = headers.get(f"{prefix}-remaining")
        if left is not None:
            return _smallest(left), _seconds(headers.get(f"{prefix}-reset", ""), now)
    return None, None


def _tightest(text: str) -> tuple[int | None, float | None]:
    """Return the limit of several that lets the fewest calls in."""
    limits = [dict(_FIELD.findall(one)) for one in text.split(",")]
    told = [(int(one["r"]), float(one["t"])) for one in limits if {"r", "t"} <= one.keys()]
    return min(told, default=(None, None), key=lambda one: one[0])


def _smallest(text: str) -> int | None:
    found = [int(float(one[0])) for one in _NUMBER.finditer(text)]
    return min(found, default=None)


def _seconds(text: str, now: datetime) -> float | None:
    """Return in how many seconds a moment is: a duration, an epoch, or a date."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        moment = http_date(text)
        return None if moment is None else max(0.0, (moment - now).total_seconds())
    number = float(text)
    if number < _EPOCH_SECONDS:
        return number
    epoch = number / 1000 if number >= _EPOCH_MILLISECONDS else number
    return max(0.0, epoch - now.astimezone(UTC).timestamp())
