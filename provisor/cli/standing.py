"""How things stand: jobs, runs, what is frozen, what alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

from provisor.cli.besides import wait_lines, wait_shape
from provisor.cli.budgets import budget_shape
from provisor.cli.chaining import chain_shape, waiting_lines, waits_for
from provisor.cli.parked_tables import trouble_lines, trouble_shape
from provisor.cli.revision_shapes import in_force_lines, in_force_shape
from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import alert_shape, cycle_shape, run_shape
from provisor.cli.undo_shapes import undo_words
from provisor.config.chains import chain_of
from provisor.domain.event import moment
from provisor.engine.waiting import Standing, standing
from provisor.ports.store import Alert
from provisor.wiring import Wiring


def print_status(wiring: Wiring, *, as_json: bool) -> None:
    """Print how every job stands."""
    stands = {name: _stands(wiring, name) for name in wiring.configuration.jobs}
    jobs = [_job(wiring, name, of_job) for name, of_job in stands.items()]
    freezes = [
        {"target": f.target, "by": f.actor, "reason": f.reason, "at": moment(f.at)}
        for f in wiring.store.controls.freezes()
    ]
    head = wiring.store.log.head()
    alerts = wiring.store.alerts.open()
    if as_json:
        shape: dict[str, object] = trouble_shape(wiring)
        print_json(
            shape
            | {
                "jobs": jobs,
                "freezes": freezes,
                "alerts": [alert_shape(alert) for alert in alerts],
                "log": {"size": head.size, "root": head.root},
                "configuration": in_force_shape(wiring),
            }
        )
        return
    out = console()
    out.print(_jobs(jobs))
    for job in jobs:
        for line in waiting_lines(job):
            out.print(Text(line, style="yellow"))
    for told in [*map(Text, in_force_lines(wiring)), *trouble_lines(wiring)]:
        out.print(told)
    for digest, one in (pair for of_job in stands.values() for pair in of_job.items()):
        undo_id = wiring.store.plans.find(digest).plan.header.undoes
        for line in [*_undo_line(wiring, undo_id), *wait_lines(one.waits)]:
            out.print(Text(f"{digest[:12]} {line}", style="yellow"))
    for freeze in freezes:
        out.print(Text(f"frozen: {freeze['target']} by {freeze['by']} at {freeze['at']}", "red"))
    out.print(f"log: {head.size} leaves, root {head.root[:12]}")
    print_alerts(alerts, as_json=False)


def _undo_line(wiring: Wiring, undo_id: str) -> list[str]:
    return [undo_words(wiring.store.undos.get(undo_id))] if undo_id else []


Stands = Mapping[str, Standing]
"""Plan digest to where the plan stands: the job's newest one, and those on demand that wait."""


def _stands(wiring: Wiring, name: str) -> Stands:
    newest = wiring.store.plans.newest(name)
    plans = [newest] if newest is not None else []
    plans += wiring.store.plans.on_demand(name)
    policy, now = wiring.configuration.approvals, wiring.clock.now()
    return {one.plan.digest: standing(wiring.store, policy, now, one) for one in plans}


def _job(wiring: Wiring, name: str, stands: Stands) -> dict[str, object]:
    plan = wiring.store.plans.newest(name)
    runs = wiring.store.acts.runs(name, 1)
    target = wiring.configuration.job(name).target
    digest = plan.plan.digest if plan is not None else ""
    own = stands.get(digest, Standing())
    chain = chain_of(wiring.configuration, name)
    return {
        "job": name,
        "target": target,
        "plan": plan.plan.digest if plan is not None else None,
        "verdict": plan.verdict.value if plan is not None else None,
        "status": plan.status.value if plan is not None else None,
        "actions": len(plan.plan.actions) if plan is not None else 0,
        "set_aside": len(plan.set_aside) if plan is not None else 0,
        "revision": plan.revision if plan is not None else None,
        "run": run_shape(runs[0]) if runs else None,
        "cycle": cycle_shape(plan.look) if plan is not None else None,
        "budget": budget_shape(wiring, plan) if plan is not None else None,
        "unfinished": len(wiring.store.acts.unfinished(target)),
        "waits": [wait_shape(wait) for wait in own.waits],
        "rejected": own.rejected,
        **chain_shape(chain),
        "waits_for": waits_for(plan, chain),
        "on_demand": [
            {
                "plan": other,
                "undoes": wiring.store.plans.find(other).plan.header.undoes or None,
                "waits": [wait_shape(wait) for wait in one.waits],
            }
            for other, one in stands.items()
            if other != digest
        ],
    }


def _jobs(jobs: Sequence[dict[str, object]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    headings = ("job", "target", "plan", "status", "actions", "set aside", "unfinished", "cycle")
    for heading in headings:
        table.add_column(heading)
    for job in jobs:
        plan = str(job["plan"])[:12] if job["plan"] else "none yet"
        numbers = [str(job[name]) for name in ("actions", "set_aside", "unfinished")]
        names = (str(job["job"]), str(job["target"]))
        table.add_row(*names, plan, str(job["status"]), *numbers, _cycle(job["cycle"]))
    return table


def _cycle(told: object) -> str:
    """Return in words what the newest plan was made from."""
    if not isinstance(told, dict):
        return ""
    rows = f"{told['rows']:,} rows"
    return f"full, {rows}" if told["full"] else f"changes, {rows}; full {told['full_at']}"


def print_alerts(alerts: Sequence[Alert], *, as_json: bool) -> None:
    """Print alerts, gravest first."""
    if as_json:
        print_json({"alerts": [alert_shape(alert) for alert in alerts]})
        return
    out = console()
    if not alerts:
        out.print("no alerts")
    for alert in alerts:
        times = f", seen {alert.repeats} times" if alert.repeats > 1 else ""
        closed = f", closed {moment(alert.closed_at)}" if alert.closed_at else ""
        head = f"{alert.severity.value}: {alert.kind} since {moment(alert.raised_at)}"
        out.print(Text(f"{head}{times}{closed}", style="bold"))
        out.print(Text(f"  {alert.message}"))
        out.print(Text(f"  next:  {alert.next}", style="dim"))
