"""plan, show, apply, run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provisor.cli.options import Job, Json, Plan, globals_of

if TYPE_CHECKING:
    from provisor.wiring import Wiring

Lines = Annotated[
    bool, typer.Option("--jsonl", help="Print one JSON line per action, all of them.")
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", help="Only this person, or `groups:KEY`; may be repeated."),
]

Full = Annotated[
    bool, typer.Option("--full", help="Read everything again, whatever is remembered.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("plan")(plan)
    app.command("show")(show)
    app.command("apply")(apply)
    app.command("run")(run)


def plan(
    context: typer.Context,
    job: Job,
    as_json: Json = False,
    as_lines: Lines = False,
    full: Full = False,
    only: Only = None,
    other: Annotated[
        Path | None,
        typer.Option("--what-if", help="Compare with this configuration; nothing is kept."),
    ] = None,
) -> None:
    """Work out what must be done, and seal it; nothing is written to any target."""
    from provisor.cli.printing import print_result
    from provisor.cli.rooms import house
    from provisor.engine.on_demand import on_demand
    from provisor.engine.run import plan_job

    with house(globals_of(context)) as wiring:
        wiring.full = full
        if other is not None:
            code = _compare(wiring, job, other, only or [], as_json=as_json)
            raise typer.Exit(code)
        result = plan_job(on_demand(wiring.job(job), only or []))
        print_result(wiring, result, as_json=as_json, as_lines=as_lines)
    raise typer.Exit(result.exit_code)


def _compare(wiring: Wiring, name: str, other: Path, only: list[str], *, as_json: bool) -> int:
    """Print today's plan beside the one under another configuration."""
    from provisor.cli.differences import print_what_if
    from provisor.domain.plan import Ruling
    from provisor.engine.on_demand import on_demand
    from provisor.engine.what_if import what_if
    from provisor.errors import DONE, REFUSED_OR_WAITING

    with wiring.what_if(other) as beside:
        job, then = on_demand(wiring.job(name), only), on_demand(beside.job(name), only)
        found = what_if(job, then)
    known = wiring.store.identities.known
    keys = {
        one: key for kind in job.rules.objects for key, one in known(job.rules.source, kind).items()
    }
    print_what_if(found, name, keys, as_json=as_json)
    refused = Ruling.REFUSED in (found.today.verdict, found.other.verdict)
    return REFUSED_OR_WAITING if refused else DONE


def show(
    context: typer.Context,
    reference: Plan = "latest",
    as_json: Json = False,
    as_lines: Lines = False,
    against: Annotated[
        str,
        typer.Option("--diff", metavar="PLAN", help="What came, went and changed since this plan."),
    ] = "",
) -> None:
    """Show a stored plan, exactly as it was sealed."""
    from provisor.cli.printing import print_against, print_plan
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        stored = wiring.store.plans.find(reference)
        if against:
            print_against(wiring, stored, wiring.store.plans.find(against), as_json=as_json)
        else:
            print_plan(wiring, stored, as_json=as_json, as_lines=as_lines)


def apply(
    context: typer.Context,
    reference: Plan = "latest",
    as_json: Json = False,
    as_lines: Lines = False,
) -> None:
    """Carry out a plan, as far as it is allowed and still called for."""
    from provisor.cli.printing import print_result
    from provisor.cli.rooms import house
    from provisor.engine.run import apply_plan

    with house(globals_of(context)) as wiring:
        stored = wiring.store.plans.find(reference)
        result = apply_plan(wiring.job(stored.plan.header.job), stored)
        print_result(wiring, result, as_json=as_json, as_lines=as_lines)
    raise typer.Exit(result.exit_code)


def run(
    context: typer.Context,
    job: Job,
    as_json: Json = False,
    as_lines: Lines = False,
    only: Only = None,
    full: Full = False,
) -> None:
    """Plan, and carry out whatever is allowed without a vote or by votes already given."""
    from provisor.cli.printing import print_result
    from provisor.cli.rooms import house
    from provisor.engine.on_demand import on_demand
    from provisor.engine.run import run_job

    with house(globals_of(context)) as wiring:
        wiring.full = full
        result = run_job(on_demand(wiring.job(job), only or []))
        print_result(wiring, result, as_json=as_json, as_lines=as_lines)
    raise typer.Exit(result.exit_code)
