"""JSON lines that are written from stored bytes are those that are made from actions."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.cli.printing import MOST_ROWS, print_plan
from provisor.cli.rooms import line_of
from provisor.cli.shapes import action_shape
from provisor.cli.streaming import action_lines
from provisor.config.loading import load_text
from provisor.domain import plan_reading
from provisor.domain.action import Action, Change, Draw, Operation, Reversible, Risk, Wave
from provisor.domain.comeback import Return
from provisor.domain.plan import Draft, Header
from provisor.domain.record import ABSENT
from provisor.domain.schema import ObjectType
from provisor.domain.sealing import seal
from provisor.stores import plan_pages
from provisor.stores.database import open_store
from provisor.stores.plan_pages import StoredActions
from provisor.stores.planned_rows import planned_rows
from provisor.wiring import Wiring
from tests.stores.scenes import (
    CONFIGURATION,
    START,
    StandingClock,
    event,
    large_plans,
    saved,
    stored,
)

WRITTEN = """
version: 1
systems:
  hr: {connector: files, objects: {users: {path: hr.csv, key: id}}}
  app: {connector: memory}
jobs:
  hr-to-app: {source: hr, target: app, users: {match: [id], attributes: {id: "[id]"}}}
"""
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
SCALARS = TEXTS | st.integers(-(2**60), 2**60) | st.booleans()
SINGLE = st.just(ABSENT) | st.none() | SCALARS
SETS = st.lists(TEXTS, max_size=2).map(lambda texts: tuple(sorted(texts)))
NONE = st.just(())
NAMES = st.lists(st.sampled_from(["a", 'b"%s', "c\\d%", "é"]), max_size=4, unique=True)
"""Few attributes, so that actions look alike."""


def changes(values):
    many = NAMES.flatmap(
        lambda names: st.tuples(*(st.tuples(st.just(n), values, values) for n in names))
    )
    return many.map(lambda found: tuple(Change(*one) for one in found))


COMMON = {
    "operation": st.sampled_from([Operation.CREATE, Operation.UPDATE, Operation.DISABLE]),
    "object_type": st.just(ObjectType.USERS),
    "target": st.sampled_from(["app", "a%d"]),
    "subject": st.integers(0, 30).map(str),
    "anchor": st.none() | TEXTS,
    "native_id": st.none() | TEXTS,
    "rule": st.sampled_from(["scope: in", "100 %", "orphans: disable"]),
    "risk": st.sampled_from(Risk),
    "reversible": st.sampled_from(Reversible),
    "adopts": st.booleans(),
}
PLAIN = st.builds(Action, changes=changes(SINGLE), **COMMON)
ODD = st.builds(
    Action,
    changes=changes(SINGLE | st.lists(SCALARS, max_size=3).map(tuple)),
    **{**COMMON, "operation": st.sampled_from(Operation)},
    adds=SETS,
    removes=SETS,
    draws=st.lists(st.builds(Draw, TEXTS, TEXTS, TEXTS, TEXTS), max_size=1).map(tuple),
    redacted=SETS | st.just(("a",)),
    outsiders=SETS,
    expels=st.booleans(),
    references=NONE | st.just(("a",)),
    returns=st.none() | st.sampled_from(Return),
)
DRAFTS = st.builds(
    Draft,
    action=PLAIN | PLAIN | PLAIN | ODD,
    key=TEXTS,
    name=TEXTS,
    wave=st.sampled_from(Wave),
    urgent=st.sampled_from([False, False, True]),
    bundle=st.just("") | TEXTS,
    apart=st.sampled_from(["", "", "Sales"]),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    place = tmp_path_factory.mktemp("streaming") / "provisor.db"
    opened = open_store(f"sqlite:///{place}", clock=StandingClock())
    yield opened
    opened.close()


@given(drafts=st.lists(DRAFTS, min_size=4, max_size=40), names=st.dictionaries(TEXTS, TEXTS))
@settings(max_examples=40, deadline=None)
def test_lines_from_stored_bytes_are_those_of_the_actions(store, drafts, names):
    header = Header("hr-to-app", "hr", "app", CONFIGURATION)
    ids = store.identities.assign("hr", ObjectType.USERS, [str(n) for n in range(31)], START)
    drafts = [replace(d, action=replace(d.action, subject=ids[d.action.subject])) for d in drafts]
    with large_plans():
        plan = seal(header, drafts, store.identities.subject_keys(ids.values()).__getitem__)
        store.plans.save(stored(plan), [event()])
        actions = store.plans.get(plan.digest).plan.actions

        assert isinstance(actions, StoredActions)
        made = [line_of(action_shape(one, names)) for one in actions]
        assert list(action_lines(actions, names)) == made


@pytest.fixture
def large(store, monkeypatch):
    """A plan of 200 actions in pages of four, and the places of the actions that were read."""
    places: list[int] = []
    known = planned_rows

    def note(*question):
        rows = known(*question)
        places.extend(row[0] for row in rows)
        return rows

    monkeypatch.setattr(plan_pages, "planned_rows", note)
    with large_plans():
        plan = saved(store, 200)
        yield plan, places


def printed(store, capsys, plan, **how):
    wiring = SimpleNamespace(
        store=store,
        configuration=load_text(WRITTEN, Path("provisor.yaml"), {}),
        clock=StandingClock(),
    )
    print_plan(cast(Wiring, wiring), store.plans.find(plan.digest), **how)
    return capsys.readouterr().out


def test_showing_a_large_plan_reads_the_rows_that_are_shown(store, large, capsys, monkeypatch):
    plan, places = large
    monkeypatch.setattr(plan_reading, "MOST_READ", 100)
    told = printed(store, capsys, plan, as_json=False, as_lines=False)

    assert f"{MOST_ROWS} of 200" in told
    assert len(set(places)) <= MOST_ROWS + 4


def test_a_large_plan_is_printed_as_a_small_one(store, large, capsys):
    plan, _ = large

    def told():
        lines = printed(store, capsys, plan, as_json=False, as_lines=True)
        whole = json.loads(printed(store, capsys, plan, as_json=True, as_lines=False))
        # The plan of this test counts its parts otherwise than they are; a large one is believed.
        return lines, {**whole, "waits": []}

    many = told()
    with large_plans(10_000):
        assert told() == many
