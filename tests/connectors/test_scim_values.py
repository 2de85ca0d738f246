"""Single values of an attribute that holds many: given and taken by a PATCH of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.scim import ScimConnector
from provisor.domain.action import Operation
from provisor.domain.schema import ObjectType
from provisor.errors import InvalidValue, NotFound
from provisor.ports.connector import OutcomeState, Work
from provisor.testing.walk import outcome, problem_of
from provisor.testing.works import change
from tests.connectors.faulty_scim import (
    DROP,
    FaultyScim,
    connected,
    faulty_scim,
    refusal,
)

ROLES = "roles.value"
NOTHING_THERE = refusal(400, "noTarget")


@pytest.fixture
def server() -> Iterator[FaultyScim]:
    with faulty_scim() as running:
        yield running


@pytest.fixture
def scim(server: FaultyScim) -> Iterator[ScimConnector]:
    with connected(server) as connector:
        yield connector


def give(*roles: str) -> Work:
    return change(Operation.GRANT, ObjectType.USERS, "id-0", {ROLES: roles})


def take(*roles: str) -> Work:
    wanted = {ROLES: ()}
    return change(Operation.REVOKE, ObjectType.USERS, "id-0", wanted, before={ROLES: roles})


def somebody_with(server: FaultyScim, *roles: str) -> None:
    server.make(server.users, {"userName": "ann", "roles": [{"value": one} for one in roles]})


def test_a_value_is_given_by_an_add_and_taken_by_a_filter(server, scim):
    somebody_with(server)
    outcome(scim, give("admin"))
    outcome(scim, take("admin"))
    given, taken = server.sent("PATCH /Users")

    assert given.operations == [{"op": "add", "path": "roles", "value": [{"value": "admin"}]}]
    assert taken.operations == [{"op": "remove", "path": 'roles[value eq "admin"]'}]


def test_a_grant_that_finds_no_target_is_not_done(server, scim):
    somebody_with(server)
    server.script("PATCH /Users", NOTHING_THERE)

    assert isinstance(problem_of(outcome(scim, give("admin"))), InvalidValue)


def test_a_value_that_is_not_there_need_not_be_taken(server, scim):
    somebody_with(server, "poet")
    server.script("PATCH /Users", NOTHING_THERE)

    assert outcome(scim, take("admin")).state is OutcomeState.ALREADY_SO


def test_a_value_that_is_there_is_not_told_as_taken(server, scim):
    somebody_with(server, "admin")
    server.script("PATCH /Users", NOTHING_THERE)

    assert isinstance(problem_of(outcome(scim, take("admin"))), InvalidValue)


def test_one_value_that_is_gone_does_not_stand_for_the_other(server, scim):
    somebody_with(server, "admin")
    server.script("PATCH /Users", NOTHING_THERE)

    assert isinstance(problem_of(outcome(scim, take("admin", "poet"))), InvalidValue)


def test_nothing_is_taken_from_somebody_who_is_gone(server, scim):
    server.script("PATCH /Users", refusal(404, "noTarget"))

    assert isinstance(problem_of(outcome(scim, take("admin"))), NotFound)


@pytest.mark.parametrize(
    ("work", "held", "state"),
    [
        (give("admin"), ["admin", "poet"], OutcomeState.DONE),
        (give("admin"), ["poet"], OutcomeState.UNCERTAIN),
        (take("admin"), ["poet"], OutcomeState.DONE),
        (take("admin"), ["admin"], OutcomeState.UNCERTAIN),
    ],
)
def test_a_value_whose_answer_is_lost_is_looked_at(server, scim, work, held, state):
    somebody_with(server, *held)
    server.script("PATCH /Users", DROP)

    assert outcome(scim, work).state is state
    assert len(server.sent("PATCH /Users")) == 1
