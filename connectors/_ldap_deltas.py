"""What changed since a moment, by the time of each entry's last change.

The moment is the server's own: OpenLDAP's `contextCSN`, which the overlay syncprov keeps, says up
to where every write is done; with several providers the oldest of their moments counts, for a
write of another one arrives with the time at which it was made there. A server that says no such
moment is read whole every time. What is gone is not told.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors._ldap_directory import EVERYTHING, Directory, below
from connectors._ldap_filters import AtLeast
from connectors._ldap_seam import Scope, Search
from connectors._ldap_settings import KindSettings, LdapSettings
from provisor.domain.schema import ObjectType
from provisor.errors import WatermarkRefused

_FORM: Final = "%Y%m%d%H%M%SZ"
_CONTEXT: Final = "contextCSN"
_CHANGED: Final = "modifyTimestamp"
_SAFE: Final = "nothing was concluded; everything is read again"


def moment_of(directory: Directory, kind: KindSettings) -> datetime | None:
    """Return up to when every write below the base is done; None where the server does not say."""
    suffixes = [one for one in directory.facts.suffixes if below(kind.base, one)]
    if not suffixes:
        return None
    nearest = max(suffixes, key=len)
    with directory.line() as line:
        answer = directory.ask(line, Search(nearest, Scope.BASE, EVERYTHING, (_CONTEXT,)))
    told = [csn for e in answer.entries for csn in e.attributes.get(_CONTEXT.lower(), ())]
    moments = [_moment(csn.decode("ascii", "replace").partition(".")[0] + "Z") for csn in told]
    known = [one for one in moments if one is not None]
    return min(known) if known and len(known) == len(told) else None


def watermark(
    settings: LdapSettings, object_type: ObjectType, moment: datetime | None
) -> str | None:
    """Return where the next delta starts; None where the server's moment is not known."""
    return None if moment is None else f"{_origin(settings, object_type)}@{moment:{_FORM}}"


def changed_since(
    settings: LdapSettings, object_type: ObjectType, since: str, now: datetime | None
) -> AtLeast:
    """Return the condition of entries that changed since a watermark, an overlap before it.

    Raises:
        WatermarkRefused: it is none of this directory's, or lies in its future.
    """
    origin, _, text = since.partition("@")
    moment = _moment(text)
    if moment is None or origin != _origin(settings, object_type):
        what = "the watermark is of another directory, base or object type"
        raise WatermarkRefused(what, safe=_SAFE)
    if now is None:
        what = "the directory does not say up to when its writes are done"
        raise WatermarkRefused(what, safe=_SAFE, next="let the overlay syncprov run there")
    if now < moment:
        what = "the directory is older than the watermark: it was restored"
        raise WatermarkRefused(what, safe=_SAFE)
    start = moment - timedelta(seconds=settings.overlap_seconds)
    return AtLeast(_CHANGED, f"{start:{_FORM}}")


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None


def _origin(settings: LdapSettings, object_type: ObjectType) -> str:
    kind = settings.of(object_type) or settings.objects.groups or settings.objects.users
    named = (settings.url, kind.base, kind.scope.value, *kind.classes, object_type.value)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:16]
