"""kill."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("kill")(kill)


def kill(
    context: typer.Context,
    people: Annotated[
        list[str],
        typer.Argument(
            metavar="PERSON...",
            help="Source key, account id, or the name of an account; at most ten.",
        ),
    ],
    reason: Reason = "",
    despite_freeze: Annotated[
        bool,
        typer.Option("--despite-freeze", help="Send it to frozen targets, too."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Take all access from a person now: no feed, no lease, no vote; it stays so."""
    from provisor.cli.killing import Wish, kill_people
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        code = kill_people(wiring, people, Wish(reason, despite_freeze), as_json=as_json)
    raise typer.Exit(code)
