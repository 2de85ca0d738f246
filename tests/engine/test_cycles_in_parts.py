"""A cycle that sends people through files, part by part, plans as one that holds them in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisor.domain.group_rules import PLAIN_GROUPS
from provisor.domain.link import Link
from provisor.domain.record import Record
from provisor.domain.rules import JobRules, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.assembly import Assembly
from provisor.engine.columnwise import ColumnAssembly
from provisor.engine.job import PART_ROWS, CyclePolicy, Executor, Job
from provisor.engine.parted.partwise import PartAssembly
from provisor.engine.propose import propose_actions
from provisor.engine.run import plan_job, run_job
from provisor.engine.survey import foresee
from provisor.errors import ProvisorError
from provisor.ports.connector import Deltas
from tests.engine.histories import ACTIVE, History, happen, hire, history
from tests.engine.test_incremental_equals_full import shown
from tests.stories.firms import JOB, found
from tests.stories.workplace import Office

USERS = ObjectType.USERS
IN_PARTS = CyclePolicy(full=True, part_rows=2)
WHOLE = CyclePolicy(full=True)


def job_of(office: Office, cycle: CyclePolicy) -> Job:
    return replace(office.job(), cycle=cycle, executor=Executor.COLUMNS)


def alone(rules: JobRules) -> dict[str, object]:
    """What makes people of a job independent of each other."""
    objects = {
        kind: replace(own, mappings=tuple(m for m in own.mappings if m.reference is None))
        for kind, own in rules.objects.items()
    }
    objects[USERS] = replace(objects[USERS], scope=ACTIVE)
    return {"objects": objects, "memberships": None, "groups": PLAIN_GROUPS}


def link_of(link: Link) -> tuple[str, str, str]:
    return link.key, link.identity, link.native_id


def told(record: Record) -> str:
    return repr((record.key, sorted(record.values.items())))


def answers(job: Job, assembly: Assembly) -> dict[str, object]:
    """What the rooms ask an assembly besides the plan."""
    found: dict[str, object] = {}
    for kind, rules in job.rules.objects.items():
        links = job.store.links.of_target(job.rules.target, kind)
        natives, keys = {link.native_id for link in links}, {link.key for link in links}
        for side in Side:
            missing = assembly.missing_links(side, kind)
            found[f"missing {side} {kind}"] = missing.active, list(map(link_of, missing.missing))
        found[f"lacks {kind}"] = assembly.lacks(Side.SOURCE, kind, {*keys, "nobody"})
        records = assembly.records(Side.SOURCE, kind, {*keys, "nobody"})
        found[f"records {kind}"] = sorted(map(told, records.values()))
        accounts = assembly.accounts(kind, {*natives, "nobody"})
        found[f"accounts {kind}"] = sorted(map(told, accounts.values()))
        names = {str(one.values.get(rules.schema.name)) for one in accounts.values()}
        holders = assembly.holders(kind, rules.schema.name, names)
        found[f"holders {kind}"] = {name: sorted(some) for name, some in holders.items()}
        found[f"shares {kind}"] = dict(assembly.linked_by(kind, "status", rules.schema.name))
        found[f"members {kind}"] = dict(assembly.members_by_group(natives)) if natives else {}
    return found


def check(made: History) -> tuple[int, int]:
    """Compare both at one moment; return in how many parts people were, and how many stayed there.

    Who is left in peace for a fingerprint's sake never leaves their part.
    """
    whole, parts = job_of(made.office, WHOLE), job_of(made.office, IN_PARTS)
    seen, others = foresee(whole), foresee(parts)
    assert isinstance(seen.assembly, ColumnAssembly)
    if not isinstance(others.assembly, PartAssembly):
        return 0, 0
    for one, other in zip(seen.seen, others.seen, strict=True):
        assert replace(one.observation, id="") == replace(
            other.observation, id="", digest=one.observation.digest
        )
    assert shown(propose_actions(parts, others)) == shown(propose_actions(whole, seen))
    assert answers(parts, others.assembly) == answers(whole, seen.assembly), f"seed {made.seed}"
    others.assembly.forget_links()
    assert shown(propose_actions(parts, others)) == shown(propose_actions(whole, seen))
    return others.assembly.spill(USERS).count, others.assembly.peace[USERS].left


def cycle(made: History) -> None:
    office = made.office
    stored = plan_job(job_of(office, IN_PARTS)).stored
    if stored.plan.actions and made.often(0.8):
        with suppress(ProvisorError):
            office.approve(stored.plan.digest)
            office.apply(stored.plan.digest)


def tell(seed: int) -> list[tuple[int, int]]:
    """Tell one history; return what `check` says, look by look."""
    with tempfile.TemporaryDirectory() as folder:
        made = history(Path(folder), seed)
        made.office.changes |= alone(made.office.job().rules)
        for _ in range(4):
            hire(made)
        seen = []
        try:
            for _ in range(3):
                cycle(made)
                seen.append(check(made))
                made.office.pass_hours(made.one((0, 1, 24, 24 * 40)))
                for _ in range(made.one((0, 1, 2))):
                    happen(made)
        finally:
            made.office.close()
        return seen


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**40))
def test_a_cycle_in_parts_gives_the_plan_of_a_whole_one(seed: int) -> None:
    tell(seed)


def test_chance_plans_in_several_parts_and_leaves_people_in_them() -> None:
    found = [one for seed in (15, 27) for one in tell(seed)]
    assert sum(count > 1 for count, _ in found) >= 3
    assert sum(left for _, left in found) >= 3


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Four people with accounts."""
    made = Office(tmp_path)
    made.changes |= alone(made.job().rules)
    for number in range(4):
        made.hire(f"E{number}")
    stored = plan_job(job_of(made, WHOLE)).stored
    made.approve(stored.plan.digest)
    made.apply(stored.plan.digest)
    yield made
    made.close()


def test_as_many_people_as_fit_are_planned_in_one_piece(office: Office) -> None:
    job = job_of(office, CyclePolicy(full=True, part_rows=4))
    assert isinstance(foresee(job).assembly, ColumnAssembly)
    job = job_of(office, CyclePolicy(full=True, part_rows=3))
    assert isinstance(foresee(job).assembly, PartAssembly)


def test_what_columns_cannot_hold_is_planned_in_one_piece(office: Office) -> None:
    office.change("E1", title=7)
    assert isinstance(foresee(job_of(office, IN_PARTS)).assembly, ColumnAssembly)


def test_memberships_are_planned_in_one_piece(office: Office) -> None:
    office.changes["memberships"] = OwnerMode.OURS
    assert isinstance(foresee(job_of(office, IN_PARTS)).assembly, ColumnAssembly)


def test_a_plan_in_parts_remembers_fingerprints_and_nothing_else(office: Office) -> None:
    office.source.feed.kind = office.target.feed.kind = Deltas.STATES
    known = job_of(office, WHOLE).store.knowledge
    plan_job(job_of(office, WHOLE))
    before = known.newest("hr-to-app") is not None
    plan_job(job_of(office, IN_PARTS))

    assert before
    assert known.newest("hr-to-app") is None
    survey = foresee(job_of(office, IN_PARTS))
    propose_actions(job_of(office, IN_PARTS), survey)
    assert isinstance(survey.assembly, PartAssembly)
    assert survey.assembly.peace[USERS].left == 4


def test_a_plan_in_parts_has_the_digest_of_a_whole_one_and_is_carried_out(office: Office) -> None:
    office.leave("E1")
    office.change("E2", title="Head")
    whole = plan_job(job_of(office, WHOLE)).stored.plan
    parts = plan_job(job_of(office, IN_PARTS)).stored.plan

    assert parts.actions
    assert parts.digest == whole.digest
    run_job(job_of(office, IN_PARTS))
    assert [one["active"] for one in office.target.users.values()].count(False) == 1


def test_how_many_people_fit_into_memory_is_a_setting(tmp_path: Path) -> None:
    firm = found(tmp_path / "firm")
    with firm.wiring("ann") as wiring:
        assert wiring.job(JOB).cycle.part_rows == PART_ROWS
    firm.edit(("    source: hr\n", "    source: hr\n    cycle: {part_rows: 7}\n"))
    with firm.wiring("ann") as wiring:
        assert wiring.job(JOB).cycle.part_rows == 7


def test_what_went_through_files_is_gone_after_the_cycle(office: Office) -> None:
    survey = foresee(job_of(office, IN_PARTS))
    assert isinstance(survey.assembly, PartAssembly)
    folder = survey.assembly.folder
    assert list(folder.rglob("links.*"))
    del survey
    assert not folder.exists()
