"""Acts on their way: each is a generator of requests, and many are under way at one time.

How many requests one connection can have open is the library's affair; ldap3 has one, so each of
several threads has a connection of its own. Acts on one object are done in the order of the batch.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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

_BUSY = 51
_UNAVAILABLE = 52


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


class NoTurn(Exception):
    """Writing must stop; the request was not sent."""


def asked(turns: Turns, line: Line, request: Request) -> Answer:
    """Ask with a permit, and tell the pace how it ended.

    Raises:
        NoTurn: there was no permit.
        Lost, Unreachable, Refused: as the line says.
    """
    if not turns.permit():
        raise NoTurn
    try:
        answer = line.ask(request)
    except (Lost, Unreachable):
        turns.heard(Ending.FALTERED)
        raise
    except (Refused, ValueError):
        turns.heard(Ending.ANSWERED)
        raise
    endings = {_BUSY: Ending.THROTTLED, _UNAVAILABLE: Ending.FALTERED}
    turns.heard(endings.get(answer.code, Ending.ANSWERED))
    return answer


def driven(
    directory: Directory, begin: Begin, placed: Sequence[tuple[int, Work]], turns: Turns, room: int
) -> Iterator[Written]:
    """Yield the outcome of every action as it becomes known, at most `room` under way.

    A caller that stops asking lets what is under way end, and nothing more is begun.
    """
    lanes = _lanes(placed)
    known: SimpleQueue[Written | None] = SimpleQueue()

    def work_off() -> None:
        with directory.line() as line:
            while (lane := _next(lanes)) is not None:
                for position, work in lane:
                    known.put(_carried(directory, begin, line, turns, position, work))

    with ThreadPoolExecutor(max(room, 1), thread_name_prefix="ldap") as threads:
        working = [threads.submit(work_off) for _ in range(max(room, 1))]
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


def _carried(
    directory: Directory, begin: Begin, line: Line, turns: Turns, position: int, work: Work
) -> Written:
    """Do one action to its end.

    Once a request that writes was sent, nothing is told as if it had not been.
    """
    began = writes = False
    try:
        act = begin(position, work)
        request = next(act)
        while True:
            writes = not isinstance(request, Search)
            answer = asked(turns, line, request)
            began = began or writes
            request = act.send(answer)
    except StopIteration as end:
        outcome: Written = end.value
        return outcome
    except NoTurn:
        return (half_done if began else not_sent)(position, directory.where)
    except TargetProblem as problem:
        return failed(position, problem, work.native_id)
    except (Lost, Unreachable, Refused) as fault:
        lost = writes and isinstance(fault, Lost)
        unsure = not_known if began or lost else partial(not_connected, fault)
        return failed(position, unsure(directory.where), work.native_id)
    except ValueError:
        what = "the request cannot be written down for the directory"
        return failed(position, Transient(what, where=directory.where), work.native_id)
