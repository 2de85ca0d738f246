"""plan, show, apply, run."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Job, Json, Plan, globals_of

Lines = Annotated[
    bool, typer.Option("--jsonl", help="Print one JSON line per action, all of them.")
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
    full: Annotated[
        bool, typer.Option("--full", help="Read everything again, whatever is remembered.")
    ] = False,
) -> None:
    """Work out what must be done, and seal it; nothing is written to any target."""
    from provisor.cli.printing import print_result
    from provisor.cli.rooms import house
    from provisor.engine.run import plan_job

    del full  # Every cycle of this version reads everything.
    with house(globals_of(context)) as wiring:
        result = plan_job(wiring.job(job))
        print_result(wiring, result, as_json=as_json, as_lines=as_lines)
    raise typer.Exit(result.exit_code)


def show(
    context: typer.Context,
    reference: Plan = "latest",
    as_json: Json = False,
    as_lines: Lines = False,
) -> None:
    """Show a stored plan, exactly as it was sealed."""
    from provisor.cli.printing import print_plan
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        print_plan(wiring, wiring.store.plans.find(reference), as_json=as_json, as_lines=as_lines)


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
) -> None:
    """Plan, and carry out whatever is allowed without a vote or by votes already given."""
    from provisor.cli.printing import print_result
    from provisor.cli.rooms import house
    from provisor.engine.run import run_job

    with house(globals_of(context)) as wiring:
        result = run_job(wiring.job(job))
        print_result(wiring, result, as_json=as_json, as_lines=as_lines)
    raise typer.Exit(result.exit_code)
