"""How things stand: jobs, runs, what is frozen, what alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from provisor.cli.besides import wait_shape
from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import alert_shape, run_shape
from provisor.domain.event import moment
from provisor.engine.waiting import Standing, standing
from provisor.ports.store import Alert
from provisor.wiring import Wiring


def print_status(wiring: Wiring, *, as_json: bool) -> None:
    """Print how every job stands."""
    jobs = [_job(wiring, name) for name in wiring.configuration.jobs]
    freezes = [
        {"target": f.target, "by": f.actor, "reason": f.reason, "at": moment(f.at)}
        for f in wiring.store.controls.freezes()
    ]
    head = wiring.store.log.head()
    alerts = wiring.store.alerts.open()
    if as_json:
        print_json(
            {
                "jobs": jobs,
                "freezes": freezes,
                "alerts": [alert_shape(alert) for alert in alerts],
                "log": {"size": head.size, "root": head.root},
            }
        )
        return
    out = console()
    out.print(_jobs(jobs))
    for job in jobs:
        _print_waits(job)
    for freeze in freezes:
        out.print(Text(f"frozen: {freeze['target']} by {freeze['by']} at {freeze['at']}", "red"))
    out.print(f"log: {head.size} leaves, root {head.root[:12]}")
    print_alerts(alerts, as_json=False)


def _print_waits(job: dict[str, Any]) -> None:
    """Say what waits since when, for the job's plan and for those on demand."""
    plans = [{"plan": job["plan"], "waits": job["waits"]}, *job["on_demand"]]
    for plan in plans:
        for wait in plan["waits"]:
            text = f"waits: {plan['plan'][:12]} {wait['part']} ({wait['count']})"
            age = f"since {wait['since']}, {wait['age_percent']} % of a vote's time"
            console().print(Text(f"{text} {age}", style="yellow"))


def _job(wiring: Wiring, name: str) -> dict[str, object]:
    plan = wiring.store.plans.newest(name)
    runs = wiring.store.acts.runs(name, 1)
    target = wiring.configuration.job(name).target
    policy, now = wiring.configuration.approvals, wiring.clock.now()
    stands = standing(wiring.store, policy, now, plan) if plan is not None else Standing()
    besides = {
        one.plan.digest: standing(wiring.store, policy, now, one).waits
        for one in wiring.store.plans.on_demand(name)
    }
    return {
        "job": name,
        "target": target,
        "plan": plan.plan.digest if plan is not None else None,
        "verdict": plan.verdict.value if plan is not None else None,
        "status": plan.status.value if plan is not None else None,
        "actions": len(plan.plan.actions) if plan is not None else 0,
        "set_aside": len(plan.set_aside) if plan is not None else 0,
        "run": run_shape(runs[0]) if runs else None,
        "unfinished": len(wiring.store.acts.unfinished(target)),
        "waits": [wait_shape(wait) for wait in stands.waits],
        "rejected": stands.rejected,
        "on_demand": [
            {"plan": digest, "waits": [wait_shape(wait) for wait in told]}
            for digest, told in besides.items()
        ],
    }


def _jobs(jobs: Sequence[dict[str, object]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("job", "target", "plan", "status", "actions", "set aside", "unfinished"):
        table.add_column(heading)
    for job in jobs:
        plan = str(job["plan"])[:12] if job["plan"] else "none yet"
        numbers = [str(job[name]) for name in ("actions", "set_aside", "unfinished")]
        table.add_row(str(job["job"]), str(job["target"]), plan, str(job["status"]), *numbers)
    return table


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
