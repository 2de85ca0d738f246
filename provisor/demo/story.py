"""Three days of a company that does not exist, told while they happen.

Everything runs as it would for anybody: the same configuration, wiring and rooms. Only the days
are written by hand.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from provisor.demo.configuration import CREW_JOB, LEDGER_JOB, write_configuration
from provisor.demo.hosting import FOLDER as APPLICATION_FOLDER
from provisor.demo.hosting import prepare_application, start_application
from provisor.demo.ledger import create_ledger
from provisor.demo.town import town_on, write_feed
from provisor.domain.approval import DecisionKind
from provisor.domain.plan import Ruling
from provisor.domain.schema import ObjectType
from provisor.engine.decide import Vote, vote
from provisor.engine.job import Progress
from provisor.engine.run import Result, apply_plan, plan_job, run_job
from provisor.errors import DONE, TRUST_BROKEN, CommandInvalid, SelfApproval
from provisor.ports.store import StoredPlan
from provisor.wiring import Wiring, open_wiring, store_file

OPERATOR, APPROVER = "ann", "bob"
JOBS = (CREW_JOB, LEDGER_JOB)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the story plays, and how it is told."""

    folder: Path
    progress: Progress
    say: Callable[[str], None]

    @contextmanager
    def wiring(self, name: str) -> Iterator[Wiring]:
        """Open the demo's configuration for one person."""
        with open_wiring(self.folder / "provisor.yaml", {}, name) as wiring:
            wiring.progress = self.progress
            yield wiring


def tell_story(folder: Path, progress: Progress) -> int:
    """Walk through the three days; return the exit code.

    Args:
        folder: where the company is kept; an earlier demo in it is replaced.
        progress: shown while accounts are written.

    Raises:
        CommandInvalid: the folder holds something else.
        ConfigurationError: the extra `demo` is not installed.
    """
    _make_room(folder)
    started = time.monotonic()
    stage = Stage(folder, progress, print)
    prepare_application(folder, town_on(1))
    create_ledger(folder, town_on(1))
    write_feed(folder, 1)
    with start_application(folder) as application:
        write_configuration(folder, application.url)
        _introduce(stage)
        as_told = _first_day(stage) and _second_day(stage) and _third_day(stage)
        intact = _audit(stage)
    _farewell(stage, time.monotonic() - started)
    return DONE if as_told and intact else TRUST_BROKEN


def serve_demo(folder: Path) -> int:
    """Start the demo's SCIM application again, until somebody stops it; return the exit code.

    Raises:
        CommandInvalid: there is no demo in the folder.
    """
    if not (folder / APPLICATION_FOLDER / "state.json").exists():
        raise CommandInvalid(
            "there is no demo in this folder",
            where=f"--dir {folder}",
            safe="nothing was started",
            next="`provisor demo` makes one",
        )
    with start_application(folder) as application:
        print(f"the SCIM application answers at {application.url}; Ctrl-C stops it", flush=True)
        try:
            application.wait()
        except KeyboardInterrupt:
            print("stopped; its state is saved")
    return DONE


def _make_room(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / APPLICATION_FOLDER).is_dir():
            raise CommandInvalid(
                "the folder holds something that is no demo",
                where=f"--dir {folder}",
                safe="nothing was touched",
                next="name an empty or a new folder with `--dir`",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)


def _introduce(stage: Stage) -> None:
    town = town_on(1)
    stage.say(f"Marram & Quill: {len(town.people):,} people in hr.csv, {len(town.groups)} groups.")
    stage.say("Two applications: `crew` speaks SCIM over HTTP, `ledger` is a database.")
    stage.say("Both hold accounts already; whose they are is for Provisor to find out.")


def _first_day(stage: Stage) -> bool:
    stage.say("\nDay 1: the first plan")
    told = [_first_plan(stage, job) for job in JOBS]
    return all(told)


def _first_plan(stage: Stage, name: str) -> bool:
    with stage.wiring(OPERATOR) as wiring:
        planned = plan_job(wiring.job(name))
    stored = planned.stored
    stage.say(f"  {name}: plan {stored.plan.digest[:12]}, {_operations(stored)}")
    adopted = sum(action.action.adopts for action in stored.plan.actions)
    findings = _classes(stored.accounts[ObjectType.USERS].classes, ("orphan", "ambiguous"))
    stage.say(f"    {adopted} accounts are recognised and taken over; {findings}")
    for one in stored.set_aside[:4]:
        stage.say(f"    set aside: {one.object_type} {one.key}: {one.parts['what']}")
    waits = stored.verdict is Ruling.NEEDS_DECISION
    stage.say("    it waits: this job never wrote to this target before")
    return waits and _approve(stage, name, stored) and _apply(stage, name, stored)


def _approve(stage: Stage, name: str, stored: StoredPlan) -> bool:
    ballot = Vote(DecisionKind.APPROVE, "first load, compared with the payroll")
    with stage.wiring(OPERATOR) as wiring:
        try:
            vote(wiring.job(name), stored, wiring.actor, ballot)
        except SelfApproval as refusal:
            stage.say(f"    {OPERATOR} tries to approve it: refused, {refusal.what}")
    with stage.wiring(APPROVER) as wiring:
        decision = vote(wiring.job(name), stored, wiring.actor, ballot)
    stage.say(f"    {APPROVER} approves exactly these {len(decision.actions):,} actions")
    return True


def _apply(stage: Stage, name: str, stored: StoredPlan) -> bool:
    with stage.wiring(OPERATOR) as wiring:
        started = time.monotonic()
        applied = apply_plan(wiring.job(name), stored)
        took = time.monotonic() - started
        stage.say(f"    applied in {took:.1f} s: {_outcomes(applied)}")
        again = run_job(wiring.job(name))
    stage.say(f"    run again: {len(again.stored.plan.actions)} actions, nothing is written")
    return not again.stored.plan.actions and not applied.left


def _second_day(stage: Stage) -> bool:
    stage.say("\nDay 2: people come, move and go")
    write_feed(stage.folder, 2)
    results = [_daily_run(stage, job) for job in JOBS]
    stage.say("  All of it is inside the limits of an approved configuration: nobody had to vote.")
    return all(not result.waiting for result in results)


def _daily_run(stage: Stage, name: str) -> Result:
    with stage.wiring(OPERATOR) as wiring:
        result = run_job(wiring.job(name))
    stage.say(f"  {name}: {_operations(result.stored)}; {_outcomes(result)}")
    return result


def _third_day(stage: Stage) -> bool:
    stage.say("\nDay 3: the feed breaks off in the middle, and nothing in the file says so")
    write_feed(stage.folder, 3)
    results = [_broken_run(stage, job) for job in JOBS]
    with stage.wiring(OPERATOR) as wiring:
        alerts = wiring.store.alerts.open()
    for alert in alerts:
        if alert.kind == "read_incomplete":
            stage.say(f"  alert, {alert.severity}, {alert.repeats} times: {alert.message}")
    stage.say("  Nobody lost anything. Where absence is believed, half the company is off now.")
    return all(result.stored.verdict is Ruling.REFUSED for result in results)


def _broken_run(stage: Stage, name: str) -> Result:
    with stage.wiring(OPERATOR) as wiring:
        result = run_job(wiring.job(name))
    stage.say(f"  {name}: {result.stored.verdict}, exit code {result.exit_code}, no action")
    return result


def _audit(stage: Stage) -> bool:
    from provisor.verifier import verify  # the verifier stands alone; it is asked, not built in

    with stage.wiring(OPERATOR) as wiring:
        path = store_file(wiring.configuration)
    if path is None:
        return False
    found = verify(path)
    stage.say(f"\nThe log: {found.size} leaves, root {found.root[:16]}, recomputed from nothing:")
    stage.say("  intact" if not found.problems else f"  broken: {found.problems[0]}")
    return not found.problems


def _farewell(stage: Stage, seconds: float) -> None:
    here = Path(".venv/bin/provisor")
    command = str(here) if here.exists() else "provisor"
    at = f"{command} --config {stage.folder}/provisor.yaml"
    stage.say(
        f"\nThree days in {seconds:.0f} s. They are kept in {stage.folder}/. What to try next:"
    )
    stage.say(f"  {at} status")
    stage.say(f"  {at} show latest")
    stage.say(f"  {command} demo --dir {stage.folder} --serve &    # the application, once more")
    stage.say(f"  {at} orphans {CREW_JOB}")
    stage.say(f"  {at} explain {CREW_JOB} {town_on(1).people[0].employee_id}")
    stage.say(f"  {at} audit verify")


def _operations(stored: StoredPlan) -> str:
    counted: dict[str, int] = {}
    for planned in stored.plan.actions:
        name = planned.draft.part
        counted[name] = counted.get(name, 0) + 1
    told = ", ".join(f"{n:,} {part}" for part, n in sorted(counted.items()))
    return told or "nothing to do"


def _classes(classes: Mapping[str, int], names: tuple[str, ...]) -> str:
    return ", ".join(f"{classes.get(name, 0)} {name}" for name in names)


def _outcomes(result: Result) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in result.outcomes.items() if n) or "nothing done"
