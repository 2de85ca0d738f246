"""What groups and their members promise, from none to ten thousand."""

from __future__ import annotations

import pytest

from provisor.domain.schema import ObjectType
from provisor.errors import NotFound, ReferenceMissing
from provisor.ports.connector import OutcomeState
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.walk import outcome, problem_of, read_whole
from provisor.testing.works import membership

ENDED_WELL = (OutcomeState.DONE, OutcomeState.ALREADY_SO)


def _pairs(bench: Bench) -> list[tuple[str, str]]:
    whole = read_whole(bench.connector, ObjectType.MEMBERSHIPS, ["group", "member"])
    assert whole.end.complete
    return sorted((str(row["group"]), str(row["member"])) for row in whole.rows)


class MembershipReadPromises(Promises):
    """Who is in which group is read as pairs, from none to ten thousand."""

    @pytest.fixture
    def grouped(self, bench: Bench) -> Bench:
        """Return the bench of a system that has memberships; the test is skipped for others."""
        bench.schema(ObjectType.MEMBERSHIPS)
        return bench

    def test_must_read_memberships_as_pairs_of_keys(self, grouped: Bench) -> None:
        """Groups without members give no pair."""
        users = [grouped.user(n) for n in range(3)]
        groups = [grouped.group(n) for n in range(2)]
        placed = grouped.put(users, groups, [(0, 0), (0, 2), (1, 2)])
        (first, second), (elin, _, omar) = placed.groups, placed.users

        assert _pairs(grouped) == sorted([(first, elin), (first, omar), (second, omar)])

    def test_must_keep_a_group_of_ten_thousand(self, grouped: Bench) -> None:
        """Limits of one call or one answer must not cut a group."""
        size = grouped.large_group
        users = [grouped.user(n) for n in range(size)]
        placed = grouped.put(users, [grouped.group(1)], [(0, n) for n in range(size)])

        assert _pairs(grouped) == sorted((placed.groups[0], user) for user in placed.users)


class MembershipWritePromises(Promises):
    """Who shall be in a group is written as additions and removals."""

    @pytest.fixture
    def joining(self, bench: Bench) -> Bench:
        """Return the bench of a system whose memberships can be written."""
        bench.schema(ObjectType.MEMBERSHIPS)
        if not bench.connector.describe().capabilities.writes:
            pytest.skip("the connector is a source only")
        return bench

    def test_must_add_and_remove_in_one_action(self, joining: Bench) -> None:
        """One action per group carries both."""
        users = [joining.user(n) for n in range(3)]
        placed = joining.put(users, [joining.group(1)], [(0, 0), (0, 1)])
        group, (elin, omar, ines) = placed.groups[0], placed.users
        written = outcome(joining.connector, membership(group, adds=[ines], removes=[elin]))

        assert written.state is OutcomeState.DONE
        assert _pairs(joining) == sorted([(group, omar), (group, ines)])

    def test_must_take_a_repeated_membership_calmly(self, joining: Bench) -> None:
        """Who is in is in; who is out is out."""
        placed = joining.put([joining.user(1), joining.user(2)], [joining.group(1)], [(0, 0)])
        group, (elin, omar) = placed.groups[0], placed.users
        work = membership(group, adds=[elin], removes=[omar])

        assert outcome(joining.connector, work).state in ENDED_WELL
        assert _pairs(joining) == [(group, elin)]

    def test_must_not_join_a_group_that_is_absent(self, joining: Bench) -> None:
        """A group does not come into being by its members."""
        placed = joining.put([joining.user(1)])
        written = outcome(joining.connector, membership("no-such-group", adds=placed.users))

        assert isinstance(problem_of(written), NotFound | ReferenceMissing)

    def test_should_not_let_in_a_member_that_is_absent(self, joining: Bench) -> None:
        """A membership of nobody would wait for a namesake."""
        placed = joining.put([], [joining.group(1)])
        written = outcome(joining.connector, membership(placed.groups[0], adds=["no-such-user"]))

        assert isinstance(problem_of(written), ReferenceMissing)
        assert _pairs(joining) == []
