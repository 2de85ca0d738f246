"""What attributes that refer to other objects promise: native ids in, native ids out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from provisor.domain.action import Operation
from provisor.domain.record import Presence, Value
from provisor.domain.schema import ObjectType
from provisor.errors import InvalidValue, ReferenceMissing
from provisor.ports.connector import OutcomeState, Work
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.walk import outcome, outcomes, problem_of, read_whole
from provisor.testing.works import change

USERS = ObjectType.USERS
ENDED_WELL = (OutcomeState.DONE, OutcomeState.ALREADY_SO)


def _refers(bench: Bench, native_id: str, before: Presence, after: Value) -> Work:
    """Return a work that moves one user's reference, as the engine gives it to a connector."""
    name = bench.reference or ""
    operation = Operation.CLEAR if after is None else Operation.UPDATE
    work = change(operation, USERS, native_id, {name: after}, before={name: _known(before)})
    return replace(work, action=replace(work.action, references=(name,)))


def _known(value: Presence) -> Value:
    return value if isinstance(value, str) else None


def _shown(bench: Bench, natives: Sequence[str]) -> list[str | None]:
    """Return to whom some users refer, by a whole read."""
    key, name = bench.schema(USERS).key, bench.reference or ""
    rows = {str(row[key]): row.get(name) for row in read_whole(bench.connector, USERS, [name]).rows}
    return [str(rows[native]) if rows[native] not in (None, "") else None for native in natives]


class ReferencePromises(Promises):
    """Who refers to whom is written and read as native ids, however the system says it."""

    @pytest.fixture
    def referring(self, bench: Bench) -> Bench:
        """Return the bench of a system with references; the test is skipped for others."""
        if bench.reference is None:
            pytest.skip("the bench names no attribute that refers to another user")
        return bench

    def test_must_show_a_reference_as_the_native_id_that_was_sent(self, referring: Bench) -> None:
        """Else every cycle would find a difference."""
        elin, omar = referring.put([referring.user(n) for n in range(2)]).users

        assert (
            outcome(referring.connector, _refers(referring, elin, None, omar)).state in ENDED_WELL
        )
        assert _shown(referring, [elin, omar]) == [omar, None]

    def test_must_let_two_refer_to_each_other_and_one_to_itself(self, referring: Bench) -> None:
        """Circles are usual: everybody has a manager, the first one too."""
        elin, omar, ines = referring.put([referring.user(n) for n in range(3)]).users
        pairs = ((elin, omar), (omar, elin), (ines, ines))
        work = [_refers(referring, who, None, whom) for who, whom in pairs]

        assert {w.state for w in outcomes(referring.connector, work)} <= {*ENDED_WELL}
        assert _shown(referring, [elin, omar, ines]) == [omar, elin, ines]

    def test_must_move_and_clear_a_reference(self, referring: Bench) -> None:
        """To somebody else, and to nobody."""
        elin, omar, ines = referring.put([referring.user(n) for n in range(3)]).users
        for before, after in ((None, omar), (omar, ines)):
            outcome(referring.connector, _refers(referring, elin, before, after))
        assert _shown(referring, [elin]) == [ines]

        assert (
            outcome(referring.connector, _refers(referring, elin, ines, None)).state in ENDED_WELL
        )
        assert _shown(referring, [elin]) == [None]

    def test_must_say_what_became_of_a_reference_to_nobody(self, referring: Bench) -> None:
        """Refused as such, or kept as it was sent; never lost without a word."""
        (elin,) = referring.put([referring.user(1)]).users
        written = outcome(referring.connector, _refers(referring, elin, None, "987654321"))

        if written.state in ENDED_WELL:
            assert _shown(referring, [elin]) == ["987654321"]
        else:
            assert isinstance(problem_of(written), ReferenceMissing | InvalidValue)
            assert _shown(referring, [elin]) == [None]
