"""The whole walk with Provisor's memory on PostgreSQL, from the first plan to a leaver."""

from __future__ import annotations

import pytest

from provisor.domain.schema import ObjectType
from provisor.ports.store import PlanStatus
from provisor.stores.database import open_store
from tests.stories.workplace import Office

pytestmark = pytest.mark.outer


@pytest.fixture
def office(tmp_path, postgresql):
    made = Office(tmp_path)
    made._store = open_store(postgresql, clock=made.clock)
    yield made
    made.close()


def test_joiners_movers_and_leavers_with_the_memory_on_a_server(office, postgresql):
    office.hire_many(12)
    office.found_group("G1", "Staff", "E0001", "E0002")
    opened = office.open_up()
    assert opened.exit_code == 0
    assert len(office.target.users) == 12
    assert office.run().exit_code == 0
    settled = office.writes

    office.change("E0001", title="Boss")
    office.part_from("G1", "E0002")
    office.leave("E0003")
    office.hire("E0099")
    office.store.close()
    office._store = open_store(postgresql, clock=office.clock)
    moved = office.run()

    assert moved.stored.status in (PlanStatus.APPLIED, PlanStatus.PARTLY_APPLIED)
    assert office.account("E0001")["title"] == "Boss"
    assert office.account("E0003")["active"] is False
    assert office.accounts_of("E0099") == 1
    group = next(n for n, row in office.target.groups.items() if row["externalId"] == "G1")
    assert list(office.target.members[group]) == [office.native("E0001")]
    assert office.writes > settled
    again = office.run()
    assert again.exit_code == 0
    assert not again.stored.plan.actions
    office.store.log.refuse_broken()


def test_what_was_known_is_known_to_the_next_process(office, postgresql):
    office.hire_many(3)
    digest = office.plan().stored.plan.digest
    office.approve(digest)
    office.store.close()
    office._store = open_store(postgresql, clock=office.clock)
    applied = office.apply(digest)

    assert applied.stored.status is PlanStatus.APPLIED
    assert len(office.target.users) == 3
    assert office.store.links.count("app", ObjectType.USERS) == 3
