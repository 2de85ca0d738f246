"""The way to one SCIM system: its addresses, its calls, and the patience of calls that only look.

A look may be repeated, for it changes nothing; a write is never repeated here.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

from connectors._http import (
    FAULT,
    NOT_OFFERED,
    OK,
    REQUEST_TIME_OUT,
    Answer,
    Call,
    Client,
    Reply,
    Silence,
    Turns,
    origin_of,
)
from connectors._http_answers import pause_asked, pause_before_retry
from connectors._http_rates import heard, is_throttled
from connectors._outcomes import UNREACHED
from connectors._scim_answers import MEDIA_TYPES, content_of, problem
from connectors._scim_dialect import Dialect
from connectors._scim_settings import ScimSettings
from provisor.domain.schema import ObjectType
from provisor.errors import InvalidValue, TargetProblem, Transient
from provisor.ports.connector import Ending, Heard

ATTEMPTS: Final = 5
"""Calls in all for one look or write, the first included."""
ATTEMPTS_THROTTLED: Final = 30
"""The same of writes that were not let in because there were too many calls."""

Query = tuple[tuple[str, str], ...]
Sleep = Callable[[float], Awaitable[None]]
Now = Callable[[], datetime]

_ENDPOINTS: Final = {ObjectType.USERS: "/Users", ObjectType.GROUPS: "/Groups"}
_TRAVERSALS: Final = {"", ".", ".."}


def endpoint(object_type: ObjectType) -> str:
    """Return where objects of a type are by the RFC; a dialect may put another path there."""
    return _ENDPOINTS[object_type]


def collection(object_type: ObjectType, query: Query = ()) -> Call:
    """Return the call that lists objects."""
    return Call("GET", _ENDPOINTS[object_type], query)


def creation(object_type: ObjectType, body: object) -> Call:
    """Return the call that makes an object."""
    return Call("POST", _ENDPOINTS[object_type], body=json.dumps(body).encode())


def single(method: str, object_type: ObjectType, native_id: str, query: Query = ()) -> Call:
    """Return a call about one object.

    Raises:
        InvalidValue: the id would lead the call to another address.
    """
    if native_id in _TRAVERSALS:
        raise InvalidValue("a native id cannot stand in an address", attribute="id")
    return Call(method, f"{_ENDPOINTS[object_type]}/{quote(native_id, safe='')}", query)


def with_body(call: Call, body: object) -> Call:
    """Return the call with a body."""
    return Call(call.method, call.path, call.query, json.dumps(body).encode())


class Patience:
    """Turns of a read: every call is free, and all pauses together have a limit."""

    def __init__(self, seconds: float, sleep: Sleep) -> None:
        self._left = seconds
        self._sleep = sleep
        self._resting = asyncio.Lock()

    async def permit(self) -> bool:
        """Permit the call; reading is never frozen."""
        return True

    def heard(self, told: Heard) -> None:
        """Learn nothing: who reads rests when it is told to."""

    async def pause(self, seconds: float) -> bool:
        """Wait, unless that would take longer than what is left.

        Calls that meet one pause together wait it out together.
        """
        is_shared = self._resting.locked()
        async with self._resting:
            if is_shared:
                return True
            if seconds > self._left:
                return False
            self._left -= seconds
            await self._sleep(seconds)
            return True


@dataclass(frozen=True, slots=True)
class Wire:
    """One system's client with what messages and pauses need."""

    name: str
    client: Client
    now: Now
    places: Mapping[str, str] = field(default_factory=dict)
    """Where objects are that the RFC puts elsewhere: `/Users` or `/Groups` to the system's own."""

    gate: asyncio.Semaphore | None = None
    """How many calls may be open at one time, where more than that wait for their turn."""

    def placed(self, call: Call) -> Call:
        """Return the call at the path that the system has for objects of its type."""
        first, _, rest = call.path.removeprefix("/").partition("/")
        place = self.places.get(f"/{first}")
        if place is None:
            return call
        return replace(call, path=f"{place}/{rest}" if rest else place)

    @property
    def where(self) -> str:
        """The system, as messages name it."""
        return f"system {self.name}"

    async def send(self, call: Call, turns: Turns) -> Reply:
        """Carry one call once.

        Raises:
            Transient: no call may be made any more; nothing was sent.
        """
        if not await turns.permit():
            raise Transient(
                UNREACHED,
                where=self.where,
                safe="nothing of this call was sent",
                next="the action is carried out when writing is allowed again",
            )
        told = Heard(Ending.UNSENT)
        try:
            reply = await self._carried(self.placed(call) if self.places else call)
            told = heard(reply, self.now())
        finally:
            turns.heard(told)
        return reply

    async def _carried(self, call: Call) -> Reply:
        if self.gate is None:
            return await self.client.send(call)
        async with self.gate:
            return await self.client.send(call)

    async def look(self, call: Call, turns: Turns) -> Answer:
        """Carry a call that changes nothing, again after passing faults, and return its answer.

        Returns:
            Any answer that is no passing fault; its status is the caller's to judge.

        Raises:
            TargetProblem: no answer came in time, or none that is SCIM.
        """
        for attempt in range(ATTEMPTS):
            reply = await self.send(call, turns)
            pause = self._pause_before_next_look(reply, attempt)
            if pause is None and isinstance(reply, Answer):
                return reply
            if attempt + 1 == ATTEMPTS or not await turns.pause(pause or 0.0):
                break
        raise self.problem(reply, call)

    async def deliver(self, call: Call, turns: Turns) -> Reply:
        """Carry a write, again only while the system surely did not do it.

        Raises:
            Transient: no call may be made any more; nothing was done.
        """
        attempt = throttled = 0
        while True:
            reply = await self.send(call, turns)
            pause = pause_before_retry(reply, attempt, self.now())
            # That a call was not let in says little of it: others went before it.
            if is_throttled(reply):
                throttled += 1
            else:
                attempt += 1
            spent = attempt == ATTEMPTS or throttled == ATTEMPTS_THROTTLED
            if pause is None or spent or not await turns.pause(pause):
                return reply

    def _pause_before_next_look(self, reply: Reply, attempt: int) -> float | None:
        backing_off = 0.5 * 2.0**attempt
        if isinstance(reply, Silence):
            return backing_off
        if (
            reply.status in FAULT and reply.status != NOT_OFFERED
        ) or reply.status == REQUEST_TIME_OUT:
            return pause_asked(reply, self.now()) or backing_off
        if reply.status == OK and reply.media_type in MEDIA_TYPES and content_of(reply) is None:
            return backing_off
        return pause_before_retry(reply, attempt, self.now())

    def problem(self, reply: Reply, call: Call, attributes: tuple[str, ...] = ()) -> TargetProblem:
        """Return what an unexpected reply means."""
        return problem(reply, call, self.where, self.now(), attributes)


def wire_of(name: str, settings: ScimSettings, now: Now) -> Wire:
    """Return the way to the system that the settings describe; nothing is sent yet."""
    headers = {
        "Authorization": f"Bearer {settings.token.reveal()}",
        "Accept": "application/scim+json, application/json",
        "Accept-Encoding": "gzip, deflate",
        "User-Agent": "provisor",
    }
    client = Client(
        origin_of(settings.address),
        headers=headers,
        body_type="application/scim+json",
        limits=settings.limits,
        ca_file=settings.ca_file,
    )
    return Wire(name, client, now, places_of(settings.spoken))


def places_of(dialect: Dialect) -> Mapping[str, str]:
    """Return where objects are, for the types that the system has elsewhere than the RFC."""
    places = {"/Users": dialect.users, "/Groups": dialect.groups}
    return {usual: place for usual, place in places.items() if usual != place}
