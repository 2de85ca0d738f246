"""What a cycle asks of the plan before it, and that nothing of that walks through everything."""

import pytest

from provisor.domain.action import Action, Operation, Wave
from provisor.domain.link import Link
from provisor.domain.plan import Draft, Header
from provisor.domain.schema import ObjectType
from provisor.domain.sealing import seal
from provisor.ports.store import PlanStanding, PlanStatus
from provisor.stores.rows import chosen_of
from tests.stores.scenes import CONFIGURATION, event, saved, sealed, stored

USERS = ObjectType.USERS


def test_the_newest_plan_tells_how_it_stands_without_its_actions(store):
    first, second = saved(store, 1), sealed(store, 2)
    assert store.plans.standing("hr-to-app") == PlanStanding(
        first.digest, PlanStatus.WAITING, "ops", None
    )

    shown = stored(second, PlanStatus.ALLOWED, initiator="ann", predecessor=first.digest)
    store.plans.save(shown, [event()])

    assert store.plans.standing("hr-to-app") == PlanStanding(
        second.digest, PlanStatus.ALLOWED, "ann", first.digest
    )
    assert store.plans.standing("other") is None
    assert store.plans.standing("hr-to-app", ("i1",)) is None


def test_a_plan_takes_the_place_of_another_in_one_transaction(store):
    first, second = saved(store, 1), sealed(store, 2)
    before = store.log.head().size
    store.plans.save(stored(second), [event()], first.digest)

    assert store.plans.find(first.digest).status is PlanStatus.SUPERSEDED
    assert store.plans.find(second.digest).status is PlanStatus.WAITING
    assert store.log.head().size == before + 1


def test_findings_and_acts_on_memberships_are_read_alone(store):
    plan = sealed(store, 2)
    (subject, _) = (one.action.subject for one in plan.actions)
    membership = Action(
        Operation.MEMBERSHIP, ObjectType.MEMBERSHIPS, "app", subject, None, "g1", adds=("i9",)
    )
    drafts = [*(one.draft for one in plan.actions), Draft(membership, "G1", "G", Wave.MEMBERSHIPS)]
    keys = store.identities.subject_keys([one.action.subject for one in drafts])
    mixed = seal(Header("hr-to-app", "hr", "app", CONFIGURATION), drafts, keys.__getitem__)
    shown = stored(mixed)
    store.plans.save(shown, [event()])

    found = store.plans.memberships(mixed.digest)

    assert [one.action for one in found] == [membership]
    assert store.plans.findings(mixed.digest) == shown.findings
    assert store.plans.memberships("0" * 64) == ()
    assert store.plans.findings("0" * 64) == ()


@pytest.mark.parametrize(("ask", "column"), [("of_keys", "key"), ("of_accounts", "native_id")])
def test_links_are_found_by_their_index_where_nobody_counted_rows(store, monkeypatch, ask, column):
    links = [Link(f"i{number}", USERS, f"E{number}", f"a{number}", None) for number in range(5)]
    store.links.put("app", links, [])
    plans: list[str] = []

    def explained(connection, question, values, wanted, after=""):
        if connection.dialect.name == "sqlite":
            explain = f"EXPLAIN QUERY PLAN {question} (?)"
            rows = connection.exec_driver_sql(explain, (*values, next(iter(wanted))))
            plans.extend(row[3] for row in rows)
        return chosen_of(connection, question, values, wanted, after)

    monkeypatch.setattr("provisor.stores.links.chosen_of", explained)
    wanted = [getattr(one, column) for one in links[:2]]

    assert getattr(store.links, ask)("app", USERS, wanted) == tuple(links[:2])
    assert all(f"{column}=?" in plan for plan in plans)
