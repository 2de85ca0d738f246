"""Identities, links, observations and revisions: what is known of both sides."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from provisor.domain.event import EventKind
from provisor.domain.link import Absence, Link, LinkState, Membership
from provisor.domain.schema import ObjectType
from provisor.ports.store import Effect, Revision
from provisor.stores import identities
from tests.stores.scenes import (
    CONFIGURATION,
    START,
    ended,
    event,
    intents,
    observation,
    outcome_event,
    saved,
)

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


def link(number, **changes):
    fields = {"object_type": USERS, "anchor": f"a{number}", "accepted": {}} | changes
    return Link(identity=f"i{number}", key=f"E{number}", native_id=f"n{number}", **fields)


def test_an_id_is_given_once_and_kept(store):
    first = store.identities.assign("hr", USERS, ["E1", "E2"], START)
    second = store.identities.assign("hr", USERS, ["E2", "E3"], START)

    assert first["E2"] == second["E2"]
    assert store.identities.known("hr", USERS) == first | second
    assert len(set((first | second).values())) == 3


def test_the_same_key_of_another_system_or_type_is_another_identity(store):
    ids = [
        store.identities.assign(system, object_type, ["1"], START)["1"]
        for system in ("hr", "crm")
        for object_type in (USERS, GROUPS)
    ]

    assert len(set(ids)) == 4
    assert store.identities.known("hr", GROUPS) == {"1": ids[1]}


def test_an_id_says_nothing_of_its_key_and_has_a_secret_of_its_own(store):
    ids = store.identities.assign("hr", USERS, [f"E{n}" for n in range(2_500)], START)
    keys = store.identities.subject_keys(ids.values())

    assert all(len(found) == 32 and int(found, 16) >= 0 for found in ids.values())
    assert keys.keys() == set(ids.values())
    assert len(set(keys.values())) == 2_500
    assert {len(key) for key in keys.values()} == {32}


def test_the_keys_of_most_identities_are_those_that_each_of_them_has(store, monkeypatch):
    ids = store.identities.assign("hr", USERS, [f"E{n}" for n in range(40)], START).values()
    each = {one: store.identities.subject_keys([one])[one] for one in ids}
    monkeypatch.setattr(identities, "_MANY", 5)

    for wanted in (list(ids)[:10], list(ids)[:30]):
        found = store.identities.subject_keys(wanted)
        assert {one: found[one] for one in wanted} == {one: each[one] for one in wanted}


def test_the_keys_of_unknown_identities_are_missing(store):
    assert store.identities.subject_keys(["nobody"]) == {}
    assert store.identities.subject_keys([]) == {}
    assert store.identities.assign("hr", USERS, [], START) == {}


def test_an_observation_comes_back_as_it_was(store):
    seen = observation(1, declared_total=250, nulls={"a": 1}, reason="", version=None)
    store.observations.add([seen], [event(EventKind.OBSERVED)])

    assert store.observations.newest("hr", USERS) == seen
    assert store.observations.last_complete("hr", USERS) == seen
    assert store.log.head().size == 1


def test_the_last_complete_read_is_not_the_newest_one(store):
    for number, complete in enumerate([True, True, False]):
        store.observations.add([observation(number, complete=complete)], [event()])

    assert store.observations.last_complete("hr", USERS).id == "o1"
    assert store.observations.newest("hr", USERS).id == "o2"
    assert store.observations.newest("hr", GROUPS) is None
    assert store.observations.last_complete("crm", USERS) is None


def test_newest_is_what_was_written_last_whatever_the_clock_said(store):
    for number, ended_at in enumerate([START, START - timedelta(days=1)]):
        store.observations.add([observation(number, ended_at=ended_at)], [event()])

    assert store.observations.newest("hr", USERS).id == "o1"


def test_absences_are_exactly_those_of_the_last_complete_read(store):
    first = [Absence(f"i{n}", USERS, f"E{n}", START, n) for n in (2, 1)]
    store.observations.replace_absences("hr", USERS, first)
    store.observations.replace_absences("hr", GROUPS, [Absence("g", GROUPS, "G", START, 1)])
    assert store.observations.absences("hr", USERS) == tuple(first[::-1])

    store.observations.replace_absences("hr", USERS, first[:1])
    assert store.observations.absences("hr", USERS) == (first[0],)
    assert len(store.observations.absences("hr", GROUPS)) == 1

    store.observations.replace_absences("hr", USERS, [])
    assert store.observations.absences("hr", USERS) == ()


def test_links_come_back_as_they_were_sorted_by_key(store):
    links = [
        link(2, state=LinkState.DISABLED, since=START, anchor=None),
        link(1, accepted={"mail": ("A@x", "a@x"), "seats": ((1, "b"), None), "on": (True, 0)}),
    ]
    store.links.put("app", links, [event()])

    assert store.links.of_target("app", USERS) == (links[1], links[0])
    assert store.links.count("app", USERS) == 2
    assert store.links.count("app", GROUPS) == store.links.count("other", USERS) == 0
    assert store.links.of_target("other", USERS) == ()


def test_a_link_is_replaced_by_its_identity(store):
    store.links.put("app", [link(1), link(2)], [event()])
    moved = Link("i1", USERS, "E9", "n9", "a9", LinkState.DISABLED, START)
    store.links.put("app", [moved], [event()])

    assert store.links.of_identities("app", ["i1"]) == {"i1": moved}
    assert store.links.count("app", USERS) == 2


def test_links_as_columns_say_the_same(store):
    links = [link(n, accepted={"a": ("x", "y")} if n else {}, since=START) for n in range(3)]
    store.links.put("app", links, [event()])
    columns = store.links.columns("app", USERS)

    assert columns["identity"] == ["i0", "i1", "i2"]
    assert columns["native_id"] == ["n0", "n1", "n2"]
    assert columns["since"] == ["2031-04-07T02:00:00.123456Z"] * 3
    assert columns["accepted"][0] is None
    assert json.loads(columns["accepted"][1]) == {"a": ["x", "y"]}
    assert list(columns) == [
        *("identity", "key", "native_id", "anchor", "state", "since", "accepted"),
        *("left_since", "left_as", "back_since"),
    ]
    assert set(map(len, columns.values())) == {3}


def test_links_page_by_page_say_the_same(store):
    store.links.put("app", [link(n) for n in range(3)], [event()])
    pages = list(store.links.pages("app", USERS))

    columns = store.links.columns("app", USERS)
    assert {name: [cell for page in pages for cell in page[name]] for name in columns} == columns
    assert list(store.links.pages("app", GROUPS)) == []


def test_no_links_are_empty_columns(store):
    columns = store.links.columns("app", USERS)

    assert columns["identity"] == []
    assert set(map(len, columns.values())) == {0}


def test_the_links_of_many_identities_are_found_users_and_groups_alike(store):
    links = [link(n, object_type=GROUPS if n % 2 else USERS) for n in range(1_200)]
    store.links.put("app", links, [event()])
    found = store.links.of_identities("app", [*(item.identity for item in links), "nobody"])

    assert found == {item.identity: item for item in links}
    assert store.links.of_identities("app", []) == {}


def test_an_outcome_brings_its_link_its_memberships_and_its_used_votes(store):
    plan = saved(store, 2)
    lease = store.controls.acquire("app", "w", START, 60.0)
    first, second = intents(plan)
    store.links.put("app", [link(7), link(8, object_type=GROUPS)], [event()])
    store.acts.intend([first, second], lease.epoch, [event()])
    made = [
        Effect(ended(first), link=link(1), granted=(Membership("g", "a"), Membership("g", "b"))),
        Effect(ended(second), unlink=(USERS, "i7"), consumes=("d1", "d2")),
    ]
    store.acts.conclude(made, [outcome_event(made)])

    assert store.links.of_target("app", USERS) == (link(1),)
    assert store.links.count("app", GROUPS) == 1
    assert store.links.memberships("app") == {Membership("g", "a"), Membership("g", "b")}
    assert store.links.memberships("other") == frozenset()

    taken = [Effect(ended(first), revoked=(Membership("g", "a"),), granted=(Membership("g", "b"),))]
    store.acts.conclude(taken, [outcome_event(taken)])
    assert store.links.memberships("app") == {Membership("g", "b")}


def revision(**changes):
    fields = {"digest": CONFIGURATION, "job": "hr-to-app", "author": "anna"} | changes
    return Revision(presented_at=START, document='{"job":"hr-to-app"}', **fields)


def test_whoever_presents_a_revision_first_is_its_author(store):
    first = store.revisions.present(revision(), [event(EventKind.REVISION_PRESENTED)])
    second = store.revisions.present(revision(author="bert"), [event()])

    assert first == second == store.revisions.get("hr-to-app", CONFIGURATION) == revision()
    assert store.log.head().size == 1


def test_a_revision_belongs_to_its_job(store):
    store.revisions.present(revision(), [event()])
    store.revisions.present(revision(job="other", author="carl"), [event()])

    assert store.revisions.get("other", CONFIGURATION).author == "carl"
    assert store.revisions.get("third", CONFIGURATION) is None


@pytest.mark.parametrize("times", [1, 2])
def test_the_first_approval_of_a_revision_counts(store, times):
    store.revisions.present(revision(), [event()])
    for hours in range(times):
        at = START + timedelta(hours=hours)
        store.revisions.mark_approved("hr-to-app", CONFIGURATION, at)

    assert store.revisions.get("hr-to-app", CONFIGURATION).approved_at == START


def test_the_links_of_a_key_are_found_whatever_the_identity(store):
    group = replace(link(3, object_type=GROUPS), key="E1")
    store.links.put("app", [link(1), replace(link(2), key="E1"), group, link(4)], [event()])
    store.links.put("other", [replace(link(9), key="E1")], [event()])

    assert [one.identity for one in store.links.of_key("app", USERS, "E1")] == ["i1", "i2"]
    assert store.links.of_key("app", USERS, "E9") == ()


def test_a_link_that_is_parted_takes_what_we_know_of_its_memberships_with_it(store):
    store.links.put("app", [link(1), link(2), link(7, object_type=GROUPS)], [event()])
    both = (Membership("i7", "i1"), Membership("i7", "i2"))
    (intent,) = intents(saved(store, 1))
    lease = store.controls.acquire("app", "w", START, 60.0)
    store.acts.intend([intent], lease.epoch, [event()])
    made = [Effect(ended(intent), granted=both)]
    store.acts.conclude(made, [outcome_event(made)])
    store.links.part("app", [link(1)], [event(EventKind.LINK_ENDED)])

    assert [one.identity for one in store.links.of_target("app", USERS)] == ["i2"]
    assert store.links.memberships("app") == {Membership("i7", "i2")}


@pytest.mark.parametrize("at_once", [1, 3, 10_000])
def test_granted_memberships_of_some_groups_come_in_parts_each_once(store, monkeypatch, at_once):
    monkeypatch.setattr("provisor.stores.links._AT_ONCE", at_once)
    monkeypatch.setattr("provisor.stores.links._GROUPS_AT_ONCE", at_once)
    given = {Membership(f"g{group}", f"i{n}") for group in range(5) for n in range(group)}
    store.links.put_memberships("app", sorted(given, key=str), [])
    store.links.put_memberships("other", [Membership("g1", "i9")], [])
    asked = ["g4", "g1", "g3", "g3", "g0", "nobody"]
    parts = list(store.links.memberships_in("app", asked))
    found = [pair for one in parts for pair in zip(one["group"], one["member"], strict=True)]

    assert sorted(found) == sorted((m.group, m.member) for m in given if m.group in asked)
    assert list(store.links.memberships_in("app", [])) == []
