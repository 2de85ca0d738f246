"""plan, show, apply, run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from provisor.cli.options import Job, Json, Plan, globals_of

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
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="With --what-if: on this earlier day.")
    ] = "",
    since: Annotated[
        str, typer.Option("--since", metavar="DATE", help="With --what-if: from this day on.")
    ] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DATE", help="With --since: to this day; else today.")
    ] = "",
) -> None:
    """Work out what must be done, and seal it; nothing is written to any target."""
    from provisor.cli.comparing import Question, answer
    from provisor.cli.printing import print_result
    from provisor.cli.rooms import house
    from provisor.engine.on_demand import on_demand
    from provisor.engine.run import plan_job

    with house(globals_of(context)) as wiring:
        wiring.full = full
        if other is not None or as_of or since or until:
            question = Question(job, other, tuple(only or ()), as_of, since, until)
            raise typer.Exit(answer(wiring, question, as_json=as_json))
        result = plan_job(on_demand(wiring.job(job), only or []))
        print_result(wiring, result, as_json=as_json, as_lines=as_lines)
    raise typer.Exit(result.exit_code)


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
    job: Annotated[
        str, typer.Argument(metavar="[JOB]", help="The job's name in the configuration.")
    ] = "",
    as_json: Json = False,
    as_lines: Lines = False,
    only: Only = None,
    full: Full = False,
    every: Annotated[
        bool, typer.Option("--all", help="Every job, each behind those after which it runs.")
    ] = False,
) -> None:
    """Plan, and carry out whatever is allowed without a vote or by votes already given."""
    from provisor.cli.chaining import refuse_unclear, run_every_job
    from provisor.cli.printing import print_result
    from provisor.cli.rooms import house
    from provisor.engine.on_demand import on_demand
    from provisor.engine.run import run_job

    with house(globals_of(context)) as wiring:
        wiring.full = full
        refuse_unclear(job, every=every, lines=as_lines)
        if every:
            raise typer.Exit(run_every_job(wiring, only or [], as_json=as_json))
        result = run_job(on_demand(wiring.job(job), only or []))
        print_result(wiring, result, as_json=as_json, as_lines=as_lines)
    raise typer.Exit(result.exit_code)
