"""What a SCIM answer means: the resource it carries, or the problem it names.

Of a server's error only the status and the RFC's own word for it are repeated, never `detail`:
that is free text and may name a person.
Source: RFC 7644 section 3.12.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from connectors._http import SUCCESS, Answer, Call, Reply
from connectors._http_answers import is_unclear, problem_of
from connectors._scim_values import Resource, member
from provisor.errors import (
    Conflict,
    InvalidValue,
    PermissionDenied,
    QuotaExceeded,
    TargetProblem,
    Transient,
    Unsupported,
)

MEDIA_TYPES: Final = {"application/scim+json", "application/json"}
BAD_REQUEST: Final = 400
NO_CONTENT: Final = 204

_BY_WORD: Final[Mapping[str, tuple[type[TargetProblem], str]]] = {
    "invalidfilter": (Unsupported, "the system does not understand the filter"),
    "toomany": (QuotaExceeded, "the system holds more than it is willing to show at once"),
    "uniqueness": (Conflict, "another object holds the name or key"),
    "mutability": (InvalidValue, "the system does not let the attribute be written"),
    "invalidsyntax": (InvalidValue, "the system does not accept the form of the call"),
    "invalidpath": (InvalidValue, "the system does not know the path of an attribute"),
    "notarget": (InvalidValue, "the system found nothing at the path of an attribute"),
    "invalidvalue": (InvalidValue, "the system refused a value"),
    "invalidvers": (Unsupported, "the system does not speak this version of SCIM"),
    "sensitive": (PermissionDenied, "the system does not take this in an address"),
    "invalidcursor": (Transient, "the system does not know the cursor"),
    "expiredcursor": (Transient, "the cursor expired before the next page was read"),
    "invalidcount": (Unsupported, "the system refused the page size"),
}
_SPELLING: Final = {
    word.lower(): word
    for word in (
        *("invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath"),
        *("noTarget", "invalidValue", "invalidVers", "sensitive"),
        *("invalidCursor", "expiredCursor", "invalidCount"),
    )
}


def content_of(answer: Answer) -> Resource | None:
    """Return the answer's JSON object, or None when it carries none under a media type of SCIM."""
    if answer.media_type not in MEDIA_TYPES:
        return None
    try:
        content = answer.json()
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def is_error(content: Resource) -> bool:
    """Say whether a body is an error that came under a status of success."""
    schemas = member(content, "schemas")
    return isinstance(schemas, list) and any(str(s).lower().endswith(":error") for s in schemas)


def resource_of(reply: Reply) -> Resource | None:
    """Return the resource of a successful answer; None unless it has an id."""
    usable = isinstance(reply, Answer) and reply.status in SUCCESS
    content = content_of(reply) if isinstance(reply, Answer) and usable else None
    return content if content is not None and id_of(content) else None


def id_of(resource: Resource) -> str:
    """Return the resource's id, empty when it has none that can be used."""
    found = member(resource, "id")
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) else ""


def word_of(answer: Answer) -> str:
    """Return the RFC's word for the error in its own spelling; empty when there is none."""
    content = content_of(answer) or {}
    return _SPELLING.get(str(member(content, "scimType")).lower(), "")


def is_unproven(reply: Reply) -> bool:
    """Say whether a write's fate is open: no answer, a fault, or a success that is no SCIM."""
    if is_unclear(reply):
        return True
    if isinstance(reply, Answer) and reply.status in SUCCESS and reply.body:
        content = content_of(reply)
        return content is None or is_error(content)
    return False


def problem(
    reply: Reply, call: Call, where: str, now: datetime, attributes: Iterable[str] = ()
) -> TargetProblem:
    """Return the problem that a reply means.

    Args:
        reply: any reply but the expected one.
        attributes: what was sent; the one that the system complains about is named.
    """
    if not isinstance(reply, Answer):
        return problem_of(reply, call, where, now)
    if reply.status in SUCCESS:
        what = "the answer is not SCIM"
        return Transient(what, where=where, found=f"status {reply.status} to {call.label}")
    kind, what = _kind(reply)
    if kind is None:
        return problem_of(reply, call, where, now)
    word = word_of(reply)
    found = f"status {reply.status}{f', {word}' if word else ''}, to {call.label}"
    if issubclass(kind, InvalidValue):
        return kind(what, attribute=_blamed(reply, attributes), where=where, found=found)
    return kind(what, where=where, found=found)


def _kind(answer: Answer) -> tuple[type[TargetProblem] | None, str]:
    if answer.status != BAD_REQUEST:
        return None, ""
    return _BY_WORD.get(word_of(answer).lower(), (InvalidValue, "the system refused the call"))


def _blamed(answer: Answer, attributes: Iterable[str]) -> str:
    """Return the one attribute that the error can be about; empty when that is open.

    Only our own names are looked for in the free text, and only they are repeated.
    """
    sent = tuple(attributes)
    if len(sent) == 1:
        return sent[0]
    detail = str(member(content_of(answer) or {}, "detail")).lower()
    named = [name for name in sent if name.lower() in detail]
    longest = max(named, key=len, default="")
    return longest if all(name.lower() in longest.lower() for name in named) else ""
