"""Taking a run back in a real SCIM server: values, a switch and a member."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connectors.scim import ScimConnector
from provisor.domain.approval import DecisionKind
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Job
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.engine.undoing.retrace import carried_out
from provisor.engine.undoing.undo import Order, undo
from provisor.ports.secret import Secret
from provisor.ports.store import PlanStatus, StoredPlan
from provisor.testing.walk import read_whole
from tests.connectors.scim_server import TOKEN, RunningServer, running_server
from tests.services.scimmy import running_scimmy
from tests.stories.undoing import run_of
from tests.stories.workplace import Office

pytestmark = pytest.mark.outer

USERS = ObjectType.USERS


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
    """The office's job, into the server."""
    job, schemas = office.job(), scim.describe().schemas
    objects = {
        kind: replace(rules, schema=schemas[kind]) for kind, rules in job.rules.objects.items()
    }
    return replace(job, rules=replace(job.rules, objects=objects), target=scim)


def approved(office: Office, scim: ScimConnector, stored: StoredPlan) -> Result:
    if stored.status is PlanStatus.WAITING:
        voter = Actor("bob", asserted=True)
        vote(job_of(office, scim), stored, voter, Vote(DecisionKind.APPROVE, "fine"))
    return apply_plan(job_of(office, scim), stored)


def shown(scim: ScimConnector) -> dict[str, tuple[object, object, int]]:
    """Title and switch of everybody, and in how many groups they are."""
    rows = read_whole(scim, USERS, ["externalId", "title", "active"]).rows
    pairs = read_whole(scim, ObjectType.MEMBERSHIPS, []).rows
    members = [str(pair["member"]) for pair in pairs]
    return {
        str(row["externalId"]): (row["title"], row["active"], members.count(str(row["id"])))
        for row in rows
    }


def test_a_run_into_a_scim_server_is_taken_back_and_stays_so(office, scim):
    office.hire_many(4)
    office.found_group("G1", "Press", "E0001")
    assert approved(office, scim, plan_job(job_of(office, scim)).stored).exit_code == 0
    office.pass_hours(1)
    run_job(job_of(office, scim))
    before = shown(scim)

    office.change("E0001", title="LIE")
    office.leave("E0002")
    office.join("G1", "E0003")
    office.pass_hours(1)
    run = run_of(run_job(job_of(office, scim)))
    assert shown(scim) != before

    office.pass_hours(1)
    order = Order("the feed lied")
    undone = undo(job_of(office, scim), carried_out(office.store, run), order)
    assert undone.stored is not None
    assert approved(office, scim, undone.stored).exit_code == 0
    for _ in range(2):
        assert shown(scim) == before
        office.pass_hours(25)
        assert run_job(job_of(office, scim)).stored.status is PlanStatus.EMPTY
