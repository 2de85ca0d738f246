"""Many writes in one call to `/Bulk`, each with an outcome of its own.

Whoever writes does not know of it: a call goes in, its own reply comes out. What a system does not
say of an operation is not guessed; its writer looks at the object.
Source: RFC 7644 section 3.7.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors._http import NOT_OFFERED, REFUSED, Answer, Call, Reply, Silence, Turns
from connectors._http_answers import pause_before_retry
from connectors._scim_answers import content_of, is_error
from connectors._scim_dialect import BulkLimits
from connectors._scim_values import Resource, member
from connectors._scim_wire import Wire
from provisor.errors import TargetProblem

BULK_REQUEST: Final = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"

_TOO_LARGE: Final = 413
_ABOUT_US: Final = {401, 403, 408, 429}
"""Refusals that are not about the form of the call: every operation has them as its own."""
_TICKS: Final = 3
"""Turns of the event loop in which neighbours may join a call."""
_ENVELOPE: Final = 200
"""Bytes around the operations, and around each."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    call: Call
    turns: Turns
    reply: asyncio.Future[Reply]

    @property
    def size(self) -> int:
        return len(self.call.body or b"") + len(self.call.path) + _ENVELOPE


class BulkDesk:
    """Takes writes, sends those together that come together, and hands each its reply."""

    def __init__(self, wire: Wire, limits: BulkLimits) -> None:
        self._wire = wire
        self._operations, self._bytes = limits.operations, limits.bytes - _ENVELOPE
        self._waiting: deque[_Waiting] = deque()
        self._calls: set[asyncio.Task[None]] = set()
        self._gathering = False

    @property
    def is_open(self) -> bool:
        """Whether the system takes many writes in one call, as far as it was asked."""
        return self._operations > 1

    async def deliver(self, call: Call, turns: Turns) -> Reply:
        """Carry one write, together with its neighbours where there are some.

        Raises:
            Transient: no call may be made any more; nothing was done.
        """
        reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        one = _Waiting(call, turns, reply)
        if self._operations < 2 or one.size > self._bytes:
            return await self._wire.deliver(call, turns)
        self._waiting.append(one)
        if not self._gathering:
            self._gathering = True
            self._begin(self._gather())
        return await reply

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _gather(self) -> None:
        """Let neighbours come, then send all who wait."""
        for _ in range(_TICKS):
            await asyncio.sleep(0)
        self._gathering = False
        while self._waiting:
            self._begin(self._carry(self._together()))

    def _together(self) -> list[_Waiting]:
        some, room = [self._waiting.popleft()], self._bytes
        room -= some[0].size
        while self._waiting and len(some) < self._operations and self._waiting[0].size <= room:
            some.append(self._waiting.popleft())
            room -= some[-1].size
        return some

    async def _carry(self, some: Sequence[_Waiting]) -> None:
        try:
            await self._answered(some)
        except TargetProblem as problem:
            for one in some:
                if not one.reply.done():
                    one.reply.set_exception(copy.copy(problem))
        finally:
            for one in some:
                one.reply.cancel()

    async def _answered(self, some: Sequence[_Waiting]) -> None:
        if len(some) == 1:
            _hand_over(some[0], await self._wire.deliver(some[0].call, some[0].turns))
            return
        call = Call("POST", "/Bulk", body=self._body(some))
        reply = await self._wire.deliver(call, some[0].turns)
        if _is_of_form(reply):
            await self._one_by_one(some, reply)
            return
        told = _operations_of(reply)
        for number, one in enumerate(some):
            own = reply if told is None else _reply_to(one, number, told, len(some))
            pause = pause_before_retry(own, 0, self._wire.now()) if told is not None else None
            if pause is not None and await one.turns.pause(pause):
                own = await self._wire.deliver(one.call, one.turns)
            _hand_over(one, own)

    async def _one_by_one(self, some: Sequence[_Waiting], reply: Reply) -> None:
        """A call that was refused for its form did nothing: smaller ones may do, or none."""
        too_large = isinstance(reply, Answer) and reply.status == _TOO_LARGE
        self._operations = min(self._operations, len(some) // 2) if too_large else 0
        for one in some:
            _hand_over(one, await self._wire.deliver(one.call, one.turns))

    def _body(self, some: Sequence[_Waiting]) -> bytes:
        steps = b",".join(self._step(number, one.call) for number, one in enumerate(some))
        return b'{"schemas":["%s"],"Operations":[%s]}' % (BULK_REQUEST.encode(), steps)

    def _step(self, number: int, call: Call) -> bytes:
        told = {
            "method": call.method,
            "path": self._wire.placed(call).path,
            "bulkId": _bulk_id(number),
            **({"version": call.if_match} if call.if_match else {}),
        }
        step = json.dumps(told).encode()
        return step if call.body is None else b'%s,"data":%s}' % (step[:-1], call.body)


def _bulk_id(number: int) -> str:
    return f"p{number}"


def _hand_over(one: _Waiting, reply: Reply) -> None:
    if not one.reply.done():
        one.reply.set_result(reply)


def _is_of_form(reply: Reply) -> bool:
    """Say whether the call was refused for what it is, so that surely nothing of it was done."""
    if not isinstance(reply, Answer):
        return False
    refused = reply.status in REFUSED and reply.status not in _ABOUT_US
    return refused or reply.status == NOT_OFFERED


def _operations_of(reply: Reply) -> list[Resource] | None:
    """Return what a system says of each operation; None when it is no answer to a bulk call."""
    if not isinstance(reply, Answer) or reply.status not in range(200, 300):
        return None
    content = content_of(reply)
    found = None if content is None or is_error(content) else member(content, "Operations")
    if not isinstance(found, list):
        # A success without a word on its operations says nothing about any of them.
        return []
    return [one for one in found if isinstance(one, Mapping)]


def _reply_to(one: _Waiting, number: int, told: Sequence[Resource], sent: int) -> Reply:
    """Return the reply to one operation: by its id, or by its place where no id is told at all."""
    mine = [each for each in told if member(each, "bulkId") == _bulk_id(number)]
    named = any(isinstance(member(each, "bulkId"), str) for each in told)
    if not mine and not named and len(told) == sent:
        mine = [each for each in told[number : number + 1] if _is_method(each, one.call.method)]
    status = _status_of(mine[0]) if len(mine) == 1 else None
    if status is None:
        return Silence("the system did not say what became of this operation", sent=True)
    response, place = member(mine[0], "response"), member(mine[0], "location")
    headers = {"content-type": "application/scim+json"}
    if isinstance(place, str):
        headers["location"] = place
    shown = isinstance(response, Mapping) and bool(response)
    return Answer(status, headers, json.dumps(response).encode() if shown else b"")


def _is_method(told: Resource, method: str) -> bool:
    return str(member(told, "method")).upper() == method


def _status_of(told: Resource) -> int | None:
    """Return the status: text by the RFC, a number in some systems, an object in others."""
    status = member(told, "status")
    if isinstance(status, Mapping):
        status = member(status, "code")
    text = str(status)
    return int(text) if text.isascii() and text.isdigit() else None
