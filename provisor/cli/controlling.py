"""freeze, unfreeze, override."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of
from provisor.domain.override import Until

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
        str,
        typer.Option("--approver", help="Who is asked to agree, with `override approve`."),
    ] = "",
    days: Annotated[int, typer.Option("--days", help="Ends by itself after these; 0 never.")] = 0,
    until: Annotated[
        Until, typer.Option("--until", help="Also ends when the person leaves.")
    ] = Until.NOTHING,
    unseen: Annotated[
        bool, typer.Option("--unseen", help="Also for a key that nobody has had yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Decide against the rules, with a reason and an end."""
    from provisor.cli.rooms import house
    from provisor.cli.switches import Wish, add_override

    wish = Wish(kind, key, reason, job, groups, attribute, value, approver, days, until, unseen)
    with house(globals_of(context)) as wiring:
        add_override(wiring, wish, as_json=as_json)


@overrides.command("approve")
def approve(
    context: typer.Context,
    override_id: Annotated[str, typer.Argument(metavar="ID", help="The override's id.")],
    reason: Reason = "",
) -> None:
    """Agree with somebody else's override; it is in force from then on."""
    from provisor.cli.rooms import house
    from provisor.cli.switches import approve_override

    with house(globals_of(context)) as wiring:
        typer.echo(approve_override(wiring, override_id, reason))


@overrides.command("list")
def show_all(
    context: typer.Context,
    soon: Annotated[
        int | None,
        typer.Option("--expiring", metavar="DAYS", help="Only those that end within these days."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List every override, ended ones too."""
    from provisor.cli.override_tables import expiring, print_overrides
    from provisor.cli.rooms import house

    with house(globals_of(context)) as wiring:
        listed = wiring.store.overrides.all()
        if soon is not None:
            listed = tuple(expiring(listed, wiring.clock.now(), soon))
        print_overrides(wiring, listed, as_json=as_json)


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
