"""probe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("probe")(probe)


def probe(
    context: typer.Context,
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="A system by name.")],
    tries: Annotated[
        bool,
        typer.Option(
            "--try",
            help="Also make two accounts and a group, change them in every form, remove them.",
        ),
    ] = False,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write what was found to this file.")
    ] = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Find out how a system wants to be spoken to, and save it for the configuration."""
    from provisor.cli.manners import print_manners, save_manners
    from provisor.cli.rooms import house
    from provisor.engine.try_system import Asked, ask_manners
    from provisor.ports.connector import Manner

    with house(globals_of(context)) as wiring:
        manner = Manner.TRYING if tries else Manner.LOOKING
        asked = Asked(system, manner, wiring.actor.name, reason)
        found = ask_manners(asked, wiring.connector(system), wiring.store, wiring.clock)
        if save is not None:
            save_manners(found, save)
        raise typer.Exit(print_manners(found, system, save, as_json=as_json))
