"""Rows of earlier days: kept with the looks that showed them, and deleted with their chapters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from provisor.domain.schema import ObjectType
from provisor.ports.history import SAID_GONE, Aside, Chapter, Feed, Form, Looked, Recorded, Whole
from tests.stores.scenes import START

USERS = ObjectType.USERS
FEED = Feed("hr", USERS, ("employee_id", "title"))
ALL = Whole(Form.TEXT, b"everything" * 200_000)


def keep(store, day, *, whole=None, turned=(), full=True, fault="", **more):
    """Keep one look, as many days after the start."""
    at = START + timedelta(days=day)
    newest = store.history.newest(FEED)
    expects = newest.look if newest is not None else 0
    one = Recorded(FEED, f"read {day}", at, expects, whole, turned, Aside({"E9": 2}, 1))
    feeds = () if fault else (one,)
    looked = Looked("hr-to-app", day, at, full=full, fault=fault, feeds=feeds)
    store.observations.add([], [], replace(looked, **more))
    return store.history.newest(FEED)


def test_rows_are_found_as_of_every_look(store):
    first = keep(store, 0, whole=ALL)
    second = keep(store, 1, turned=[("E1", "", "{}"), ("E2", "", None)])
    third = keep(store, 2, turned=[("E1", "", SAID_GONE)], full=False)
    history = store.history

    assert history.whole(third) == ALL
    assert history.turned(first) == {}
    assert history.turned(second) == {("E1", ""): "{}", ("E2", ""): None}
    assert history.turned_of(third, ["E1"]) == {("E1", ""): SAID_GONE}
    gone = history.gone_since(third, ["E1", "E2", "E3"])
    assert {key: (one.look, one.said) for key, one in gone.items()} == {
        "E1": (third.look, True),
        "E2": (second.look, False),
    }
    assert [look for look, _ in history.full_sights(third)] == [first.look, second.look]
    assert third.aside == Aside({"E9": 2}, 1)
    assert [one.chapter for one in (first, second, third)] == [first.look] * 3


def test_a_look_with_a_fault_shows_nothing_and_says_why(store):
    keep(store, 0, whole=ALL)
    keep(store, 1, fault="half a feed")
    looks = store.history.looks("hr-to-app", START, START + timedelta(days=9))

    assert [look.fault for look in looks] == ["", "half a feed"]
    assert store.history.sights(looks[1].number) == ()
    assert store.history.stands_on("hr-to-app", 1)
    assert not store.history.stands_on("hr-to-app", 2)


def test_of_two_looks_at_one_time_the_later_one_keeps_nothing(store):
    keep(store, 0, whole=ALL)
    overtaken = Recorded(FEED, "read", START, 0, None, [("E1", "", "{}")])
    store.observations.add([], [], Looked("hr-to-app", 1, START, full=True, feeds=(overtaken,)))
    *_, last = store.history.looks("hr-to-app", START, START + timedelta(days=1))

    assert "another cycle" in last.fault
    assert store.history.turned(store.history.newest(FEED)) == {}


def test_chapters_that_are_too_old_are_deleted_whole(store):
    old = keep(store, 0, whole=ALL)
    keep(store, 1, turned=[("E1", "", "{}")])
    before = START + timedelta(days=3)
    expired = store.history.expired(before)
    newest = keep(store, 5, whole=ALL, expired=expired, forget_before=before)

    assert expired == (Chapter(old.number, old.look, START),)
    assert [one.look for one in store.history.sights_of(FEED)] == [newest.look]
    assert store.history.begins("hr-to-app") == START + timedelta(days=5)
    assert store.history.gone_since(newest, ["E1"]) == {}


def test_knowledge_stands_on_the_last_look_of_its_turn_and_on_no_earlier_one(store):
    keep(store, 0, whole=ALL)
    again = Looked("hr-to-app", 0, START, full=False, fault="another cycle read meanwhile")
    assert store.history.stands_on("hr-to-app", 1)
    store.observations.add([], [], again)

    assert not store.history.stands_on("hr-to-app", 1)
