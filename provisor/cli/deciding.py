"""approve, reject, withdraw."""

from __future__ import annotations

from typing import Annotated

import typer

from provisor.cli.options import Json, Plan, Reason, globals_of

Parts = Annotated[
    list[str] | None, typer.Option("--part", help="Only this part, e.g. `users.create`.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        help="Only this source key (`groups:KEY` for a group), action id (8 digits or more), or "
        "ATTRIBUTE=VALUE that the plan takes away, sets, or counts by.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this room."""
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("withdraw")(withdraw)


def approve(
    context: typer.Context,
    reference: Plan,
    reason: Reason = "",
    part: Parts = None,
    only: Only = None,
    as_json: Json = False,
) -> None:
    """Approve exactly the actions of a plan, by their digests; the rest goes on waiting."""
    _vote(context, reference, "approve", reason, part or [], only or [], as_json=as_json)


def reject(
    context: typer.Context,
    reference: Plan,
    reason: Reason = "",
    part: Parts = None,
    only: Only = None,
    as_json: Json = False,
) -> None:
    """Reject actions of a plan: not carried out, in whichever plan, unless approved afterwards."""
    _vote(context, reference, "reject", reason, part or [], only or [], as_json=as_json)


def withdraw(
    context: typer.Context, reference: Plan, reason: Reason = "", as_json: Json = False
) -> None:
    """Take back your own word, as far as it was not carried out, or the plan that you started."""
    _vote(context, reference, "withdraw", reason, [], [], as_json=as_json)


def _vote(
    context: typer.Context,
    reference: str,
    kind: str,
    reason: str,
    parts: list[str],
    only: list[str],
    *,
    as_json: bool,
) -> None:
    from provisor.cli.printing import print_decision
    from provisor.cli.rooms import house
    from provisor.domain.approval import DecisionKind
    from provisor.engine.decide import Vote, selected, vote
    from provisor.engine.raise_alerts import alert_refused_vote
    from provisor.errors import Refusal

    with house(globals_of(context)) as wiring:
        stored = wiring.store.plans.find(reference)
        job = wiring.job(stored.plan.header.job)
        ballot = Vote(DecisionKind(kind), reason, tuple(parts), tuple(only))
        try:
            decision = vote(job, stored, wiring.actor, ballot)
            approves = decision.kind is DecisionKind.APPROVE
            left_out = selected(stored, ballot).broken if approves else ()
        except Refusal as refusal:
            alert_refused_vote(job, stored, wiring.actor.name, refusal)
            raise
        print_decision(wiring, decision, left_out, as_json=as_json)
