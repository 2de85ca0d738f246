"""Acts on their way: each is a generator of requests, and many are under way at one time.

How many requests one connection can have open is the library's affair: of ldap3 one, so each of
several threads has a connection of its own; of python-ldap many, on one connection. Acts on one
object are done in the order of the batch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue

from connectors._ldap_directory import Directory
from connectors._ldap_problems import not_connected, not_known
from connectors._ldap_seam import Answer, Line, Lost, Refused, Request, Search, Unreachable
from connectors._outcomes import failed, half_done, not_sent
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem, Transient
from provisor.ports.connector import Ending, Heard, Pace, Work, Written

Act = Generator[Request, Answer, Written]
"""What one action asks of the directory, one request after the other, and what became of it."""

Begin = Callable[[int, Work], Act]
Lane = list[tuple[int, Work]]

_ENDINGS = {51: Ending.THROTTLED, 52: Ending.FALTERED}
"""What the codes `busy` and `unavailable` say of the pace."""


class Turns:
    """Permission to call: the pace is asked by one thread at a time, and not again after a no."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._guard = threading.Lock()
        self._ended = False

    def permit(self) -> bool:
        """Return whether the next call may be made now; it may take a while to say so."""
        with self._guard:
            self._ended = self._ended or not self._pace.permit()
            return not self._ended

    def heard(self, ending: Ending) -> None:
        """Tell how a call ended."""
        self._pace.heard(Heard(ending))

    def end(self) -> None:
        """Permit nothing more."""
        self._ended = True


@dataclass(slots=True)
class _Flight:
    """An act that waits for an answer, and what is to be done to the same object after it."""

    position: int
    work: Work
    act: Act
    lane: deque[tuple[int, Work]]
    writes: bool = False
    """Whether the request that is on its way writes."""
    began: bool = False
    """Whether one that writes was answered before: nothing is told as if it had not been sent."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """What all who write share: the directory, what is to be done, and who is told."""

    directory: Directory
    begin: Begin
    turns: Turns
    lanes: deque[Lane]
    known: SimpleQueue[Written | None]

    def work_off(self, room: int) -> None:
        """Carry out acts on one line, at most `room` under way, until none is left."""
        with self.directory.line() as line:
            flights: dict[int, _Flight] = {}
            while True:
                while len(flights) < room and (lane := _next(self.lanes)) is not None:
                    self._go_on(line, flights, deque(lane))
                if not flights:
                    return
                self._land(line, flights)

    def _land(self, line: Line, flights: dict[int, _Flight]) -> None:
        """Take the next answer, and go on with the act that waited for it."""
        try:
            number, answer = line.take()
        except Lost as lost:
            self.turns.heard(Ending.FALTERED)
            self._all_lost(lost, flights)
            return
        flight = flights.pop(number, None)
        if flight is None:
            return  # the server spoke unasked
        self.turns.heard(_ENDINGS.get(answer.code, Ending.ANSWERED))
        flight.began = flight.began or flight.writes
        if not self._sent(line, flights, flight, answer):
            self._go_on(line, flights, flight.lane)

    def _go_on(
        self, line: Line, flights: dict[int, _Flight], lane: deque[tuple[int, Work]]
    ) -> None:
        """Begin the next act of a lane, and another where that ends before anything is sent."""
        while lane:
            position, work = lane.popleft()
            try:
                flight = _Flight(position, work, self.begin(position, work), lane)
            except TargetProblem as problem:
                self.known.put(failed(position, problem, work.native_id))
                continue
            if self._sent(line, flights, flight, None):
                return

    def _sent(
        self, line: Line, flights: dict[int, _Flight], flight: _Flight, answer: Answer | None
    ) -> bool:
        """Let an act have its answer and send what it asks next; say whether it waits again."""
        where = self.directory.where
        try:
            request = next(flight.act) if answer is None else flight.act.send(answer)
            if not self.turns.permit():
                self.known.put((half_done if flight.began else not_sent)(flight.position, where))
                return False
            flight.writes = not isinstance(request, Search)
            flights[self._put(line, request)] = flight
        except StopIteration as end:
            self.known.put(end.value)
        except TargetProblem as problem:
            self.known.put(failed(flight.position, problem, flight.work.native_id))
        except (Lost, Unreachable, Refused) as fault:
            self._break_off(flight, fault)
            self._all_lost(Lost(), flights)
        except ValueError:
            what = "the request cannot be written down for the directory"
            unfit = Transient(what, where=where)
            self.known.put(failed(flight.position, unfit, flight.work.native_id))
        else:
            return True
        return False

    def _put(self, line: Line, request: Request) -> int:
        """Send a request; what is not sent is told to the pace as it ended."""
        try:
            return line.send(request)
        except (Lost, Unreachable):
            self.turns.heard(Ending.FALTERED)
            raise
        except (Refused, ValueError):
            self.turns.heard(Ending.ANSWERED)
            raise

    def _all_lost(self, lost: Lost, flights: dict[int, _Flight]) -> None:
        """End whatever was on its way on a line that broke, and what was to follow on it."""
        for flight in flights.values():
            self._break_off(flight, lost)
            self.lanes.appendleft(list(flight.lane))
        flights.clear()

    def _break_off(self, flight: _Flight, fault: Lost | Unreachable | Refused) -> None:
        lost = flight.writes and isinstance(fault, Lost)
        unsure = not_known if flight.began or lost else partial(not_connected, fault)
        problem = unsure(self.directory.where)
        self.known.put(failed(flight.position, problem, flight.work.native_id))


def driven(
    directory: Directory, begin: Begin, placed: Sequence[tuple[int, Work]], turns: Turns, room: int
) -> Iterator[Written]:
    """Yield the outcome of every action as it becomes known, at most `room` under way.

    A caller that stops asking lets what is under way end, and nothing more is begun.
    """
    known: SimpleQueue[Written | None] = SimpleQueue()
    crew = _Crew(directory, begin, turns, _lanes(placed), known)
    lines, each = directory.settings.shared_out(room)
    with ThreadPoolExecutor(lines, thread_name_prefix="ldap") as threads:
        working = [threads.submit(crew.work_off, each) for _ in range(lines)]
        for one in working:
            one.add_done_callback(lambda _: known.put(None))
        try:
            yield from _told(known, len(working))
        except GeneratorExit:
            turns.end()
            raise
    for one in working:
        one.result()


def _next(lanes: deque[Lane]) -> Lane | None:
    try:
        return lanes.popleft()
    except IndexError:
        return None


def _told(known: SimpleQueue[Written | None], threads: int) -> Iterator[Written]:
    """Yield what becomes known, until every thread has ended."""
    while threads:
        written = known.get()
        if written is None:
            threads -= 1
        else:
            yield written


def _lanes(placed: Sequence[tuple[int, Work]]) -> deque[Lane]:
    lanes: dict[Hashable, Lane] = {}
    for position, work in placed:
        lanes.setdefault(_object_of(work, position), []).append((position, work))
    return deque(lanes.values())


def _object_of(work: Work, position: int) -> Hashable:
    """Return what stands for the object; two creates with one anchor are about one object."""
    of_users = work.action.object_type is ObjectType.USERS
    if work.native_id is not None:
        return (of_users, "id", work.native_id)
    return (of_users, "anchor", work.action.anchor) if work.action.anchor else position
