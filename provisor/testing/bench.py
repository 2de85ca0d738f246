"""One fresh system on the bench: the connector under test and how a test fills its world."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest

from provisor.domain.record import Values
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.ports.connector import Anchoring, Connector, Deltas, OutcomeState, Work
from provisor.testing.pace import OpenPace
from provisor.testing.works import create, delete, membership, update


@dataclass(frozen=True, slots=True)
class Placed:
    """Keys of what was put into the system, in the order in which it was given."""

    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Bench:
    """What an author tells the suite; one bench, with an empty system, per test.

    Everything has a default that fits a target with SCIM's names. A source overrides `put`;
    override `cut_reads` so that the most important promise of all can be tested.
    """

    text = "displayName"
    """A user attribute that takes any text."""
    group_text = "displayName"
    """A group attribute that takes any text."""
    many: str | None = None
    """A user attribute that takes many texts; None when the system has none."""
    reference: str | None = None
    """A user attribute that refers to another user; None when the system has none."""
    large_group = 10_000
    """Members of the largest group; lower it only where the test server is slow."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    def schema(self, object_type: ObjectType) -> ObjectSchema:
        """Return the connector's own schema; the test is skipped where it has none."""
        schemas = self.connector.describe().schemas
        if object_type not in schemas:
            pytest.skip(f"the system has no {object_type.value}")
        return schemas[object_type]

    def user(self, number: int) -> Values:
        """Return values with which the system accepts a new user; no anchor, no native id."""
        name = self.schema(ObjectType.USERS).name
        return {self.text: f"Person {number}"} | ({name: f"user{number}"} if name else {})

    def group(self, number: int) -> Values:
        """Return values with which the system accepts a new group."""
        name = self.schema(ObjectType.GROUPS).name or self.group_text
        return {self.group_text: f"Group {number}", name: f"group{number}"}

    def anchor(self, object_type: ObjectType, number: int) -> str | None:
        """Return the anchor of the n-th object, or None where the system keeps none."""
        stored = self.connector.describe().capabilities.anchoring is Anchoring.STORED
        anchored = stored and bool(self.schema(object_type).anchor)
        return f"{object_type.value}-{number}" if anchored else None

    def new_user(self, number: int, **values: str) -> Work:
        """Return the create of the n-th user, some values replaced."""
        wanted = {**self.user(number), **values}
        return create(ObjectType.USERS, wanted, self.anchor(ObjectType.USERS, number))

    def new_group(self, number: int) -> Work:
        """Return the create of the n-th group."""
        anchor = self.anchor(ObjectType.GROUPS, number)
        return create(ObjectType.GROUPS, self.group(number), anchor)

    def put(
        self,
        users: Sequence[Values] = (),
        groups: Sequence[Values] = (),
        memberships: Iterable[tuple[int, int]] = (),
    ) -> Placed:
        """Put objects into the system and return their keys.

        Args:
            users, groups: complete values, one mapping per object.
            memberships: pairs of positions in `groups` and `users`.
        """
        placed = Placed(
            self._create_all(ObjectType.USERS, users), self._create_all(ObjectType.GROUPS, groups)
        )
        members: dict[int, list[str]] = {}
        for group, user in memberships:
            members.setdefault(group, []).append(placed.users[user])
        room = self.connector.describe().capabilities.members_per_call
        self._apply(
            membership(placed.groups[group], some[start : start + room])
            for group, some in members.items()
            for start in range(0, len(some), room)
        )
        return placed

    def deltas(self, object_type: ObjectType) -> Deltas:
        """Return what the connector says of changes to objects of one type."""
        return self.connector.describe().capabilities.deltas_of(object_type)

    def change(self, user: str, text: str) -> None:
        """Give a user another text, as somebody else would."""
        self._apply([update(ObjectType.USERS, user, {self.text: text})])

    def remove(self, user: str) -> None:
        """Take a user out of the system, as somebody else would."""
        self._apply([delete(ObjectType.USERS, user)])

    def regroup(self, group: str, adds: Sequence[str] = (), removes: Sequence[str] = ()) -> None:
        """Change the members of a group, as somebody else would."""
        self._apply([membership(group, adds, removes)])

    def reopen(self) -> None:
        """Close the connector and put a new one on the bench, as the next process does.

        What a connector remembers for itself is lost by this; override it.
        """
        self.connector.close()

    def lose_history(self) -> None:
        """Arrange that the system no longer knows the watermarks that it gave."""
        pytest.skip("this bench cannot lose the system's history")

    def cut_reads(self) -> None:
        """Arrange that the next read of users breaks off before its end.

        The system must be left as a real fault leaves it: a dropped connection, a cut file.
        """
        pytest.skip("this bench cannot cut a read")

    def _create_all(self, object_type: ObjectType, values: Sequence[Values]) -> tuple[str, ...]:
        return self._apply(
            create(object_type, some, self.anchor(object_type, number))
            for number, some in enumerate(values)
        )

    def _apply(self, work: Iterable[Work]) -> tuple[str, ...]:
        written = sorted(self.connector.apply(tuple(work), OpenPace()), key=lambda w: w.position)
        failed = [w.problem for w in written if w.state is not OutcomeState.DONE]
        if failed:
            pytest.fail(f"{len(failed)} of {len(written)} objects could not be put: {failed[0]}")
        return tuple(w.native_id or "" for w in written)
