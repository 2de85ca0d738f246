"""identity: who is who over several sources."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Reason, globals_of

System = Annotated[
    str, typer.Argument(metavar="SYSTEM", help="A system whose connector is `people`.")
]
Person = Annotated[
    str,
    typer.Argument(
        metavar="PERSON", help="Who stays: the person's key, or a record such as `hr:E1003`."
    ),
]
Other = Annotated[
    str,
    typer.Argument(metavar="OTHER", help="Who becomes part of the person: a key, or a record."),
]
Record = Annotated[
    str, typer.Argument(metavar="RECORD", help="A record, such as `contractors:C7`.")
]
Approver = Annotated[
    str, typer.Option("--approver", help="Who agreed: somebody else, on your word.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    room = typer.Typer(help="Say who is who over several sources.", no_args_is_help=True)
    room.command("show")(show)
    room.command("merge")(merge)
    room.command("split")(split)
    app.add_typer(room, name="identity")


def show(context: typer.Context, system: System, person: Person, as_json: Json = False) -> None:
    """Show one person: the records, by which rule each was joined, and who said what."""
    from provisor.cli.people_shapes import print_portrait
    from provisor.cli.rooms import house
    from provisor.engine.people.people_desk import portrait_of
    from provisor.wiring import people_desk_of

    with house(globals_of(context)) as wiring:
        print_portrait(*portrait_of(people_desk_of(wiring, system), person), as_json=as_json)


def merge(
    context: typer.Context,
    system: System,
    person: Person,
    other: Other,
    reason: Reason = "",
    approver: Approver = "",
    as_json: Json = False,
) -> None:
    """Say that two people are one; `identity split` takes it apart again, as it was."""
    from provisor.cli.people_shapes import print_said
    from provisor.cli.rooms import house
    from provisor.engine.asking.answer import Word
    from provisor.engine.people import identity_words
    from provisor.wiring import people_desk_of

    with house(globals_of(context)) as wiring:
        desk = people_desk_of(wiring, system)
        said = identity_words.merge(desk, person, other, Word(reason, approver))
        print_said(said, as_json=as_json)


def split(
    context: typer.Context,
    system: System,
    record: Record,
    reason: Reason = "",
    approver: Approver = "",
    as_json: Json = False,
) -> None:
    """Say that a record is not this person's: a merge comes apart, a question is answered no."""
    from provisor.cli.people_shapes import print_said
    from provisor.cli.rooms import house
    from provisor.engine.asking.answer import Word
    from provisor.engine.people import identity_words
    from provisor.wiring import people_desk_of

    with house(globals_of(context)) as wiring:
        desk = people_desk_of(wiring, system)
        said = identity_words.split(desk, record, Word(reason, approver))
        print_said(said, as_json=as_json)
