"""What the catalogue says of groups: unknown ones wait, classified ones flow, power needs two."""

import pytest

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.domain.entitlement import Level
from provisor.errors import DecisionMissing
from tests.stories.fences import parts
from tests.stories.gatherings import members
from tests.stories.rightful import classified, settle

pytestmark = pytest.mark.both_executors


@pytest.fixture
def staffed(office):
    """Two people, three groups, and a catalogue that knows two of the groups."""
    classified(office, ("", "staff*", Level.LOW), ("", "admins", Level.PRIVILEGED))
    classified(office, ("", "everybody", Level.LOW))
    for key, name in (("G1", "Staff of Rome"), ("G2", "Admins"), ("G3", "Raiders")):
        office.found_group(key, name)
    office.hire("E1")
    office.hire("E2")
    settle(office)
    return office


def test_a_classified_right_flows_and_one_that_nobody_classified_waits(staffed):
    office = staffed
    office.join("G1", "E1")
    office.join("G3", "E1")

    result = office.run()

    assert members(office, "Staff of Rome") == {"E1"}
    assert members(office, "Raiders") == set()
    assert parts(result)["memberships.unknown_grant"] == "needs_decision"
    said = [one for one in result.stored.verdicts if one.name == "unclassified"]
    assert [one.reason for one in said] == ["not in the catalogue: app: group Raiders"]


def test_one_person_may_let_an_unknown_right_through(staffed):
    office = staffed
    office.join("G3", "E1")
    digest = office.run().stored.plan.digest

    office.approve(digest)
    office.apply(digest)

    assert members(office, "Raiders") == {"E1"}
    assert office.run().exit_code == 0


def test_whoever_trusts_their_source_may_raise_the_bound(staffed):
    office = staffed
    office.changes["limits"] = {**DEFAULT_LIMITS, "unknown_grant": Limit(5)}
    office.join("G3", "E1")

    office.run()

    assert members(office, "Raiders") == {"E1"}


def test_a_privileged_right_needs_two_people(staffed):
    office = staffed
    office.join("G2", "E1")
    digest = office.run().stored.plan.digest

    office.approve(digest, "bob")
    with pytest.raises(DecisionMissing):
        office.apply(digest)
    office.approve(digest, "cem")
    office.apply(digest)

    assert members(office, "Admins") == {"E1"}


def test_what_is_taken_away_of_an_unknown_right_flows(staffed):
    office = staffed
    office.join("G3", "E1")
    settle(office)
    office.part_from("G3", "E1")

    assert office.run().exit_code == 0
    assert members(office, "Raiders") == set()
