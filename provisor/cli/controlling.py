"""freeze, unfreeze, override."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of

Target = Annotated[str, typer.Option("--target", help="Only this system; without it, everything.")]

overrides = typer.Typer(
    help="People's decisions that outlive cycles.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("freeze")(freeze)
    app.command("unfreeze")(unfreeze)
    app.add_typer(overrides, name="override")


def freeze(context: typer.Context, target: Target = "*", reason: Reason = "") -> None:
    """Stop all writing at once; it is honoured before every single write."""
    from provisor.cli.rooms import house
    from provisor.cli.switches import freeze_writing

    with house(globals_of(context)) as wiring:
        typer.echo(freeze_writing(wiring, target, reason))


def unfreeze(context: typer.Context, target: Target = "*", reason: Reason = "") -> None:
    """Lift a freeze."""
    from provisor.cli.rooms import house
    from provisor.cli.switches import unfreeze_writing

    with house(globals_of(context)) as wiring:
        typer.echo(unfreeze_writing(wiring, target, reason))


@overrides.command("add")
def add(
    context: typer.Context,
    kind: Annotated[
        str, typer.Option("--kind", help="hold, keep, deny, pin, unlink, revoke or grant.")
    ],
    key: Annotated[str, typer.Option("--key", help="The source key of the person or group.")],
    reason: Reason = "",
    job: Annotated[str, typer.Option("--job", help="Only this job; without it, all.")] = "",
    groups: Annotated[bool, typer.Option("--group", help="The key is a group's.")] = False,
    attribute: Annotated[str, typer.Option("--attribute", help="For `pin`.")] = "",
    value: Annotated[
        str,
        typer.Option(
            "--value",
            help="For `pin` the value; for `unlink` the account; for `revoke` and `grant` the key "
            "of the group.",
        ),
    ] = "",
    approver: Annotated[
        str, typer.Option("--approver", help="Who agreed: somebody else, on your word.")
    ] = "",
    days: Annotated[int, typer.Option("--days", help="Ends by itself after these; 0 never.")] = 0,
    unseen: Annotated[
        bool, typer.Option("--unseen", help="Also for a key that nobody has had yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Decide against the rules, with a reason and an end."""
    from provisor.cli.rooms import house
    from provisor.cli.switches import Wish, add_override

    wish = Wish(kind, key, reason, job, groups, attribute, value, approver, days, unseen)
    with house(globals_of(context)) as wiring:
        add_override(wiring, wish, as_json=as_json)


@overrides.command("list")
def show_all(context: typer.Context, as_json: Json = False) -> None:
    """List every override, ended ones too."""
    from provisor.cli.rooms import house
    from provisor.cli.switches import print_overrides

    with house(globals_of(context)) as wiring:
        print_overrides(wiring.store.overrides.all(), wiring.clock.now(), as_json=as_json)


@overrides.command("end")
def end(
    context: typer.Context,
    override_id: Annotated[
        str, typer.Argument(metavar="ID", help="Its id, or an undo's for all of that undo.")
    ],
    reason: Reason = "",
) -> None:
    """End an override; the rules apply again from the next cycle on."""
    from provisor.cli.rooms import house
    from provisor.cli.switches import end_override

    with house(globals_of(context)) as wiring:
        typer.echo(end_override(wiring, override_id, reason))
