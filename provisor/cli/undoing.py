"""undo."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The id of a run, the digest of a plan, at least 8 digits of one, or `latest`.",
    ),
]
Parts = Annotated[
    list[str] | None,
    typer.Option("--part", help="Only this part of the run's plan, e.g. `users.update`."),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Only this source key (`groups:KEY` for a group), action id (8 digits or more), or "
        "ATTRIBUTE=VALUE that the run's plan took away, set, or counted by.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the command of this room."""
    app.command("undo")(undo)


def undo(
    context: typer.Context,
    reference: Run,
    reason: Reason = "",
    only: Only = None,
    part: Parts = None,
    days: Annotated[
        int, typer.Option("--days", help="The decisions end by themselves after these; 0 never.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Take back what a run did: a plan that waits for its votes, and decisions that keep it so."""
    from provisor.cli.rooms import house
    from provisor.cli.undo_tables import exit_code_of_undo, print_undone
    from provisor.engine.undoing.retrace import carried_out
    from provisor.engine.undoing.undo import Order, undo

    with house(globals_of(context)) as wiring:
        carried = carried_out(wiring.store, reference)
        job = wiring.job(carried.stored.plan.header.job)
        order = Order(reason, tuple(part or ()), tuple(only or ()), days)
        undone = undo(job, carried, order)
        print_undone(wiring, undone, as_json=as_json)
    raise typer.Exit(exit_code_of_undo(undone))
