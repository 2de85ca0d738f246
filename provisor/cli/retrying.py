"""parked, park, retry."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of

JobOrAll = Annotated[
    str, typer.Argument(metavar="[JOB]", help="Only this job; without it, all of them.")
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="The source key of the person or group; can be said again."),
]
Target = Annotated[str, typer.Option("--target", help="Only acts on this system.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("parked")(parked)
    app.command("park")(park)
    app.command("retry")(retry)


def parked(context: typer.Context, job: JobOrAll = "", as_json: Json = False) -> None:
    """List what failed and waits to be tried again: since when, until when, who looks after it."""
    from provisor.cli.parked_tables import print_parked
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        print_parked(wiring, wiring.store.troubles.parked(job=job), as_json=as_json)


def park(
    context: typer.Context,
    keys: Keys = None,
    job: JobOrAll = "",
    target: Target = "",
    owner: Annotated[str, typer.Option("--owner", help="Who looks after it from now on.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Let what failed wait until somebody says `retry`, or say who looks after it."""
    from provisor.cli.parked_tables import Chosen, park_chosen, print_parked
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        chosen = Chosen(job, target, tuple(keys or ()))
        print_parked(wiring, park_chosen(wiring, chosen, owner, reason), as_json=as_json)


def retry(
    context: typer.Context,
    keys: Keys = None,
    job: JobOrAll = "",
    target: Target = "",
    every: Annotated[bool, typer.Option("--all", help="All that waits.")] = False,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Try again in the next run what failed; with `--target` also end its quarantine."""
    from provisor.cli.parked_tables import Chosen, print_parked, retry_chosen
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        chosen = Chosen(job, target, tuple(keys or ()), every)
        print_parked(wiring, retry_chosen(wiring, chosen, reason), as_json=as_json)
