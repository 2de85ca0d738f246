"""matches, link, unlink."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provisor.cli.options import Job, Json, Key, Reason, globals_of

if TYPE_CHECKING:
    from provisor.domain.schema import ObjectType
    from provisor.engine.asking.answer import Answer

Record = Annotated[
    str, typer.Argument(metavar="[KEY]", help="The natural key of a person or group.")
]
Account = Annotated[
    str,
    typer.Argument(
        metavar="[ACCOUNT]", help="The account's id or name in the target, or `new` for none."
    ),
]
File = Annotated[
    Path | None,
    typer.Option(
        "--file", help="Many answers: CSV with `key,account`, or an Entra provisioning log."
    ),
]
Approver = Annotated[
    str, typer.Option("--approver", help="Who agreed: somebody else, on your word.")
]
Group = Annotated[bool, typer.Option("--group", help="The key is a group's.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("matches")(matches)
    app.command("link")(link)
    app.command("unlink")(unlink)


def matches(context: typer.Context, job: Job, as_json: Json = False) -> None:
    """List what only people can say: records and the accounts that may be theirs, side by side."""
    from provisor.cli.rooms import house
    from provisor.cli.side_by_side import print_questions
    from provisor.engine.asking.questions import open_questions

    with house(globals_of(context)) as wiring:
        print_questions(job, open_questions(wiring.job(job)), as_json=as_json)


def link(
    context: typer.Context,
    job: Job,
    key: Record = "",
    account: Account = "",
    reason: Reason = "",
    file: File = None,
    group: Group = False,
    approver: Approver = "",
    as_json: Json = False,
) -> None:
    """Answer a match question: this account is the record's, or `new`; the next plan obeys."""
    from provisor.cli.rooms import house
    from provisor.cli.side_by_side import print_heard
    from provisor.engine.asking.answer import Word, hear
    from provisor.errors import DONE, SOMETHING_LEFT

    kind = _kind(group)
    answers = _answers(key, account, file, kind)
    with house(globals_of(context)) as wiring:
        heard = hear(wiring.job(job), answers, Word(reason, approver, kind))
        if file is None and heard[0].refusal is not None:
            raise heard[0].refusal
        print_heard(job, heard, as_json=as_json)
    # Of a file each line stands for itself: some were kept, so that something ran.
    raise typer.Exit(SOMETHING_LEFT if any(one.refusal for one in heard) else DONE)


def unlink(
    context: typer.Context,
    job: Job,
    key: Key,
    reason: Reason = "",
    group: Group = False,
    approver: Approver = "",
    as_json: Json = False,
) -> None:
    """End a wrong link: the account stays as it is, and no rule links the two again."""
    from provisor.cli.rooms import house
    from provisor.cli.side_by_side import print_parted
    from provisor.engine.asking.answer import Word
    from provisor.engine.part import part

    with house(globals_of(context)) as wiring:
        overrides = part(wiring.job(job), key, Word(reason, approver, _kind(group)))
        print_parted(job, overrides, as_json=as_json)


def _kind(group: object) -> ObjectType | None:
    from provisor.domain.schema import ObjectType

    return ObjectType.GROUPS if group else None


def _answers(
    key: str, account: str, file: Path | None, kind: ObjectType | None
) -> Sequence[Answer]:
    from provisor.config.incumbent_links import read_links
    from provisor.domain.schema import ObjectType
    from provisor.engine.asking.answer import Answer
    from provisor.errors import CommandInvalid

    if file is None and key and account:
        return [Answer(key, account)]
    if file is not None and not key and not account:
        return [Answer(*pair) for pair in read_links(file, kind or ObjectType.USERS)]
    raise CommandInvalid(
        "an answer names a record and an account, or a file of them",
        where="KEY, ACCOUNT, --file",
        safe="nothing was kept",
        next="`provisor link JOB KEY ACCOUNT --reason TEXT`, or `--file FILE.csv` in place of both",
    )
