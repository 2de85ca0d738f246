"""Accounts of nobody that are meant to be there: never touched, always told with their class."""

from datetime import date

import pytest

from provisor.domain.override import OverrideKind
from provisor.domain.oversight import OnOrphan
from provisor.domain.registered import Registered
from provisor.domain.schema import ObjectType
from provisor.engine.asking.discovery import discover
from provisor.engine.explain import findings
from tests.stories.fences import with_users
from tests.stories.gatherings import stranger
from tests.stories.rightful import decide_on, settle

pytestmark = pytest.mark.both_executors

BACKUP = Registered("service", account="backup", owner="Anna", purpose="the nightly copy")


@pytest.fixture
def kept(office):
    """A service account that the register knows, and one that nobody knows."""
    office.native_ids = {name: stranger(office, name) for name in ("backup", "rest", "door-1")}
    office.changes |= {"register": (BACKUP,), "protected": frozenset({"backup"})}
    office.hire("E1")
    settle(office)
    return office


def told(office):
    return {one.name: (one.kind, one.detail) for one in findings(office.job())}


def test_a_registered_account_is_no_orphan_and_told_with_its_class(kept):
    said = told(kept)

    assert said["backup"] == ("protected", "service account for the nightly copy; owner Anna")
    assert said["rest"] == ("orphan", "")


def test_a_cycle_never_touches_it_even_where_orphans_are_switched_off(kept):
    with_users(kept, orphans=OnOrphan.DISABLE)

    settle(kept)

    rows = {row["userName"]: row["active"] for row in kept.target.users.values()}
    assert rows["backup"] is True
    assert rows["rest"] is False


def test_nobody_gets_it_by_a_match_rule(kept):
    row = kept.target.users[kept.native_ids["backup"]]
    row["externalId"] = "E7"
    kept.hire("E7")

    kept.run()

    assert row["userName"] == "backup"
    assert kept.store.links.of_accounts("app", ObjectType.USERS, [kept.native_ids["backup"]]) == ()


def test_discovery_lists_it_with_its_class(kept):
    (found,) = [one for one in discover(kept.job()).accounts if one.name == "backup"]

    assert found.kind.value == "protected"
    assert found.register == "service account for the nightly copy; owner Anna"


def test_what_nobody_answers_for_or_looked_at_in_time_is_told_and_alerted(kept):
    door = Registered(
        "shared", pattern="door-*", owner="Bo", reviewed=date(2031, 1, 1), review_days=30
    )
    nobodys = Registered("break_glass", account="rest")
    kept.changes |= {
        "register": (BACKUP, door, nobodys),
        "protected": frozenset({"backup", "rest", "door-1"}),
    }
    kept.run()

    said = told(kept)
    assert said["rest"] == ("protected", "break-glass account; no owner")
    assert said["door-1"][1].endswith("review overdue: nobody looked since 2031-01-01")
    (alert,) = [one for one in kept.store.alerts.open() if one.kind == "accounts_unanswered"]
    assert "1 have no owner and 1 an overdue review" in alert.message

    kept.changes["register"] = (BACKUP,)
    kept.run()
    assert [o for o in kept.store.alerts.open() if o.kind == "accounts_unanswered"] == []


def test_what_people_decide_about_a_person_touches_no_registered_account(kept):
    decide_on(kept, "E1", OverrideKind.DENY)

    kept.run()

    assert kept.target.users[kept.native_ids["backup"]]["active"] is True
    assert kept.account("E1")["active"] is False
