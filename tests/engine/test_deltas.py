"""A delta is gathered whole and judged; whoever cannot believe it reads everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.engine.collect_delta import Told, gather_delta
from provisor.engine.job import Unwatched
from provisor.errors import Transient, WatermarkRefused
from provisor.ports.connector import (
    Changed,
    Deltas,
    Page,
    ReadEnd,
    ReadItem,
    ReadRequest,
    Regrouped,
    Removed,
)
from provisor.testing import FixedClock
from provisor.testing.walk import read_whole

USERS, GROUPS, MEMBERSHIPS = ObjectType.USERS, ObjectType.GROUPS, ObjectType.MEMBERSHIPS
END = ReadEnd(complete=True, watermark="w2", version="7")
KEY = {USERS: "employee_id", GROUPS: "group_id", MEMBERSHIPS: ""}


@dataclass
class Script(MemoryConnector):
    """A connector that says what a test wrote down."""

    items: Sequence[ReadItem | Exception]

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        for item in self.items:
            if isinstance(item, Exception):
                raise item
            yield item


def told(*items: ReadItem | Exception, kind: ObjectType = USERS, version: str = "7") -> Told:
    request = ReadRequest(kind, ("name",), "w1")
    clock = FixedClock()
    return gather_delta(
        Script(items), "hr", request, KEY[kind], clock, Unwatched(), version=version
    )


def row(key: str | None, name: str = "Elin") -> Values:
    return {"employee_id": key, "name": name}


def pair(group: str | None, member: str) -> Values:
    return {"group": group, "member": member}


def test_an_empty_delta_is_believed_and_changes_nothing() -> None:
    found = told(END)

    assert (found.reason, found.is_empty, found.end.watermark) == ("", True, "w2")
    assert (found.records, found.gone, found.hinted) == ((), frozenset(), frozenset())


def test_everything_that_was_told_is_counted_once() -> None:
    found = told(Page([row("1")]), Removed(("2", "3")), Page([row("4")]), Changed(("5",)), END)

    assert [record.key for record in found.records] == ["1", "4"]
    assert found.gone == {"2", "3"}
    assert found.hinted == {"5"}
    assert (found.measure.rows, found.reason) == (5, "")


def test_who_is_told_as_gone_and_as_there_is_there() -> None:
    found = told(Removed(("1",)), Page([row("1")]), Removed(("1",)), END)

    assert ([record.key for record in found.records], found.gone) == (["1"], frozenset())


def test_pairs_that_are_told_as_gone_and_as_there_are_there() -> None:
    there = Page([pair("g", "a"), pair("g", "b")])
    gone = Removed(pairs=(("g", "a"), ("g", "c")))
    found = told(gone, there, Regrouped(("h",)), END, kind=MEMBERSHIPS)

    assert found.pairs == {("g", "a"), ("g", "b")}
    assert found.parted == {("g", "c")}
    assert found.regrouped == {"h"}


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([], "without a last word"),
        ([Page([row("1")])], "without a last word"),
        ([ReadEnd(complete=False, reason="it broke off")], "it broke off"),
        ([Page([row("1")]), Transient("the line is down")], "transient: the line is down"),
        ([ReadEnd(complete=True)], "where the next one starts"),
        ([ReadEnd(complete=True, watermark="w2", version="6")], "older"),
    ],
)
def test_a_delta_that_does_not_prove_itself_is_not_believed(
    items: list[ReadItem | Exception], reason: str
) -> None:
    assert reason in told(*items).reason


@pytest.mark.parametrize(
    "pages",
    [
        [Page([row("1"), row("2"), row("1", "Omar"), row(None), row("")])],
        [Page([row("1"), row(None)]), Page([row("1"), row("2"), row("")])],
    ],
)
def test_rows_that_cannot_be_told_apart_are_counted_and_the_others_are_believed(
    pages: list[Page],
) -> None:
    found = told(*pages, Removed(("1",)), END)

    assert (found.reason, [record.key for record in found.records]) == ("", ["2"])
    assert (dict(found.repeated), found.unkeyed, found.gone) == ({"1": 2}, 2, frozenset())
    assert found.measure.repeated_rows == 4


def test_a_membership_without_a_side_is_counted_and_the_others_are_believed() -> None:
    found = told(Page([pair(None, "a"), pair("g", "b")]), END, kind=MEMBERSHIPS)

    assert (found.reason, found.pairs, found.unkeyed) == ("", frozenset({("g", "b")}), 1)


def test_a_refused_watermark_is_no_empty_delta() -> None:
    found = told(WatermarkRefused("the history is gone"))

    assert found.refused
    assert found.reason.startswith("watermark_refused")
    assert not told(Transient("busy")).refused


@given(st.permutations(range(6)))
def test_the_order_of_a_delta_means_nothing(order: list[int]) -> None:
    items: list[ReadItem] = [
        *(Page([row("1")]), Page([row("2")]), Removed(("1",)), Removed(("3",))),
        *(Changed(("4",)), Changed(("4", "5"))),
    ]
    first, mixed = told(*items, END), told(*(items[place] for place in order), END)

    assert {record.key for record in mixed.records} == {record.key for record in first.records}
    assert (mixed.gone, mixed.hinted) == (first.gone, first.hinted)
    assert mixed.measure == first.measure


# --- a feed that is stopped, and one that goes wrong -----------------------------------------


def world(**told_of: object) -> World:
    kind = told_of.get("deltas", Deltas.STATES)
    assert isinstance(kind, Deltas)
    made = World(SOURCE_SCHEMAS, page_rows=3, deltas=kind)
    for number in range(10):
        made.add(USERS, {"employee_id": f"E{number}", "name": f"Person {number}"})
    return made


def start(system: World) -> str:
    *_, end = MemoryConnector("hr", system).read(ReadRequest(USERS, ("employee_id", "name")))
    assert isinstance(end, ReadEnd)
    assert end.watermark
    return end.watermark


def delta(system: World, since: str) -> Told:
    request = ReadRequest(USERS, ("employee_id", "name"), since)
    connector = MemoryConnector("hr", system)
    return gather_delta(connector, "hr", request, "employee_id", FixedClock(), Unwatched())


def test_a_feed_that_stops_in_the_middle_starts_again_from_the_old_watermark() -> None:
    system = world()
    since = start(system)
    for number in range(8):
        system.set(USERS, f"E{number}", {"name": "changed"})
    system.faults.cut_reads.append(4)
    stopped, again = delta(system, since), delta(system, since)

    assert stopped.reason
    assert stopped.end.watermark is None
    assert {record.key for record in again.records} == {f"E{number}" for number in range(8)}


def test_a_problem_on_the_way_leaves_the_watermark_where_it_was() -> None:
    system = world()
    since = start(system)
    system.set(USERS, "E1", {"name": "changed"})
    system.faults.refused_reads.append(Transient("busy"))
    failed, again = delta(system, since), delta(system, since)

    assert failed.reason == "transient: busy"
    assert [record.key for record in again.records] == ["E1"]


@pytest.mark.parametrize("kind", [Deltas.STATES, Deltas.HINTS])
def test_events_that_come_twice_late_or_mixed_up_lose_nobody(kind: Deltas) -> None:
    system = world(deltas=kind)
    system.faults.repeated_events, system.faults.late_events = 3, 2
    system.faults.order = Random(7)
    since, seen = start(system), set[str]()
    for number in range(10):
        system.set(USERS, f"E{number}", {"name": "changed"})
        found = delta(system, since)
        assert found.end.watermark
        since = found.end.watermark
        seen |= {record.key for record in found.records} | found.hinted
    system.faults.late_events = system.faults.repeated_events = 0
    last = delta(system, since)

    assert {record.key for record in last.records} | last.hinted == {"E8", "E9"}
    assert seen >= {f"E{number}" for number in range(8)}


def test_an_event_that_is_lost_is_told_by_no_delta_and_by_every_full_read() -> None:
    system = world()
    since = start(system)
    system.faults.lost_events.add(11)
    system.set(USERS, "E1", {"name": "changed"})

    assert delta(system, since).is_empty
    assert read_whole(MemoryConnector("hr", system), USERS, ["name"]).rows[1]["name"] == "changed"
