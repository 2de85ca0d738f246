"""What attributes of many values promise: one value is given or taken away, the others stay."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from provisor.domain.action import Operation
from provisor.domain.record import Value
from provisor.domain.reference import texts_of
from provisor.domain.schema import ObjectType
from provisor.errors import NotFound
from provisor.ports.connector import OutcomeState, Work
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.walk import outcome, outcomes, problem_of, read_whole
from provisor.testing.works import change

USERS = ObjectType.USERS
ENDED_WELL = (OutcomeState.DONE, OutcomeState.ALREADY_SO)


def _gives(bench: Bench, native_id: str, value: str) -> Work:
    return change(Operation.GRANT, USERS, native_id, {bench.many or "": (value,)})


def _takes(bench: Bench, native_id: str, value: str) -> Work:
    name = bench.many or ""
    after: Mapping[str, Value] = {name: ()}
    return change(Operation.REVOKE, USERS, native_id, after, before={name: (value,)})


def _held(bench: Bench, native_id: str) -> list[str]:
    """Return what an account holds, by a whole read, sorted."""
    key, name = bench.schema(USERS).key, bench.many or ""
    rows = {str(row[key]): row.get(name) for row in read_whole(bench.connector, USERS, [name]).rows}
    return sorted(texts_of(rows[native_id]))


class ValuePromises(Promises):
    """Rights are values of one attribute, and each of them may be somebody else's."""

    @pytest.fixture
    def giver(self, bench: Bench) -> Bench:
        """Return the bench of a system that takes single values; the test is skipped for others."""
        if bench.many is None or not bench.connector.describe().capabilities.single_values:
            pytest.skip("the system does not take single values of an attribute of many")
        return bench

    def test_must_give_a_value_and_leave_the_others(self, giver: Bench) -> None:
        """What others gave stands there, too."""
        (elin,) = giver.put([{**giver.user(1), giver.many or "": ("poet",)}]).users

        assert outcome(giver.connector, _gives(giver, elin, "reader")).state in ENDED_WELL
        assert _held(giver, elin) == ["poet", "reader"]

    def test_must_take_a_value_and_leave_the_others(self, giver: Bench) -> None:
        """Never all of them."""
        values = ("poet", "reader", "writer")
        (elin,) = giver.put([{**giver.user(1), giver.many or "": values}]).users

        assert outcome(giver.connector, _takes(giver, elin, "reader")).state in ENDED_WELL
        assert _held(giver, elin) == ["poet", "writer"]

    def test_must_give_the_first_value_and_take_the_last(self, giver: Bench) -> None:
        """Where there is none yet, and none any more."""
        (elin,) = giver.put([giver.user(1)]).users

        assert outcome(giver.connector, _gives(giver, elin, "reader")).state in ENDED_WELL
        assert _held(giver, elin) == ["reader"]
        assert outcome(giver.connector, _takes(giver, elin, "reader")).state in ENDED_WELL
        assert _held(giver, elin) == []

    def test_must_give_several_values_of_one_batch_to_one_account(self, giver: Bench) -> None:
        """None overwrites the other."""
        (elin,) = giver.put([giver.user(1)]).users
        work = [_gives(giver, elin, one) for one in ("reader", "writer", "poet")]

        assert {one.state for one in outcomes(giver.connector, work)} <= {*ENDED_WELL}
        assert _held(giver, elin) == ["poet", "reader", "writer"]

    def test_must_do_a_repeated_grant_without_a_second_effect(self, giver: Bench) -> None:
        """A resumed apply repeats."""
        (elin,) = giver.put([giver.user(1)]).users
        for _ in range(2):
            assert outcome(giver.connector, _gives(giver, elin, "reader")).state in ENDED_WELL

        assert _held(giver, elin) == ["reader"]

    def test_must_end_well_where_what_it_takes_is_not_there(self, giver: Bench) -> None:
        """The wish is fulfilled, and nothing else is taken."""
        (elin,) = giver.put([{**giver.user(1), giver.many or "": ("poet",)}]).users

        assert outcome(giver.connector, _takes(giver, elin, "reader")).state in ENDED_WELL
        assert _held(giver, elin) == ["poet"]

    def test_must_not_give_anything_to_an_account_that_is_absent(self, giver: Bench) -> None:
        """A grant that hits nobody is no success."""
        absent = outcome(giver.connector, _gives(giver, "no-such-id", "reader"))

        assert isinstance(problem_of(absent), NotFound)
