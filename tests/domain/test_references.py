"""To whom an object refers: what is planned, what is left out, and who is looked at at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.columns import referring as by_columns
from provisor.domain.drafting import Subject
from provisor.domain.link import Link
from provisor.domain.plan import Tally
from provisor.domain.record import Presence, Value
from provisor.domain.reference import Lack, Reference
from provisor.domain.referring import Referrals, Referrer, refer_all
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import Attribute, AttributeType, ObjectType
from provisor.engine.columnwise import ColumnAssembly
from tests.domain.chance import ChanceWorld
from tests.domain.test_columns_equal_objects import ChanceLinks, as_tables, fill, proposed
from tests.domain.worlds import USERS as SCHEMA
from tests.domain.worlds import job_rules, mapping, user_rules

USERS = ObjectType.USERS
FOUND: Mapping[str, str | Lack] = {
    "E1": "i1",
    "E2": "i2",
    "E3": "i3",
    "E9": Lack.NO_ACCOUNT,
    "E404": Lack.NOBODY,
}
OWNERS = {"u1": "i1", "u2": "i2", "u3": "i3"}


class Known:
    """Everybody by heart."""

    def find(self, reference: Reference, value: str) -> str | Lack:
        return FOUND[value]

    def owner(self, object_type: ObjectType, native: str) -> str | None:
        return OWNERS.get(native)


def rules(*, many: object = False) -> ObjectRules:
    field = Attribute("boss", AttributeType.REFERENCE, multi=bool(many), case_exact=True)
    schema = replace(SCHEMA, attributes=(*SCHEMA.attributes, field))
    boss = replace(mapping("boss", "[boss]"), reference=Reference(USERS))
    own = user_rules()
    return replace(own, schema=schema, mappings=(*own.mappings, boss))


def referred(
    sought: Value,
    held: Value,
    *,
    many: object = False,
    accepted: Mapping[str, tuple[Value, Value]] | None = None,
) -> tuple[list[tuple[str, Presence, Presence]], Referrals]:
    """Operation, before and after of what is planned for one person; and everything counted."""
    subject = Subject("i0", "E0", "name", "E0", "u0")
    referrals = Referrals()
    referrer = Referrer(subject, {"boss": sought}, {"boss": held}, accepted or {})
    refer_all(rules(many=many), "app", [referrer], Known(), referrals)
    told = [
        (draft.action.operation.value, change.before, change.after)
        for draft in referrals.drafts
        for change in draft.action.changes
    ]
    return told, referrals


@pytest.mark.parametrize(
    ("sought", "held", "told"),
    [
        ("E1", None, [("update", None, "i1")]),
        ("E1", "u1", []),
        ("E1", "u2", [("update", "i2", "i1")]),
        ("E1", "u77", [("update", "native:u77", "i1")]),
        (None, "u1", [("clear", "i1", None)]),
        (None, "", []),
        ("E9", "u2", []),
        ("E404", None, []),
    ],
)
def test_one_reference_is_set_moved_cleared_or_left(sought, held, told):
    assert referred(sought, held)[0] == told


@pytest.mark.parametrize(
    ("sought", "held", "told"),
    [
        (("E2", "E1"), ("u1",), [("update", ("i1",), ("i1", "i2"))]),
        (("E1", "E1"), ("u1",), []),
        ((), ("u1", "u9"), [("clear", ("i1", "native:u9"), None)]),
        (("E1",), ("u1", "u9"), [("update", ("i1", "native:u9"), ("i1",))]),
        (("E1", "E9"), ("u2", "u9"), [("update", ("i2", "native:u9"), ("i1", "native:u9"))]),
        (("E9",), ("u2",), []),
    ],
)
def test_of_several_the_known_ones_are_written_and_nobody_unknown_goes(sought, held, told):
    assert referred(sought, held, many=True)[0] == told


def test_every_reference_is_in_exactly_one_class():
    _, referrals = referred(("E1", "E2", "E9", "E404"), ("u1",), many=True)

    assert referrals.tallies() == {
        USERS: {"boss": Tally(4, {"planned": 1, "unchanged": 1, "pending": 2})}
    }
    assert [(one.value, one.lack) for one in referrals.pending] == [
        ("E9", Lack.NO_ACCOUNT),
        ("E404", Lack.NOBODY),
    ]


def test_a_form_of_the_same_reference_is_accepted_and_somebody_else_is_no_form():
    accepted: dict[str, tuple[Value, Value]] = {"boss": ("i1", "Users/u1")}

    assert referred("E1", "Users/u1", accepted=accepted)[0] == []
    assert referred("E2", "Users/u1", accepted=accepted)[0] == [("update", "native:Users/u1", "i2")]
    assert referred("E1", "u2", accepted={"boss": ("i1", "u2")})[0] == [("update", "i2", "i1")]


def test_an_act_on_references_has_no_native_id_and_names_its_references():
    _, referrals = referred("E1", "u2")
    (draft,) = referrals.drafts

    assert draft.action.native_id is None
    assert draft.action.references == ("boss",)
    assert draft.action.referred == frozenset({"i1"})
    assert draft.action.released == frozenset({"i2"})
    assert draft.action.operation is Operation.UPDATE


def town(people: int, wrong: int) -> ChanceWorld:
    """Everybody has the manager whom the feed names, but for some."""
    job = job_rules(rules())
    keys = [f"E{number}" for number in range(people)]
    source: list[dict[str, Value]] = []
    target: list[dict[str, Value]] = []
    links = []
    for number, key in enumerate(keys):
        boss = (number + 1) % people
        person: dict[str, Value] = {
            "employee_id": key,
            "login": key.lower(),
            "mail": f"{key.lower()}@example.org",
            "given": "Given",
            "surname": key,
            "title": "Clerk",
            "status": "active",
            "end_date": None,
            "boss": keys[boss],
        }
        source.append(person)
        target.append(
            {
                "id": f"u{number}",
                "externalId": key,
                "userName": key.lower(),
                "mail": person["mail"],
                "displayName": f"Given {key}",
                "title": "Clerk",
                "active": True,
                "boss": f"u{boss}" if number >= wrong else "u0",
            }
        )
        links.append(Link(f"i{number}", USERS, key, f"u{number}", key))
    rows = {("source", USERS): source, ("target", USERS): target}
    return ChanceWorld(job, rows, {USERS: links})


def test_whose_references_are_right_is_never_looked_at_one_by_one(monkeypatch):
    world, seen = town(2_000, wrong=3), []

    def watched(*given):
        seen.extend(given[2])
        refer_all(*given)

    monkeypatch.setattr(by_columns, "refer_all", watched)
    assembly = ColumnAssembly(ChanceLinks(world), "app")
    fill(assembly, world, as_tables)
    proposal, _ = proposed(assembly, world)

    assert [referrer.subject.key for referrer in seen] == ["E0", "E1", "E2"]
    assert len(proposal.drafts) == 3
    assert proposal.references[USERS]["boss"].classes == {
        "planned": 3,
        "unchanged": 1_997,
        "pending": 0,
    }
