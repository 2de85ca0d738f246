"""drift."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from provisor.cli.options import Job, Json, Reason, globals_of

if TYPE_CHECKING:
    from provisor.engine.drifting.drift_policy import Choice

Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="Only about this source key (of an owner, group or member)."),
]
Attributes = Annotated[
    list[str] | None,
    typer.Option("--attribute", help="Only about this target attribute, `members` or `account`."),
]

Decision = Annotated[
    str, typer.Option("--decide", help="`repair` it, `adopt` the value, or `except` it.")
]
Every = Annotated[bool, typer.Option("--every", help="Decide about everything that stands.")]
Until = Annotated[
    str, typer.Option("--until", help="Last day of the decision, such as `2031-05-31`.")
]
Passed = Annotated[bool, typer.Option("--all", help="Also what does not stand any more.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("drift")(drift)


def drift(
    context: typer.Context,
    job: Job,
    decision: Decision = "",
    key: Keys = None,
    attribute: Attributes = None,
    every: Every = False,
    until: Until = "",
    reason: Reason = "",
    approver: Annotated[
        str, typer.Option("--approver", help="Who agreed; of a decision that waits, who has to.")
    ] = "",
    passed: Passed = False,
    as_json: Json = False,
) -> None:
    """Say what others changed in the target, between which two looks; decide what follows."""
    from provisor.cli.drift_tables import print_drift
    from provisor.cli.override_tables import print_overrides
    from provisor.cli.rooms import house
    from provisor.engine.drifting.decide_drift import Ruling, decide_drift
    from provisor.engine.drifting.tell_drift import as_shown, tell_drift

    with house(globals_of(context)) as wiring:
        opened = wiring.job(job)
        if not decision:
            _refuse_idle(key, attribute, until, reason, every)
            report = as_shown(opened, tell_drift(opened))
            print_drift(report, as_json=as_json, passed=passed)
            return
        _refuse_unchosen(key, attribute, every)
        end = _end(until, opened.rules.zone)
        whom, what = frozenset(key or ()), frozenset(attribute or ())
        ruling = Ruling(_choice(decision), reason, end, whom, what, approver)
        overrides = decide_drift(opened, ruling)
        print_overrides(wiring, overrides, as_json=as_json)


def _choice(word: str) -> Choice:
    from provisor.engine.drifting.drift_policy import Choice
    from provisor.errors import UnknownName, nearest

    known = [choice.value for choice in Choice]
    if word in known:
        return Choice(word)
    near = nearest(word, known)
    raise UnknownName(
        f"no decision is called `{word}`",
        where="--decide",
        found=f"there are {', '.join(known)}",
        safe="nothing was kept",
        next=f"did you mean `{near}`?" if near else "choose one of them",
    )


def _end(day: str, zone: tzinfo) -> datetime | None:
    """Return the end of a day, in the configuration's time zone."""
    from provisor.errors import CommandInvalid

    if not day:
        return None
    try:
        begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError:
        raise CommandInvalid(
            "the end of a decision is a day",
            where="--until",
            found="something else; a day such as `2031-05-31` was expected",
            safe="nothing was kept",
            next="write year, month and day",
        ) from None
    return begin + timedelta(days=1)


def _refuse_unchosen(key: object, attribute: object, every: object) -> None:
    from provisor.errors import CommandInvalid

    if key or attribute or every:
        return
    raise CommandInvalid(
        "a decision says what it is about",
        where="drift --decide",
        found="neither `--key` nor `--attribute`, and not `--every`",
        safe="nothing was kept",
        next="name keys or attributes, or say `--every`",
    )


def _refuse_idle(*words: object) -> None:
    from provisor.errors import CommandInvalid

    if not any(words):
        return
    raise CommandInvalid(
        "these words belong to a decision, and none was given",
        where="drift",
        found="`--key`, `--attribute`, `--until`, `--reason` or `--every` without `--decide`",
        safe="nothing was kept",
        next="add `--decide repair`, `adopt` or `except`",
    )
