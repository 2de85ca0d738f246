"""The contract suite itself: it must find each of these liars out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from connectors.memory import MemoryConnector, World
from provisor.domain.record import Record
from provisor.errors import Conflict, WatermarkRefused
from provisor.ports.connector import (
    Candidate,
    Capabilities,
    Deltas,
    Description,
    OutcomeState,
    Pace,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Removed,
    Work,
    Written,
)
from provisor.testing import Bench, ConnectorContract, OpenPace


class CallsEverythingComplete(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        for item in super().read(request):
            yield replace(item, complete=True, reason="") if isinstance(item, ReadEnd) else item


class NeverEnds(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        return (item for item in super().read(request) if isinstance(item, Page))


class IgnoresUnknownNames(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        known = tuple(name for name in request.attributes if not name.startswith("no-such"))
        return super().read(replace(request, attributes=known))


class Trims(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        for item in super().read(request):
            if isinstance(item, Page) and isinstance(item.rows, Sequence):
                rows = [
                    {n: v[:12] if isinstance(v, str) else v for n, v in row.items()}
                    for row in item.rows
                ]
                yield replace(item, rows=rows)
            else:
                yield item


class SeesNoChange(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        for item in super().read(request):
            if request.since is None or isinstance(item, ReadEnd):
                yield item


class MarksLate(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        for item in super().read(request):
            late = self.world.feed.watermark(len(self.world.feed.mentions))
            yield replace(item, watermark=late) if isinstance(item, ReadEnd) else item


class TakesAnyWatermark(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        try:
            yield from super().read(request)
        except WatermarkRefused:
            now = self.world.feed.watermark(len(self.world.feed.mentions))
            yield ReadEnd(complete=True, watermark=now)


class KeepsRemovalsToItself(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        return (item for item in super().read(request) if not isinstance(item, Removed))


class SaysRowsTwice(MemoryConnector):
    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        if request.since is None:
            yield from super().read(request)
            return
        items = list(super().read(request))
        yield from (item for item in items if isinstance(item, Page) for _ in range(2))
        yield items[-1]


class MixesItsAnswersUp(MemoryConnector):
    def find_many(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Record, ...]]:
        return (
            super().find_many(sorted(candidates, key=str))
            if len(candidates) > 1
            else super().find_many(candidates)
        )


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

    def lose_history(self) -> None:
        self._world.feed.forget()


suite = ConnectorContract()

LIARS: list[tuple[type[MemoryConnector], Callable[..., None], dict[str, Any]]] = [
    (CallsEverythingComplete, suite.test_must_not_call_a_cut_read_complete, {}),
    (NeverEnds, suite.test_must_call_a_whole_read_complete, {}),
    (IgnoresUnknownNames, suite.test_must_refuse_to_read_an_attribute_that_it_does_not_know, {}),
    (Trims, suite.test_must_keep_text_as_it_is, {"text": "longer than twelve"}),
    (CallsEverythingComplete, suite.test_must_not_call_a_cut_delta_complete, {}),
    (SeesNoChange, suite.test_must_tell_a_change, {}),
    (SeesNoChange, suite.test_must_lose_nothing_between_two_deltas, {}),
    (SeesNoChange, suite.test_must_tell_who_came_into_a_group, {}),
    (
        MarksLate,
        suite.test_must_lose_no_change_that_is_made_while_everything_is_read,
        {},
    ),
    (MarksLate, suite.test_must_lose_no_change_that_is_made_while_a_delta_is_read, {}),
    (TakesAnyWatermark, suite.test_must_refuse_a_watermark_that_it_never_gave, {"watermark": "x"}),
    (TakesAnyWatermark, suite.test_must_refuse_a_watermark_of_what_was_lost, {}),
    (KeepsRemovalsToItself, suite.test_must_tell_a_removal_where_it_promises_that, {}),
    (KeepsRemovalsToItself, suite.test_must_tell_who_left_a_group_where_it_promises_that, {}),
    (SaysRowsTwice, suite.test_must_tell_a_change, {}),
    (MixesItsAnswersUp, suite.test_must_find_many_in_the_order_of_the_questions, {}),
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
    world = World(page_rows=10, deltas=Deltas.STATES)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        promise(MemoryBench(liar("liar", world)), **arguments)
