"""import-entra."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from provisor.cli.options import Json, globals_of


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("import-entra")(import_entra)


def import_entra(
    context: typer.Context,
    schema: Annotated[
        Path,
        typer.Argument(
            metavar="SCHEMA", help="A synchronization schema, exported by Microsoft Graph as JSON."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", help="A new file for the draft; standard output without it."),
    ] = None,
    job: Annotated[str, typer.Option("--job", help="The first job's name.")] = "",
    as_json: Json = False,
) -> None:
    """Turn a Microsoft Entra synchronization schema into a draft, with a report of every key."""
    from provisor.cli.drafts import Wish, import_schema

    import_schema(Wish(schema, output, job), globals_of(context).verbosity, as_json=as_json)
