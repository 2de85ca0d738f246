"""A target that refuses one attribute, and a target that changes between plan and call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from connectors.scim import ScimConnector
from provisor.domain.approval import DecisionKind
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Actor, Job
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.ports.store import PlanStatus
from tests.connectors.faulty_scim import connected, faulty_scim, reply
from tests.connectors.odd_scim import OddScim
from tests.stories.workplace import Office

pytestmark = pytest.mark.both_executors

REFUSED = "title"


@contextmanager
def into(server: OddScim) -> Iterator[ScimConnector]:
    with faulty_scim(server=server), connected(server, dialect={"etags": True}) as scim:
        yield scim


def job_of(office: Office, scim: ScimConnector) -> Job:
    job, schemas = office.job(), scim.describe().schemas
    objects = {
        kind: replace(rules, schema=schemas[kind]) for kind, rules in job.rules.objects.items()
    }
    return replace(job, rules=replace(job.rules, objects=objects), target=scim)


def voted_through(office: Office, scim: ScimConnector) -> Result:
    stored = plan_job(job_of(office, scim)).stored
    voter = Actor("bob", asserted=True)
    vote(job_of(office, scim), stored, voter, Vote(DecisionKind.APPROVE, "fine"))
    return apply_plan(job_of(office, scim), stored)


def test_an_account_without_a_refused_attribute_is_ours_and_no_success(office):
    office.hire("E1")
    server = OddScim(versions=True, refuses=frozenset({REFUSED}))
    with into(server) as scim:
        first = voted_through(office, scim)
        (made,) = server.users.values()
        server.refuses = frozenset()
        office.pass_hours(30)
        again = run_job(job_of(office, scim))
        calm = run_job(job_of(office, scim))

    assert (first.exit_code, first.outcomes["failed"]) == (3, 0)
    assert [outcome.code for outcome in first.left] == ["invalid_value"]
    assert REFUSED not in made
    assert again.exit_code == 0
    assert next(iter(server.users.values()))[REFUSED]
    assert calm.stored.status is PlanStatus.EMPTY
    assert len(server.users) == 1


def test_what_others_write_between_plan_and_call_makes_the_act_stale(office):
    office.hire("E1")
    server = OddScim(versions=True)
    with into(server) as scim:
        assert voted_through(office, scim).exit_code == 0
        office.change("E1", title="Chief")
        (native_id,) = server.users

        async def overtaken(odd, seen):
            odd.users[native_id] = odd._versioned({**odd.users[native_id], REFUSED: "theirs"})
            return await reply(*odd.usual(seen))(odd, seen)

        server.script("PATCH /Users", overtaken)
        result = run_job(job_of(office, scim))

    assert (result.exit_code, result.outcomes["stale"]) == (3, 1)
    assert server.users[native_id][REFUSED] == "theirs"
