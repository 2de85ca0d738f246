"""One cheap look at a system: is it there, does it let us in, and what can it do."""

from __future__ import annotations

import asyncio
from typing import Final

from connectors._http import OK, Answer, Call, Reply, Silence
from connectors._scim_answers import content_of
from connectors._scim_values import Resource, member
from connectors._scim_wire import Wire, collection
from provisor.domain.schema import ObjectType
from provisor.ports.connector import Health

_FEATURES: Final = ("patch", "bulk", "filter", "sort", "etag")

_ONE_ID: Final = (("startIndex", "1"), ("count", "1"), ("attributes", "id"))


async def probed(wire: Wire) -> Health:
    """Ask for one user's id, which needs a token, and for the description, which may need none.

    Source: RFC 7644 section 4.
    """
    listing, description = await asyncio.gather(
        wire.client.send(collection(ObjectType.USERS, _ONE_ID)),
        wire.client.send(Call("GET", "/ServiceProviderConfig")),
    )
    if isinstance(listing, Silence):
        return Health(reachable=False, allowed=False, found=listing.reason)
    if content_of(listing) is None or listing.status != OK:
        problem = wire.problem(listing, collection(ObjectType.USERS))
        found = f"{problem.what} ({problem.found})"
        return Health(
            reachable=True, allowed=False, clock_offset_seconds=_offset(listing, wire), found=found
        )
    found = "; ".join((_total(content_of(listing) or {}), _features(description)))
    return Health(
        reachable=True, allowed=True, clock_offset_seconds=_offset(listing, wire), found=found
    )


def _offset(answer: Answer, wire: Wire) -> float | None:
    return None if answer.at is None else (answer.at - wire.now()).total_seconds()


def _total(listing: Resource) -> str:
    total = member(listing, "totalResults")
    counted = isinstance(total, int) and not isinstance(total, bool)
    return f"{total} users" if counted else "users without a total"


def _features(reply: Reply) -> str:
    content = content_of(reply) if isinstance(reply, Answer) and reply.status == OK else None
    if content is None:
        return "no ServiceProviderConfig"
    return ", ".join(f"{name} {_supported(content, name)}" for name in _FEATURES)


def _supported(content: Resource, name: str) -> str:
    feature = member(content, name)
    supported = member(feature, "supported") if isinstance(feature, dict) else None
    if supported is True or str(supported).lower() == "true":
        return "yes"
    return "no" if supported is False else "unknown"
