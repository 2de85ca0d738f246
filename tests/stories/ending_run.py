"""A process that works on a plan: `ending_run.py STORE HOME MODE`.

It says on standard output what it reached, and waits there where it is told to; so two of them can
meet, and a signal can come in the middle of an act.
"""

from __future__ import annotations

import sys
from pathlib import Path

from connectors.memory import SOURCE_SCHEMAS, MemoryConnector, World
from provisor.cli.signals import heeding_signals
from provisor.domain.approval import ApprovalPolicy
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.engine.job import Actor, Job
from provisor.engine.run import apply_plan, plan_job
from provisor.errors import ProvisorError
from provisor.stores.database import open_store
from provisor.system_clock import SystemClock
from tests.stories.workplace import office_rules

PEOPLE = 600
"""More than are sent together."""


class Written(MemoryConnector):
    """A target that writes into a file what it was sent, one line for an account."""

    def __init__(self, world: World, path: Path, mode: str) -> None:
        super().__init__("app", world)
        self._path, self._mode = path, mode

    def apply(self, work, pace):
        for count, written in enumerate(super().apply(work, pace)):
            if written.state.value == "done":
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(f"{work[written.position].action.anchor}\n")
            yield written
            if count == 0 and self._mode == "wait":
                say("writing")
                sys.stdin.readline()


def say(what: str) -> None:
    print(what, flush=True)


def job_of(url: str, home: Path, mode: str) -> Job:
    source, target = World(SOURCE_SCHEMAS), World()
    for number in range(PEOPLE):
        key = f"E{number:04d}"
        row = {"employee_id": key, "given_name": "G", "surname": f"S{key}", "title": "Clerk"}
        source.add(
            ObjectType.USERS,
            {**row, "mail": f"{key}@example.org", "status": "active", "end_date": None},
        )
    rules: JobRules = office_rules(target, memberships=None, limits={})
    users = {ObjectType.USERS: rules.objects[ObjectType.USERS]}
    return Job(
        rules=office_rules(target, memberships=None, limits={}, objects=users),
        document="{}",
        source=MemoryConnector("hr", source),
        target=Written(target, home / "sent.txt", mode),
        store=open_store(url, clock=SystemClock()),
        clock=SystemClock(),
        actor=Actor("ann", asserted=True),
        policy=ApprovalPolicy(four_eyes=False),
    )


def main() -> int:
    url, home, mode = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    job = job_of(url, home, mode)
    if mode == "plan":
        return plan_job(job).exit_code
    with heeding_signals(job.halt):
        try:
            result = apply_plan(job, job.store.plans.find("latest"))
        except ProvisorError as error:
            say(error.code)
            return error.exit_code
    say(result.stopped)
    return result.exit_code


if __name__ == "__main__":
    sys.exit(main())
