"""An action's bytes, written at once, are those that the contract describes."""

import hmac
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Action, Change, Draw, Operation, Reversible, Risk
from provisor.domain.action_bytes import RARE, action_bytes, action_digest
from provisor.domain.canonical import canonical, keyed_digest
from provisor.domain.record import ABSENT
from provisor.domain.schema import ObjectType

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = TEXTS | st.integers(-(2**60), 2**60) | st.booleans()
VALUES = st.just(ABSENT) | st.none() | SCALARS | st.lists(SCALARS, max_size=4).map(tuple)
SETS = st.lists(TEXTS, max_size=3).map(lambda texts: tuple(sorted(texts)))
ACTIONS = st.builds(
    Action,
    operation=st.sampled_from(Operation),
    object_type=st.sampled_from(ObjectType),
    target=TEXTS,
    subject=TEXTS,
    anchor=st.none() | TEXTS,
    native_id=st.none() | TEXTS,
    changes=st.lists(st.builds(Change, TEXTS, VALUES, VALUES), max_size=4).map(tuple),
    adds=SETS,
    removes=SETS,
    rule=TEXTS,
    risk=st.sampled_from(Risk),
    reversible=st.sampled_from(Reversible),
    adopts=st.booleans(),
    draws=st.lists(st.builds(Draw, TEXTS, TEXTS, TEXTS, TEXTS), max_size=1).map(tuple),
    redacted=SETS,
    outsiders=SETS,
    expels=st.booleans(),
    references=SETS,
)
ALWAYS = {
    "operation", "object_type", "target", "subject", "anchor", "native_id", "changes", "adds",
    "references", "removes", "rule", "risk", "reversible", "adopts",
}  # fmt: skip


@given(ACTIONS)
def test_bytes_written_at_once_are_the_canonical_ones(action):
    assert action_bytes(action) == canonical(action.body())


@given(ACTIONS, st.binary(min_size=32, max_size=32))
def test_an_actions_digest_is_the_one_of_its_body(action, key):
    assert action_digest(action, key) == action.digest(key)


def test_every_field_of_an_action_is_written():
    assert {field.name for field in fields(Action) if field.init} == ALWAYS | set(RARE)


@given(st.binary(max_size=80), st.binary(max_size=200))
def test_a_keyed_digest_is_the_hmac_of_the_library(key, value):
    assert keyed_digest(key, value) == hmac.digest(key, value, "sha256")
