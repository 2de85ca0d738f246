"""A batch of actions on the event loop: many calls open at a time, outcomes as they become known.

Actions on one object are done in the order of the batch; all others may overtake each other.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from connectors._http_loop import LoopThread
from provisor.domain.schema import ObjectType
from provisor.ports.connector import Ending, Heard, Pace, Work, Written

Carry = Callable[[int, Work], Awaitable[Written]]
"""Does one action, given its position in the batch, and says what became of it."""

Lane = list[tuple[int, Work]]
"""Actions on one object in their order, with their positions in the batch."""


class PacedTurns:
    """Turns of writing: every call asks the pace, in a thread of its own, for the pace may block.

    All who wait are asked for in one visit of that thread; a visit for each would cost more time
    than the calls of a quick system. After the first refusal nobody is asked any more.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pace")
        self._waiting: deque[asyncio.Future[int | None]] = deque()
        self._asking = False
        self._stopped = False
        self._rests = 0
        """How often the system asked to wait."""

    async def permit(self) -> bool:
        """Return whether the next call may be made now."""
        loop = asyncio.get_running_loop()
        while True:
            turn: asyncio.Future[int | None] = loop.create_future()
            self._waiting.append(turn)
            self._visit(loop)
            rests = await turn
            if rests is None:
                return False
            if rests == self._rests:
                return True
            # The system asked to wait while the pace was saying yes: it is asked again.
            self._pace.heard(Heard(Ending.UNSENT))

    async def pause(self, seconds: float) -> bool:
        """Tell the pace, which lets nobody through before the pause is over."""
        self._rests += seconds > 0
        self._pace.back_off(seconds)
        return True

    def heard(self, told: Heard) -> None:
        """Tell the pace how a call ended."""
        self._rests += told.wait_seconds > 0
        self._pace.heard(told)

    def close(self) -> None:
        """Let go of the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _visit(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._asking:
            self._asking = True
            visit = loop.run_in_executor(self._thread, self._ask_for_all, loop)
            visit.add_done_callback(self._visited)

    def _ask_for_all(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ask once for each who waits, and let each go at once: the next question may block."""
        while self._waiting:
            rests = self._rests
            self._stopped = self._stopped or not self._pace.permit()
            answer = None if self._stopped else rests
            loop.call_soon_threadsafe(_let_go, self._waiting.popleft(), answer)

    def _visited(self, visit: asyncio.Future[None]) -> None:
        self._asking = False
        fault = None if visit.cancelled() else visit.exception()
        while fault is not None and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(fault)
        if self._waiting and not visit.cancelled():
            self._visit(visit.get_loop())


def _let_go(turn: asyncio.Future[int | None], answer: int | None) -> None:
    if not turn.done():
        turn.set_result(answer)


def carried_out(
    loop: LoopThread, carry: Carry, work: Sequence[Work], in_flight: int
) -> Iterator[Written]:
    """Yield the outcome of every action as it becomes known.

    A caller that stops asking takes back what is still open.
    """
    known: SimpleQueue[Written | None] = SimpleQueue()
    future = loop.start(_drive(_lanes(work), carry, in_flight, known.put))
    future.add_done_callback(lambda _: known.put(None))
    try:
        while (written := known.get()) is not None:
            yield written
        future.result()
    finally:
        future.cancel()


def _lanes(work: Sequence[Work]) -> tuple[Lane, ...]:
    lanes: dict[Hashable, Lane] = {}
    for position, one in enumerate(work):
        lanes.setdefault(_object_of(one, position), []).append((position, one))
    return tuple(lanes.values())


def _object_of(work: Work, position: int) -> Hashable:
    """Return what stands for the object; two creates with one anchor are about one object."""
    of_users = work.action.object_type is ObjectType.USERS
    if work.native_id is not None:
        return (of_users, "id", work.native_id)
    return (of_users, "anchor", work.action.anchor) if work.action.anchor else position


async def _drive(
    lanes: Iterable[Lane], carry: Carry, in_flight: int, tell: Callable[[Written], None]
) -> None:
    waiting = iter(lanes)

    async def work_off() -> None:
        for lane in waiting:
            for position, work in lane:
                tell(await carry(position, work))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(max(in_flight, 1)):
                group.create_task(work_off())
    except ExceptionGroup as faults:
        raise faults.exceptions[0] from None
