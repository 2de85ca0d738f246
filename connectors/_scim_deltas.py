"""What changed since a moment, where a server keeps to a filter on `meta.lastModified`.

SCIM has no deltas. A filter by the time of the last change shows what is new and what is different,
never what is gone. Many servers ignore such a filter, or answer it with nothing; so it is tried on
two moments of which the answer is known before it is believed, and looked at again in every
resource. Source: RFC 7643 section 3.1, RFC 7644 section 3.4.2.2.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors._http import OK, Answer, Call, Turns
from connectors._scim_answers import content_of, is_error
from connectors._scim_settings import ScimSettings
from connectors._scim_values import Resource, member
from connectors._scim_wire import Query, Wire, collection
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem, WatermarkRefused

_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_AHEAD: Final = datetime(2999, 1, 1, tzinfo=UTC)
_SAFE: Final = "nothing was concluded; everything is read again"


def watermark(settings: ScimSettings, object_type: ObjectType, version: str | None) -> str | None:
    """Return where a delta starts after a read whose first answer the system gave at `version`.

    None where answers carry no time: another clock than the system's own would lose changes.
    """
    return None if version is None else f"{_origin(settings, object_type)}@{version}"


def moment_of(settings: ScimSettings, object_type: ObjectType, since: str) -> datetime:
    """Return the moment from which changes are asked for, an overlap before the last read.

    Raises:
        WatermarkRefused: the watermark is none of this system's.
    """
    origin, _, version = since.partition("@")
    try:
        at = datetime.strptime(version, _FORM).replace(tzinfo=UTC)
    except ValueError:
        at = None
    if at is None or origin != _origin(settings, object_type):
        raise WatermarkRefused("the watermark is of another system or object type", safe=_SAFE)
    return at - timedelta(seconds=settings.overlap_seconds)


def changed_after(moment: datetime, query: Query) -> Query:
    """Return the query that asks for what changed after a moment, with the time of its change."""
    asked = dict(query)
    if "attributes" in asked:
        asked["attributes"] += ",meta"
    return (("filter", _filter(moment)), *asked.items())


def _filter(moment: datetime) -> str:
    return f'meta.lastModified gt "{moment.strftime(_FORM)}"'


def _origin(settings: ScimSettings, object_type: ObjectType) -> str:
    text = f"{settings.url}\n{object_type.value}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def prove_filter(wire: Wire, turns: Turns, object_type: ObjectType) -> None:
    """Check that the filter shows everything since long ago and nothing from far ahead.

    Raises:
        WatermarkRefused: it does not, so that what changed cannot be known.
        TargetProblem: the system did not answer.

    Cost: four calls at one time, of one object each.
    """
    questions: tuple[Query, ...] = (
        (),
        (("filter", _filter(_LONG_AGO)),),
        (("filter", _filter(_FAR_AHEAD)),),
    )
    everything, long_ago, ahead, said = await asyncio.gather(
        *(_total(wire, turns, object_type, query) for query in questions),
        _is_offered(wire, turns),
    )
    if not said or everything is None or (long_ago, ahead) != (everything, 0):
        totals = f"{everything} objects; {long_ago} since 1970; {ahead} since 2999"
        raise WatermarkRefused(
            "the system does not keep to a filter by the time of the last change",
            where=wire.where,
            found=totals if said else "its ServiceProviderConfig says that it has no filter",
            safe=_SAFE,
            next="leave its `deltas` out of the settings, so that this is not tried every time",
        )


async def _total(wire: Wire, turns: Turns, object_type: ObjectType, query: Query) -> int | None:
    """Return the declared total; None when the question is refused or no total is declared."""
    one = (("startIndex", "1"), ("count", "1"), ("attributes", "id"), *query)
    answer = await wire.look(collection(object_type, one), turns)
    content = content_of(answer) if answer.status == OK else None
    total = None if content is None or is_error(content) else member(content, "totalResults")
    return total if isinstance(total, int) and not isinstance(total, bool) else None


async def _is_offered(wire: Wire, turns: Turns) -> bool:
    """Say whether the system offers filters; one that says nothing may."""
    try:
        answer: Answer = await wire.look(Call("GET", "/ServiceProviderConfig"), turns)
    except TargetProblem:
        return True
    content = content_of(answer) if answer.status == OK else None
    offered = member(content, "filter") if content is not None else None
    return not isinstance(offered, dict) or member(offered, "supported") is not False


def prove_changed(resources: Iterable[Resource], moment: datetime, where: str) -> None:
    """Check that each resource itself says that it changed after the moment.

    Raises:
        WatermarkRefused: one does not, so that the filter was not kept to.
    """
    strangers = sum(1 for resource in resources if not _is_after(resource, moment))
    if strangers:
        what = f"{strangers} objects of a delta do not say that they changed after its start"
        raise WatermarkRefused(what, where=where, safe=_SAFE)


def _is_after(resource: Resource, moment: datetime) -> bool:
    meta = member(resource, "meta")
    told = member(meta, "lastModified") if isinstance(meta, dict) else None
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        at = None
    return at is not None and (at if at.tzinfo else at.replace(tzinfo=UTC)) >= moment
