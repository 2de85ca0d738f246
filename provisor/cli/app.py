"""The application: global options, and the commands that are delivered."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from provisor import __version__
from provisor.cli import (
    asking,
    auditing,
    configuring,
    controlling,
    deciding,
    discovering,
    drifting,
    emergency,
    identities,
    importing,
    planning,
    probing,
    questions,
    retrying,
    starting,
    trying,
    undoing,
)
from provisor.cli.options import CONFIG_VARIABLE, DEFAULT_CONFIG, Globals

app = typer.Typer(
    name="provisor",
    help="Plan and apply for identities, with evidence.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"provisor {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", help=f"The configuration file [default: {DEFAULT_CONFIG}]."),
    ] = None,
    claimed: Annotated[
        str | None,
        typer.Option("--as", help="Who acts; only under `identity: {mode: asserted}`."),
    ] = None,
    verbose: Annotated[int, typer.Option("-v", count=True, help="Say more on errors.")] = 0,
    quiet: Annotated[int, typer.Option("-q", count=True, help="Show no progress.")] = 0,
    _shown: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Plan and apply for identities, with evidence."""
    path = config or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)
    context.obj = Globals(path, claimed, verbose - quiet)


for room in (
    *(planning, deciding, undoing, asking, questions, identities, drifting, discovering),
    *(controlling, retrying, emergency, auditing, starting, trying),
    *(importing, probing, configuring),
):
    room.add_to(app)


def asked(name: str) -> typer.Typer:
    """Return the application with the one command that is called; with all where it is none.

    Cost: the parameters of every command are read from its signature, for a tenth of a second.
    """
    commands = [one for one in app.registered_commands if one.name == name]
    groups = [one for one in app.registered_groups if one.name == name]
    if not commands and not groups:
        return app
    narrow = typer.Typer(
        name="provisor", add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )
    narrow.registered_callback = app.registered_callback
    narrow.registered_commands, narrow.registered_groups = commands, groups
    return narrow
