"""What leaves access that others gave needs a second person, as every word that gives does."""

from __future__ import annotations

import pytest

from provisor.engine.job import Actor
from provisor.engine.overriding.overruling import agree
from provisor.engine.own_affairs import affair_of
from provisor.errors import SelfApproval
from tests.stories.drifting import by_hand, decide, group, opened


def word(office):
    return office.store.overrides.all()[-1]


def consent(office, actor="bob"):
    one = word(office)
    affair = affair_of(office.job(), one.object_type, one.key)
    by = Actor(actor, asserted=True)
    return agree(office.store, office.clock.now(), by, office.policy, one, affair, "seen")


@pytest.fixture
def guest(office):
    """Somebody was put into a group by hand."""
    opened(office)
    office.found_group("G1", "Press", "E0001")
    office.run()
    office.pass_hours(1)
    office.run()
    office.target.join(group(office, "G1"), (office.native("E0002"),), ())
    return office


def test_an_exception_for_a_guest_waits_and_is_in_force_on_a_second_word(guest):
    decide(guest, "except", "E0002")
    assert word(guest).waits

    with pytest.raises(SelfApproval):
        consent(guest, "ann")
    with pytest.raises(SelfApproval):
        consent(guest, "E0002")
    assert not consent(guest).waits


def test_an_account_switched_on_by_hand_stays_on_by_two_words_only(office):
    opened(office)
    office.leave("E0001")
    for _ in range(2):
        office.run()
        office.pass_hours(1)
    by_hand(office, "E0001", active=True)

    decide(office, "except", "E0001")

    assert word(office).waits
    office.run()
    assert office.account("E0001")["active"] is False


def test_a_title_is_no_access_and_needs_one_person(office):
    opened(office)
    by_hand(office, "E0001", title="Boss")

    decide(office, "except", "E0001", "title")

    assert not word(office).waits
