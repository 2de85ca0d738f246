"""What an HTTP answer means for the next call: how long to wait, and which problem it is.

Nothing of a body is ever repeated, for it may name a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from connectors._http import (
    FAULT,
    REDIRECT,
    REFUSED,
    REQUEST_TIME_OUT,
    TOO_MANY_REQUESTS,
    UNAVAILABLE,
    Answer,
    Call,
    Reply,
    Silence,
    http_date,
)
from provisor.errors import (
    AuthFailed,
    Conflict,
    InvalidValue,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RetryAfter,
    TargetProblem,
    Transient,
    Unsupported,
)

LONGEST_PAUSE_SECONDS: Final = 366 * 86_400.0
"""A system that asks for more means never; nobody adds it to a date."""


def pause_asked(answer: Answer, now: datetime) -> float | None:
    """Return the pause of `Retry-After` in seconds, seconds or date; None without a usable one.

    Source: RFC 9110 section 10.2.3.

    Example:
        >>> pause_asked(Answer(429, {"retry-after": "7"}, b""), datetime.max)
        7.0
    """
    asked = answer.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked), LONGEST_PAUSE_SECONDS)
    moment = http_date(asked)
    if moment is None:
        return None
    # By the system's own clock, where it shows it: ours may go wrong.
    return min(max((moment - (answer.at or now)).total_seconds(), 0.0), LONGEST_PAUSE_SECONDS)


def is_unclear(reply: Reply) -> bool:
    """Say whether nobody knows if a write was done: it may have arrived, and no answer says."""
    if isinstance(reply, Silence):
        return reply.sent
    return reply.status in FAULT or reply.status == REQUEST_TIME_OUT


def pause_before_retry(reply: Reply, attempt: int, now: datetime) -> float | None:
    """Return how long to wait before the same call; None unless it was surely not done.

    Args:
        attempt: 0 for the first call; the pause doubles with each.
    """
    backing_off = 0.5 * 2.0**attempt
    match reply:
        case Silence(sent=False):
            return backing_off
        case Answer(status=429):
            asked = pause_asked(reply, now)
            return backing_off if asked is None else asked
        case Answer(status=503):
            return pause_asked(reply, now)
        case _:
            return None


_BY_STATUS: Final[Mapping[int, tuple[type[TargetProblem], str]]] = {
    401: (AuthFailed, "the system did not accept our credentials"),
    402: (QuotaExceeded, "the system has no seat left"),
    403: (PermissionDenied, "the credentials are good, but this call is not allowed to them"),
    404: (NotFound, "the object is not there"),
    405: (Unsupported, "the system does not offer this call"),
    409: (Conflict, "another object holds the name or key"),
    410: (NotFound, "the object is gone"),
    412: (Conflict, "the object changed since it was read"),
    413: (QuotaExceeded, "the system takes no call of this size"),
    422: (InvalidValue, "the system refused a value"),
    501: (Unsupported, "the system does not offer this call"),
    507: (QuotaExceeded, "the system has no room left"),
}


def problem_of(reply: Reply, call: Call, where: str, now: datetime) -> TargetProblem:
    """Return the problem that a reply means; never a word of the body, which may name a person.

    Args:
        reply: any reply but the expected one.
        where: the system, as messages name it.
    """
    if isinstance(reply, Silence):
        return Transient(reply.reason, where=where, found=f"no answer to {call.label}")
    found = f"status {reply.status} to {call.label}"
    pause = pause_asked(reply, now)
    if reply.status == TOO_MANY_REQUESTS or (reply.status == UNAVAILABLE and pause is not None):
        what = "the system asks to wait"
        return RetryAfter(what, seconds=pause or 1.0, where=where, found=found)
    if reply.status in REDIRECT:
        what = "the system redirects; redirects are refused, for they would carry the token away"
        next_step = "set `url` to the address that the system really has"
        return Unsupported(what, where=where, found=found, next=next_step)
    kind, what = _BY_STATUS.get(reply.status, _unnamed(reply))
    return kind(what, where=where, found=found)


def _unnamed(answer: Answer) -> tuple[type[TargetProblem], str]:
    if answer.status in REFUSED and answer.status != REQUEST_TIME_OUT:
        return Unsupported, "the system refused the call"
    return Transient, "the system answered with a fault"
