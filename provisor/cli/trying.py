"""eval, check, test, schema, upgrade, demo."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from provisor.cli.options import Json, globals_of


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("eval")(evaluate)
    app.command("check")(check)
    app.command("test")(rehearse)
    app.command("schema")(schema)
    app.command("upgrade")(upgrade)
    app.command("demo")(demo)


def evaluate(
    expression: Annotated[
        str | None, typer.Argument(metavar="EXPRESSION", help="A mapping expression.")
    ] = None,
    record: Annotated[str, typer.Option("--record", help="A record as a JSON object.")] = "{}",
    cases: Annotated[
        Path | None, typer.Option("--file", help="Cases, one JSON object per line.")
    ] = None,
    dialect: Annotated[
        str, typer.Option("--dialect", help="`entra`, or `connect` for Connect sync.")
    ] = "entra",
    now: Annotated[
        str, typer.Option("--now", help="What Now() gives, RFC 3339; this moment if left out.")
    ] = "",
    default_domain: Annotated[
        str, typer.Option("--default-domain", help="What DefaultDomain() gives.")
    ] = "",
) -> None:
    """Evaluate an expression on a record, or a file of cases, one JSON answer per line."""
    from provisor.cli.evaluation import Given, evaluate_file, evaluate_one

    if cases is not None:
        evaluate_file(cases)
        return
    given = Given(dialect, now, default_domain)
    raise typer.Exit(evaluate_one(expression, record, given))


def check(
    context: typer.Context,
    connect: Annotated[
        bool, typer.Option("--connect", help="Also ask every system whether it lets us in.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the configuration against every system; nothing is read or written."""
    from provisor.cli.checking import check_configuration, print_problems
    from provisor.cli.rooms import house
    from provisor.wiring import open_rehearsal

    given = globals_of(context)
    code = print_problems(given.config, as_json=as_json)
    if not code:
        # Only who asks the systems needs the secrets.
        opened = house(given) if connect else open_rehearsal(given.config, os.environ)
        with opened as wiring:
            code = check_configuration(wiring, connect=connect, as_json=as_json)
    raise typer.Exit(code)


def rehearse(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILES",
            help="Files of cases, or folders; `tests/` beside the configuration if left out.",
        ),
    ] = None,
    covers: Annotated[
        bool, typer.Option("--coverage", help="Also say which rules no case reaches.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Try the configuration on cases: rows in, what must follow out; no system is touched."""
    from provisor.cli.rehearsing import rehearse_configuration

    given = globals_of(context)
    raise typer.Exit(rehearse_configuration(given, files or [], covers=covers, as_json=as_json))


def schema(
    output: Annotated[
        str | None,
        typer.Option("--output", help="A JSON shape that commands print, e.g. `plan`."),
    ] = None,
    cases: Annotated[
        bool, typer.Option("--tests", help="That of a file of cases for `provisor test`.")
    ] = False,
) -> None:
    """Print the JSON Schema of the configuration, of cases, or of what a command prints."""
    from provisor.cli.checking import print_case_schema, print_schema

    if cases:
        print_case_schema()
    else:
        print_schema(output)


def upgrade(context: typer.Context) -> None:
    """Create the store, or bring it to this program's revision."""
    from provisor.cli.checking import upgrade_store_of

    typer.echo(upgrade_store_of(globals_of(context)))


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo keeps its company.")] = Path(
        "provisor-demo"
    ),
    serve: Annotated[
        bool, typer.Option("--serve", help="Start the demo's SCIM application again.")
    ] = False,
) -> None:
    """Walk through three days of a fictional company: first plan, daily flow, broken feed."""
    from provisor.cli.rooms import watched
    from provisor.demo.story import serve_demo, tell_story

    if serve:
        raise typer.Exit(serve_demo(folder))
    with watched(globals_of(context)) as progress:
        code = tell_story(folder, progress)
    raise typer.Exit(code)
