"""orphans, duplicates, dormant."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Job, Json, globals_of


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("orphans")(orphans)
    app.command("duplicates")(duplicates)
    app.command("dormant")(dormant)


def orphans(
    context: typer.Context,
    job: Job,
    classes: Annotated[
        bool,
        typer.Option(
            "--classes",
            help="Every account: assigned, unassigned, local, contested or protected.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """List the target's accounts that belong to nobody, and those that are contested or held."""
    from provisor.cli.discovery_tables import print_classes, print_findings
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        if classes:
            from provisor.engine.asking.discovery import discover

            print_classes(discover(wiring.job(job)), as_json=as_json)
            return
        from provisor.engine.explain import peek

        seen, proposal = peek(wiring.job(job))
        print_findings(proposal, seen.doubts, as_json=as_json)


def duplicates(context: typer.Context, job: Job, as_json: Json = False) -> None:
    """List accounts of which there is one too many: for one person, or by any match rule."""
    from provisor.cli.discovery_tables import print_duplicates
    from provisor.cli.rooms import house
    from provisor.engine.asking.discovery import discover

    with house(globals_of(context)) as wiring:
        print_duplicates(discover(wiring.job(job)), as_json=as_json)


def dormant(
    context: typer.Context,
    job: Job,
    days: Annotated[
        int,
        typer.Option("--days", min=0, help="Without a sign-in; left out, what the job says."),
    ] = 0,
    as_json: Json = False,
) -> None:
    """List accounts that are on and that nobody uses; what is not known stands apart."""
    from provisor.cli.discovery_tables import print_dormant
    from provisor.cli.rooms import house
    from provisor.engine.asking.discovery import find_dormant

    with house(globals_of(context)) as wiring:
        print_dormant(find_dormant(wiring.job(job), days or None), as_json=as_json)
