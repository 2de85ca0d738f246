"""References in a real SCIM server: the enterprise extension's manager, written as an object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.scim import ScimConnector
from provisor.domain.approval import DecisionKind
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.reference import Reference
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Job
from provisor.engine.run import apply_plan, plan_job, run_job
from provisor.ports.secret import Secret
from provisor.ports.store import PlanStatus
from provisor.testing.walk import read_whole
from tests.connectors.scim_server import TOKEN, RunningServer, running_server
from tests.services.scimmy import running_scimmy
from tests.stories.workplace import Office

pytestmark = pytest.mark.outer

USERS = ObjectType.USERS
MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"


@pytest.fixture(scope="module", params=[running_server, running_scimmy])
def server(request) -> Iterator[RunningServer]:
    with request.param() as running:
        yield running


@pytest.fixture
def scim(server: RunningServer) -> Iterator[ScimConnector]:
    server.reset()
    connector = ScimConnector(
        "app", {"url": server.url, "token": Secret(TOKEN), "projection": False}
    )
    yield connector
    connector.close()


def job_of(office: Office, scim: ScimConnector) -> Job:
    """The office's job, into the server, with everybody's manager."""
    job, schemas = office.job(), scim.describe().schemas
    objects = {
        kind: replace(rules, schema=schemas[kind]) for kind, rules in job.rules.objects.items()
    }
    manager = AttributeMapping(MANAGER, parse("[manager]"), "[manager]", reference=Reference(USERS))
    users = objects[USERS]
    objects[USERS] = replace(users, mappings=(*users.mappings, manager))
    return replace(job, rules=replace(job.rules, objects=objects), target=scim)


def managers(scim: ScimConnector) -> dict[str, str]:
    rows = read_whole(scim, USERS, ["externalId", MANAGER]).rows
    keys = {str(row["id"]): str(row["externalId"]) for row in rows}
    return {str(r["externalId"]): keys[str(r[MANAGER])] for r in rows if r.get(MANAGER)}


def test_managers_are_written_moved_and_cleared_in_a_scim_server(office, scim):
    office.hire("E1", manager="E2")
    office.hire("E2", manager="E1")
    office.hire("E3", manager="E4")
    office.hire("E4", status="planned", manager="E3")
    stored = plan_job(job_of(office, scim)).stored
    voter = Actor("bob", asserted=True)
    vote(job_of(office, scim), stored, voter, Vote(DecisionKind.APPROVE, "fine"))
    assert apply_plan(job_of(office, scim), stored).exit_code == 0
    assert managers(scim) == {"E1": "E2", "E2": "E1"}
    assert run_job(job_of(office, scim)).stored.status is PlanStatus.EMPTY

    office.change("E4", status="active")
    office.change("E1", manager="E3")
    office.change("E2", manager=None)
    office.pass_hours(1)
    assert run_job(job_of(office, scim)).exit_code == 0
    assert managers(scim) == {"E1": "E3", "E3": "E4", "E4": "E3"}
    assert run_job(job_of(office, scim)).stored.status is PlanStatus.EMPTY
