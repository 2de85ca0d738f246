"""The contract suite itself: it must find each of these liars out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connectors.memory import MemoryConnector, World
from provisor.domain.record import Record
from provisor.errors import Conflict
from provisor.ports.connector import (
    Candidate,
    Capabilities,
    Description,
    OutcomeState,
    Pace,
    Page,
    ReadEnd,
    ReadRequest,
    Work,
    Written,
)
from provisor.testing import Bench, ConnectorContract, OpenPace


class CallsEverythingComplete(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[Page | ReadEnd]:
        for item in super().read(request):
            yield replace(item, complete=True, reason="") if isinstance(item, ReadEnd) else item


class NeverEnds(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[Page | ReadEnd]:
        return (item for item in super().read(request) if isinstance(item, Page))


class IgnoresUnknownNames(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[Page | ReadEnd]:
        known = tuple(name for name in request.attributes if not name.startswith("no-such"))
        return super().read(replace(request, attributes=known))


class Trims(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[Page | ReadEnd]:
        for item in super().read(request):
            if isinstance(item, Page) and isinstance(item.rows, Sequence):
                rows = [
                    {n: v[:12] if isinstance(v, str) else v for n, v in row.items()}
                    for row in item.rows
                ]
                yield replace(item, rows=rows)
            else:
                yield item


class FindsEverybody(MemoryConnector):
    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        return tuple(Record(key, row) for key, row in self.world.users.items())


class SaysNothing(MemoryConnector):
    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        return (w for w in super().apply(work, pace) if w.state is OutcomeState.DONE)


class SaysTwice(MemoryConnector):
    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        for written in super().apply(work, pace):
            yield from (written, written)


class NeverAsks(MemoryConnector):
    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        return super().apply(work, OpenPace())


class CallsEverythingDone(MemoryConnector):
    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        for written in super().apply(work, pace):
            yield Written(written.position, OutcomeState.DONE, written.native_id)


class NamesValues(MemoryConnector):
    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        for written in super().apply(work, pace):
            values = [change.after for change in work[written.position].action.changes]
            problem = Conflict(f"refused: {values}") if written.problem else None
            yield replace(written, problem=problem)


class ForgetsAnchors(MemoryConnector):
    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        plain = [replace(item, action=replace(item.action, anchor=None)) for item in work]
        return super().apply(plain, pace)


class ChangesItsMind(MemoryConnector):
    def describe(self) -> Description:
        said = super().describe()
        return replace(said, capabilities=Capabilities(members_per_call=len(self.world.users)))


class MemoryBench(Bench):
    def __init__(self, connector: MemoryConnector) -> None:
        super().__init__(connector)
        self._world = connector.world

    def cut_reads(self) -> None:
        self._world.faults.cut_reads.append(7)


suite = ConnectorContract()

LIARS: list[tuple[type[MemoryConnector], Callable[..., None], dict[str, Any]]] = [
    (CallsEverythingComplete, suite.test_must_not_call_a_cut_read_complete, {}),
    (NeverEnds, suite.test_must_call_a_whole_read_complete, {}),
    (IgnoresUnknownNames, suite.test_must_refuse_to_read_an_attribute_that_it_does_not_know, {}),
    (Trims, suite.test_must_keep_text_as_it_is, {"text": "longer than twelve"}),
    (FindsEverybody, suite.test_must_look_again_at_every_hit, {}),
    (FindsEverybody, suite.test_must_answer_nothing_for_an_anchor_that_nobody_has, {}),
    (SaysNothing, suite.test_must_give_an_outcome_for_every_action_of_a_mixed_batch, {}),
    (SaysTwice, suite.test_must_create_and_say_the_native_id, {}),
    (NeverAsks, suite.test_must_send_nothing_without_a_permit, {}),
    (CallsEverythingDone, suite.test_must_not_update_what_is_absent, {}),
    (CallsEverythingDone, suite.test_must_call_it_already_so_to_delete_what_is_absent, {}),
    (NamesValues, suite.test_must_name_no_value_in_any_error, {}),
    (ForgetsAnchors, suite.test_must_do_the_same_create_once, {}),
    (ChangesItsMind, suite.test_must_describe_itself_the_same_way_every_time, {}),
]


@pytest.mark.parametrize(
    ("liar", "promise", "arguments"),
    LIARS,
    ids=[f"{liar.__name__}-{promise.__name__[5:]}" for liar, promise, _ in LIARS],
)
def test_a_liar_is_found_out(
    liar: type[MemoryConnector], promise: Callable[..., None], arguments: dict[str, Any]
) -> None:
    with pytest.raises(AssertionError):
        promise(MemoryBench(liar("liar", World(page_rows=10))), **arguments)
