"""What `find` promises: exactly what was asked for, looked at again here."""

from __future__ import annotations

import pytest

from provisor.domain.schema import ObjectType
from provisor.ports.connector import Candidate, find_many
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.walk import outcome
from provisor.testing.works import delete

USERS = ObjectType.USERS

LOOKALIKES = (
    *("ann", "anna", "an%", "a_n", "*", "(ann)", "ann)(cn=*", "o'brien", 'say "hi"', "back\\slash"),
)


class FindPromises(Promises):
    """A point look-up answers with the objects that fit, and with no others."""

    @pytest.fixture
    def finder(self, bench: Bench) -> Bench:
        """Return the bench of a connector that finds; the test is skipped for others."""
        if not bench.connector.describe().capabilities.finds:
            pytest.skip("the connector finds nothing")
        return bench

    def _by_name(self, bench: Bench, name: str) -> list[str]:
        attribute = bench.schema(USERS).name
        found = bench.connector.find(Candidate(USERS, match=(attribute, name)))
        return [record.key for record in found]

    def test_must_find_by_native_id(self, finder: Bench) -> None:
        """The system's own id names one object."""
        placed = finder.put([finder.user(1), finder.user(2)])
        found = finder.connector.find(Candidate(USERS, native_id=placed.users[1]))

        assert [record.key for record in found] == [placed.users[1]]

    def test_must_find_by_anchor(self, finder: Bench) -> None:
        """An uncertain create is settled by this look-up."""
        anchor = finder.anchor(USERS, 1)
        if anchor is None:
            pytest.skip("the system keeps no anchor")
        placed = finder.put([finder.user(0), finder.user(1)])
        found = finder.connector.find(Candidate(USERS, anchor=anchor))

        assert [record.key for record in found] == [placed.users[1]]

    def test_must_answer_nothing_for_what_is_not_there(self, finder: Bench) -> None:
        """Absent is an answer, not an error."""
        finder.put([finder.user(1)])

        assert finder.connector.find(Candidate(USERS, native_id="no-such-id")) == ()

    def test_must_answer_nothing_for_an_anchor_that_nobody_has(self, finder: Bench) -> None:
        """A server that ignores a filter answers with everybody."""
        if finder.anchor(USERS, 1) is None:
            pytest.skip("the system keeps no anchor")
        finder.put([finder.user(1)])

        assert finder.connector.find(Candidate(USERS, anchor="no-such-anchor")) == ()

    def test_must_look_again_at_every_hit(self, finder: Bench) -> None:
        """Wildcards, quotes and prefixes must not find the neighbour."""
        name = finder.schema(USERS).name
        if not name:
            pytest.skip("the system has no name attribute")
        users = [{**finder.user(n), name: text} for n, text in enumerate(LOOKALIKES)]
        placed = finder.put(users)

        assert [self._by_name(finder, text) for text in LOOKALIKES] == [[u] for u in placed.users]

    def test_must_give_the_attributes_that_were_asked_for(self, finder: Bench) -> None:
        """A look-up also reads."""
        placed = finder.put([{**finder.user(1), finder.text: "Siobhán O'Brien"}])
        asked = Candidate(USERS, native_id=placed.users[0], attributes=(finder.text,))

        assert [r.value(finder.text) for r in finder.connector.find(asked)] == ["Siobhán O'Brien"]

    def test_must_not_find_what_was_deleted(self, finder: Bench) -> None:
        """Where deleting is final, gone is gone."""
        capabilities = finder.connector.describe().capabilities
        if not capabilities.writes or capabilities.soft_delete_days is not None:
            pytest.skip("deleting is not final here")
        placed = finder.put([finder.user(1)])
        outcome(finder.connector, delete(USERS, placed.users[0]))

        assert finder.connector.find(Candidate(USERS, native_id=placed.users[0])) == ()

    def test_must_find_many_in_the_order_of_the_questions(self, finder: Bench) -> None:
        """Many look-ups are as good as one after the other."""
        placed = finder.put([finder.user(n) for n in range(5)])
        name, anchor = finder.schema(USERS).name, finder.anchor(USERS, 3)
        asked = [Candidate(USERS, native_id=key) for key in reversed(placed.users)]
        asked += [Candidate(USERS, native_id="no-such-id"), asked[0]]
        asked += [Candidate(USERS, anchor=anchor)] if anchor else []
        asked += [Candidate(USERS, match=(name, finder.user(2)[name]))] if name else []
        found = [[r.key for r in records] for records in find_many(finder.connector, asked)]

        assert found == [[r.key for r in finder.connector.find(one)] for one in asked]
        assert found[:7] == [[key] for key in reversed(placed.users)] + [[], [placed.users[4]]]
