"""The in-memory system's own promises: its faults, its worlds, its rules."""

from __future__ import annotations

import pytest

from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World, world_of
from provisor.domain.action import Operation
from provisor.domain.schema import ObjectType
from provisor.errors import InvalidValue, SettingInvalid, Transient, Uncertain, UnknownName
from provisor.ports.connector import Candidate, OutcomeState
from provisor.testing.walk import outcome, outcomes, problem_of, read_whole
from provisor.testing.works import change, create, membership, update

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def connector(world: World) -> MemoryConnector:
    return MemoryConnector("app", world)


def elin() -> dict[str, str]:
    return {"userName": "elin", "externalId": "E1"}


def test_the_same_store_name_opens_the_same_world() -> None:
    first = MemoryConnector("a", {"store": "test-same-world"})
    second = MemoryConnector("b", {"store": "test-same-world"})

    assert first.world is second.world


def test_a_world_can_be_opened_with_the_schemas_of_a_source() -> None:
    world_of("test-people", SOURCE_SCHEMAS).add(USERS, {"employee_id": "E1", "mood": "good"})
    rows = read_whole(MemoryConnector("hr", {"store": "test-people"}), USERS, ["mood"]).rows

    assert [dict(row) for row in rows] == [{"employee_id": "E1", "mood": "good"}]


@pytest.mark.parametrize(
    ("settings", "error", "where"),
    [
        ({"stor": "x"}, UnknownName, "stor"),
        ({}, SettingInvalid, "store"),
        ({"store": 7}, SettingInvalid, "store"),
        ({"store": ""}, SettingInvalid, "store"),
    ],
    ids=["misspelt", "missing", "number", "empty"],
)
def test_a_wrong_setting_is_named(
    settings: dict[str, object], error: type[Exception], where: str
) -> None:
    with pytest.raises(error) as caught:
        MemoryConnector("app", settings)

    assert getattr(caught.value, "where", None) == where


def test_a_misspelt_setting_offers_the_nearest_name() -> None:
    with pytest.raises(UnknownName) as caught:
        MemoryConnector("app", {"stor": "x"})

    assert caught.value.next == "did you mean `store`?"


def test_the_nth_call_fails_and_changes_nothing(world: World, connector: MemoryConnector) -> None:
    world.faults.fail(2, Transient("the system is busy"))
    work = [create(USERS, {"userName": name}) for name in ("a", "b", "c")]
    states = [w.state for w in outcomes(connector, work)]

    assert states == [OutcomeState.DONE, OutcomeState.FAILED, OutcomeState.DONE]
    assert [row["userName"] for row in world.users.values()] == ["a", "c"]


def test_a_lost_answer_is_uncertain_though_it_was_done(
    world: World, connector: MemoryConnector
) -> None:
    world.faults.lose_answer(1)
    written = outcome(connector, create(USERS, {"userName": "elin"}, "E1"))

    assert written.state is OutcomeState.UNCERTAIN
    assert isinstance(written.problem, Uncertain)
    assert [r.key for r in connector.find(Candidate(USERS, anchor="E1"))] == ["u1"]


def test_a_lagging_read_sees_a_write_only_later(world: World, connector: MemoryConnector) -> None:
    world.faults.lag_reads = 2
    outcome(connector, create(USERS, elin()))
    seen = [len(read_whole(MemoryConnector("other", world), USERS).rows) for _ in range(3)]

    assert seen == [0, 0, 1]


def test_a_rewritten_value_is_shown_in_the_answer(world: World, connector: MemoryConnector) -> None:
    world.faults.rewrite(USERS, "title", lambda value: str(value).upper())
    native_id = world.add(USERS, elin())
    written = outcome(connector, update(USERS, native_id, {"title": "clerk"}))

    assert written.observed is not None
    assert written.observed["title"] == "CLERK"


def test_a_cut_read_says_how_much_it_saw(world: World, connector: MemoryConnector) -> None:
    for number in range(5):
        world.add(USERS, {"userName": f"user{number}"})
    world.faults.cut_reads.append(2)
    cut, again = read_whole(connector, USERS), read_whole(connector, USERS)

    assert (len(cut.rows), cut.end.complete) == (2, False)
    assert cut.end.reason == "the read of `app` ended after 2 of 5 rows"
    assert (len(again.rows), again.end.complete) == (5, True)


def test_a_refused_read_raises_its_problem_once(world: World, connector: MemoryConnector) -> None:
    world.faults.refused_reads.append(Transient("the system is busy"))
    with pytest.raises(Transient):
        read_whole(connector, USERS)

    assert read_whole(connector, USERS).end.complete


def test_a_secret_is_taken_and_never_shown(world: World, connector: MemoryConnector) -> None:
    written = outcome(connector, create(USERS, {**elin(), "password": "hunter2"}))
    found = connector.find(Candidate(USERS, native_id="u1"))

    assert world.users["u1"]["password"] == "hunter2"
    assert "password" not in (written.observed or {})
    assert "password" not in found[0].values
    with pytest.raises(UnknownName):
        read_whole(connector, USERS, ["password"])


@pytest.mark.parametrize(
    ("values", "attribute"),
    [
        ({"displayName": "no name"}, "userName"),
        ({**elin(), "active": "yes"}, "active"),
        ({**elin(), "logins": True}, "logins"),
        ({**elin(), "roles": "one"}, "roles"),
        ({**elin(), "title": ("a", "b")}, "title"),
        ({**elin(), "id": "mine"}, "id"),
    ],
    ids=["required", "boolean", "integer", "many", "single", "read-only"],
)
def test_a_value_that_breaks_a_rule_is_refused_by_attribute(
    connector: MemoryConnector, values: dict[str, object], attribute: str
) -> None:
    problem = problem_of(outcome(connector, create(USERS, values)))  # type: ignore[arg-type]  # wrong on purpose

    assert isinstance(problem, InvalidValue)
    assert problem.attribute == attribute


def test_a_required_value_cannot_be_cleared(world: World, connector: MemoryConnector) -> None:
    native_id = world.add(USERS, elin())
    clear = change(Operation.CLEAR, USERS, native_id, {"userName": None})

    assert isinstance(problem_of(outcome(connector, clear)), InvalidValue)


def test_a_released_name_can_be_taken_again(world: World, connector: MemoryConnector) -> None:
    native_id = world.add(USERS, elin())
    outcome(connector, update(USERS, native_id, {"userName": "elin.old"}))

    assert outcome(connector, create(USERS, {"userName": "Elin"})).state is OutcomeState.DONE


def test_a_deleted_user_leaves_its_groups(world: World, connector: MemoryConnector) -> None:
    user, group = world.add(USERS, elin()), world.add(GROUPS, {"displayName": "Staff"})
    outcome(connector, membership(group, adds=[user]))
    world.remove(USERS, user)

    assert read_whole(connector, ObjectType.MEMBERSHIPS, ["group", "member"]).rows == ()


def test_a_disable_without_changes_still_switches_off(
    world: World, connector: MemoryConnector
) -> None:
    native_id = world.add(USERS, {**elin(), "active": True})
    outcome(connector, change(Operation.DISABLE, USERS, native_id, {}))

    assert world.users[native_id]["active"] is False
