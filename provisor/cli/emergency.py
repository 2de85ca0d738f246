"""kill, break-glass."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of

glass = typer.Typer(
    help="Open one gate for a short time, and look at it afterwards.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("kill")(kill)
    app.add_typer(glass, name="break-glass")


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


@glass.command("open")
def open_gate(
    context: typer.Context,
    target: Annotated[str, typer.Option("--target", help="The system that is written to.")],
    part: Annotated[str, typer.Option("--part", help="The class of acts, e.g. `users.disable`.")],
    reason: Reason = "",
    minutes: Annotated[int, typer.Option("--minutes", help="1 to 60.")] = 60,
    as_json: Json = False,
) -> None:
    """Let one class of acts go out to one target without a vote; somebody is told at once."""
    from provisor.cli.openings import open_glass
    from provisor.cli.rooms import house
    from provisor.engine.emergency.break_glass import Wanted

    with house(globals_of(context)) as wiring:
        open_glass(wiring, Wanted(target, part, reason, minutes), as_json=as_json)


@glass.command("list")
def show_all(context: typer.Context, as_json: Json = False) -> None:
    """List every opening, with what went out through it."""
    from provisor.cli.openings import print_openings
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        print_openings(wiring, wiring.store.openings.all(), as_json=as_json)


@glass.command("review")
def review(
    context: typer.Context,
    opening: Annotated[str, typer.Argument(metavar="ID", help="The opening's id.")],
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Say what you found in what went out through a gate; it is shut by that."""
    from provisor.cli.openings import review_glass
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        review_glass(wiring, opening, reason, as_json=as_json)
