"""audit verify."""

from __future__ import annotations

import typer

from provisor.cli.options import Json, globals_of

audit = typer.Typer(
    help="The append-only log behind everything.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.add_typer(audit, name="audit")


@audit.callback()
def _group() -> None:
    """The append-only log behind everything."""


@audit.command("verify")
def verify(context: typer.Context, as_json: Json = False) -> None:
    """Recompute the whole log and hold it against the state; exit 5 when they disagree."""
    from provisor.cli.evidence import verify_log
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        code = verify_log(wiring, as_json=as_json)
    raise typer.Exit(code)
