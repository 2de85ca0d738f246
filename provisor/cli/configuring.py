"""config: propose, diff, show, approve, reject, withdraw, activate, history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of

Revision = Annotated[
    str,
    typer.Argument(
        metavar="REVISION",
        help="A revision's number, at least 8 digits of its digest, `latest`, or `active`.",
    ),
]

config = typer.Typer(
    help="Revisions of the configuration: who proposed them, what they do, who agreed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.add_typer(config, name="config")


@config.command("propose")
def propose(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The proposed text; left out, the file in question."),
    ] = None,
    reason: Reason = "",
    origin: Annotated[
        str,
        typer.Option("--from", metavar="REVISION", help="Bring an earlier revision back."),
    ] = "",
    as_json: Json = False,
) -> None:
    """Propose a configuration, with what it would do and what its cases give."""
    from provisor.cli.proposing import Wish, propose_revision
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        code = propose_revision(wiring, Wish(file, origin, reason), as_json=as_json)
    raise typer.Exit(code)


@config.command("diff")
def diff(
    context: typer.Context,
    reference: Revision = "latest",
    against: Annotated[
        str,
        typer.Option(
            "--against", metavar="REVISION", help="Compare with this one; else that before it."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Show what a revision changes: by meaning, guards that become looser first; then as text."""
    from provisor.cli.revision_tables import print_difference
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        print_difference(wiring, reference, against, as_json=as_json)


@config.command("show")
def show(
    context: typer.Context,
    reference: Revision = "latest",
    as_text: Annotated[
        bool, typer.Option("--text", help="Only the text, as it would stand in the file.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show where a revision stands, who would gain and lose what, and who said what."""
    from provisor.cli.revision_tables import print_revision, print_text
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        if as_text:
            print_text(wiring, reference)
        else:
            print_revision(wiring, reference, as_json=as_json)


@config.command("approve")
def approve(
    context: typer.Context,
    reference: Revision,
    reason: Reason = "",
    results: Annotated[
        str,
        typer.Option(
            "--results", metavar="DIGEST", help="Only if these are the newest results, as seen."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Approve a revision, as it was shown with its newest results."""
    _speak(context, reference, "approve", reason, results, as_json=as_json)


@config.command("reject")
def reject(
    context: typer.Context, reference: Revision, reason: Reason = "", as_json: Json = False
) -> None:
    """Reject a revision; it can only be proposed anew."""
    _speak(context, reference, "reject", reason, as_json=as_json)


@config.command("withdraw")
def withdraw(
    context: typer.Context, reference: Revision, reason: Reason = "", as_json: Json = False
) -> None:
    """Take back your own approval, or the revision that you proposed."""
    _speak(context, reference, "withdraw", reason, as_json=as_json)


@config.command("activate")
def activate(
    context: typer.Context,
    reference: Revision,
    reason: Reason = "",
    keep_file: Annotated[
        bool, typer.Option("--keep-file", help="Leave the file alone: something else writes it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make an approved revision the active one, and write its text into the file."""
    from provisor.cli.proposing import activate_revision
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        code = activate_revision(wiring, reference, reason, keep_file=keep_file, as_json=as_json)
    raise typer.Exit(code)


@config.command("history")
def history(context: typer.Context, as_json: Json = False) -> None:
    """List every revision, the newest first."""
    from provisor.cli.revision_tables import print_history
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        print_history(wiring, as_json=as_json)


def _speak(
    context: typer.Context,
    reference: str,
    kind: str,
    reason: str,
    results: str = "",
    *,
    as_json: bool,
) -> None:
    from provisor.cli.revision_tables import print_standing
    from provisor.cli.rooms import house
    from provisor.domain.approval import DecisionKind
    from provisor.engine.revisions.agreeing import speak
    from provisor.wiring import desk_of

    with house(globals_of(context)) as wiring:
        found = speak(desk_of(wiring), reference, DecisionKind(kind), reason, results)
        print_standing(wiring, found, as_json=as_json)
