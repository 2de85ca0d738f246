"""How plans, results and decisions look: readable tables, or JSON in the documented shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from rich.table import Table
from rich.text import Text

from provisor.cli.besides import Besides, besides_of, besides_shape, print_besides
from provisor.cli.budgets import print_foretold, print_taken
from provisor.cli.citing import citing_shape, print_citing
from provisor.cli.costs import print_forecast, print_spent
from provisor.cli.differences import print_difference
from provisor.cli.referred import named, pending_words, shown_changes
from provisor.cli.rooms import console, print_json, print_lines
from provisor.cli.shapes import MOST_ACTIONS, plan_shape, result_shape
from provisor.cli.streaming import action_lines
from provisor.domain.action import Operation
from provisor.domain.approval import Decision, DecisionKind
from provisor.domain.event import moment
from provisor.domain.plan import PlannedAction, Ruling
from provisor.domain.plan_difference import difference
from provisor.domain.plan_reading import Written, changing, clusters, gravest, outliers
from provisor.domain.record import as_text
from provisor.domain.reference import NATIVE
from provisor.domain.schema import ObjectType
from provisor.engine.run import Result
from provisor.errors import CommandInvalid
from provisor.ports.store import StoredPlan
from provisor.wiring import Wiring

MOST_ROWS = 40
"""Actions in a table; the rest is counted."""
MOST_PENDING = 10
"""References that are left out and named; the rest is counted."""
_STYLES = {
    Ruling.ALLOWED: "green",
    Ruling.NEEDS_DECISION: "yellow",
    Ruling.REFUSED: "red",
}


def member_keys(
    wiring: Wiring, stored: StoredPlan, actions: Iterable[PlannedAction]
) -> dict[str, str]:
    """Return source keys of the identities that the plan is about, or that some acts name."""
    wanted = set(stored.plan.header.only)
    for planned in actions:
        wanted.update(planned.action.adds)
        wanted.update(planned.action.removes)
        wanted.update(planned.action.referred, planned.action.released)
    if not wanted:
        return {}
    source = stored.plan.header.source
    return {
        identity: key
        for object_type in (ObjectType.GROUPS, ObjectType.USERS)
        for key, identity in wiring.store.identities.known(source, object_type).items()
        if identity in wanted
    }


def _shown(stored: StoredPlan) -> Iterable[PlannedAction]:
    """Return the acts whose members and references are shown: of a large plan a few pages."""
    actions = stored.plan.actions
    if not isinstance(actions, Written):
        return actions
    if not actions.naming():
        return ()
    return chain(actions[:MOST_ACTIONS], gravest(actions, MOST_ROWS), changing(actions))


def _lines(wiring: Wiring, stored: StoredPlan) -> Iterator[str]:
    actions, source = stored.plan.actions, stored.plan.header.source
    if not isinstance(actions, Written):
        return action_lines(actions, member_keys(wiring, stored, actions))
    known = wiring.store.identities.known
    kinds = (ObjectType.GROUPS, ObjectType.USERS) if actions.naming() else ()
    keys = {identity: key for kind in kinds for key, identity in known(source, kind).items()}
    return action_lines(actions, keys)


def print_plan(wiring: Wiring, stored: StoredPlan, *, as_json: bool, as_lines: bool) -> None:
    """Print a stored plan."""
    if as_lines:
        print_lines(_lines(wiring, stored))
        return
    keys = member_keys(wiring, stored, _shown(stored))
    if as_json:
        besides = besides_of(wiring, stored)
        citing = citing_shape(wiring, stored, keys)
        print_json(plan_shape(stored, keys) | citing | besides_shape(besides))
    else:
        _print_readable(wiring, stored, keys, besides_of(wiring, stored))


def print_against(wiring: Wiring, now: StoredPlan, was: StoredPlan, *, as_json: bool) -> None:
    """Print what came, went and changed from one stored plan to another of the same job.

    Raises:
        CommandInvalid: the plans are of different jobs.
    """
    ours, theirs = now.plan.header, was.plan.header
    if ours.job != theirs.job:
        raise CommandInvalid(
            "plans of different jobs are not compared",
            where="--diff",
            found=f"{ours.job} and {theirs.job}",
            safe="nothing was changed",
            next="name two plans of one job; `provisor status` shows the newest of each",
        )
    keys = {
        **member_keys(wiring, was, was.plan.actions),
        **member_keys(wiring, now, now.plan.actions),
    }
    found = difference(now.plan.actions, was.plan.actions)
    print_difference(now, was, found, keys, as_json=as_json)


def print_result(wiring: Wiring, result: Result, *, as_json: bool, as_lines: bool) -> None:
    """Print a plan and what became of it."""
    if as_lines:
        print_lines(_lines(wiring, result.stored))
        return
    keys = member_keys(wiring, result.stored, _shown(result.stored))
    if as_json:
        print_json(result_shape(result, keys) | citing_shape(wiring, result.stored, keys))
    else:
        _print_readable(wiring, result.stored, keys, Besides())
        _print_outcomes(result)
        if result.run is not None:
            print_taken(wiring, result.stored, result.run)


def _print_readable(
    wiring: Wiring, stored: StoredPlan, keys: dict[str, str], besides: Besides
) -> None:
    out = console()
    header = stored.plan.header
    out.print(f"plan {stored.plan.digest[:12]}  {header.job}: {header.source} -> {header.target}")
    out.print(
        Text(f"verdict {stored.verdict.value}", style=_STYLES[stored.verdict])
        + Text(f", status {stored.status.value}, baseline {stored.baseline}")
    )
    for line in _cycle(stored):
        out.print(Text(line, style="dim"))
    for sentence in _warnings(stored):
        out.print(Text(sentence, style="yellow"))
    print_citing(wiring, stored, keys)
    if stored.parts:
        out.print(_parts(stored))
    _print_costs(wiring, stored, besides)
    print_besides(besides)
    for verdict in stored.verdicts:
        if verdict.result is not Ruling.ALLOWED:
            about = f" ({verdict.about})" if verdict.about else ""
            line = f"{verdict.part} {verdict.name}{about}: {verdict.value}, limit {verdict.limit}"
            out.print(Text(f"  {line}; {verdict.reason}", style=_STYLES[verdict.result]))
    _print_sums(stored)
    if stored.plan.actions:
        _print_shared(stored, keys)
        out.print(_actions(stored, keys))
    _print_left(stored)


def _print_left(stored: StoredPlan) -> None:
    """What goes no further: records that are set aside, and references that are left out."""
    out = console()
    for one in stored.set_aside[:MOST_ROWS]:
        out.print(Text(f"set aside: {one.parts.get('where', one.key)}: {one.parts['what']}"))
        out.print(Text(f"  next:  {one.parts.get('next', '')}", style="dim"))
    for words in pending_words(stored.pending[:MOST_PENDING]):
        out.print(Text(words, style="dim"))
    left = len(stored.pending) - MOST_PENDING
    if left > 0:
        out.print(Text(f"and {left} more are left out for now", style="dim"))


def _cycle(stored: StoredPlan) -> Iterable[str]:
    """Say what the plan was made from."""
    look = stored.look
    if look is not None and look.full:
        why = f" ({look.reason})" if look.reason else ""
        yield f"made from a full read of {look.rows:,} rows{why}"
    elif look is not None:
        full_at = moment(look.full_at) if look.full_at is not None else "never"
        yield f"made from what changed, {look.rows:,} rows; the last full read was at {full_at}"


def _warnings(stored: StoredPlan) -> Iterable[str]:
    if not stored.four_eyes:
        yield "four eyes are switched off: approvals are not evidence of separation"
    if stored.plan.header.only:
        yield f"on demand: only {len(stored.plan.header.only)} of all are looked at"
    if stored.asserted:
        yield "identities are asserted, not proven: who acted is not evidence"


def _parts(stored: StoredPlan) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("part", "actions", "verdict"):
        table.add_column(heading, justify="right" if heading == "actions" else "left")
    for part in stored.parts:
        waits = part.verdict is Ruling.NEEDS_DECISION and part.approvers > 1
        words = part.verdict.value + (f" of {part.approvers} people" if waits else "")
        verdict = Text(words, style=_STYLES[part.verdict])
        table.add_row(Text(part.part), str(part.count), verdict)
    return table


def _print_sums(stored: StoredPlan) -> None:
    out = console()
    for word, tallies in (("records", stored.records), ("accounts", stored.accounts)):
        for object_type, tally in tallies.items():
            classes = ", ".join(f"{n} {name}" for name, n in tally.classes.items() if n)
            out.print(f"{object_type.value} {word}: {tally.seen} = {classes or 'nothing'}")
    for object_type, attributes in stored.references.items():
        for name, tally in attributes.items():
            classes = ", ".join(f"{n} {word}" for word, n in tally.classes.items() if n)
            what = f"{object_type.value} {name}: {tally.seen} = {classes or 'nothing'}"
            out.print(Text(what))


def _actions(stored: StoredPlan, keys: dict[str, str]) -> Table:
    """The gravest first: who has five minutes reads from the top."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("action", "operation", "key", "name", "changes", "rule"):
        table.add_column(heading, overflow="fold")
    count = len(stored.plan.actions)
    for planned in gravest(stored.plan.actions, MOST_ROWS):
        table.add_row(
            planned.id[:8],
            Text(planned.action.operation.value),
            Text(planned.draft.key),
            Text(planned.draft.name),
            Text(_changes(planned, keys)),
            Text(planned.action.rule),
        )
    left = count - MOST_ROWS
    if left > 0:
        table.caption = (
            f"{MOST_ROWS} of {count}, the gravest first; "
            f"and {left} more; `provisor show {stored.plan.digest[:12]} --jsonl`"
        )
    return table


def _print_shared(stored: StoredPlan, keys: dict[str, str]) -> None:
    """What many accounts share is one line; what hardly any has is named."""
    out = console()
    for one in clusters(stored.plan.actions):
        ends = (one.before, one.after)
        before, after = (named(end, keys) for end in ends) if one.refers else ends
        change = f"{_value(before)} -> {_value(after)}"
        out.print(Text(f"{one.attribute}: {change} for {one.count} {one.object_type.value}"))
    for planned in outliers(stored.plan.actions):
        names = ", ".join(change.attribute for change in planned.action.changes)
        out.print(Text(f"stands out: {planned.id[:8]} {planned.draft.key} changes {names}"))


def _changes(planned: PlannedAction, keys: dict[str, str]) -> str:
    action = planned.action
    if action.operation is Operation.MEMBERSHIP:
        nobodys = {native: f"{NATIVE}{native}" for native in action.outsiders}
        return (
            _members(action.adds, "+", keys)
            + _members(action.removes, "-", keys)
            + _members(action.outsiders, "-", nobodys)
        )
    if action.operation is Operation.CREATE:
        told = [f"{c.attribute}={as_text(c.after)}" for c in action.shown()[:4]]
        return ", ".join([*told, *(f"{d.attribute}=drawn by {d.generator}" for d in action.draws)])
    if action.operation is Operation.DELETE:
        return f"everything ({len(action.changes)} attributes)"
    changes = shown_changes(action, keys)
    told = [f"{c.attribute}: {_value(c.before)} -> {_value(c.after)}" for c in changes]
    return ", ".join(told) or "nothing but the link"


def _print_costs(wiring: Wiring, stored: StoredPlan, besides: Besides) -> None:
    """Say what carrying out takes, or how what it took compares."""
    if besides.runs:
        print_taken(wiring, stored, besides.runs[0])
    else:
        print_forecast(stored.forecast)
        print_foretold(wiring, stored)


def _members(members: tuple[str, ...], sign: str, keys: dict[str, str]) -> str:
    shown = " ".join(f"{sign}{keys.get(member, member[:8])}" for member in members[:5])
    more = f" and {len(members) - 5} more" if len(members) > 5 else ""
    return f"{shown}{more} " if members else ""


def _value(value: object) -> str:
    text = as_text(value)  # type: ignore[arg-type]  # a change holds nothing but values
    return text or "nothing"


def _print_outcomes(result: Result) -> None:
    out = console()
    if result.outcomes:
        sums = ", ".join(f"{n} {name}" for name, n in result.outcomes.items() if n)
        out.print(f"outcomes: {sums or 'nothing to do'}")
    for outcome in result.left[:MOST_ROWS]:
        text = f"{outcome.state.value}: {outcome.action_id[:8]} {outcome.code} {outcome.message}"
        out.print(Text(text, style="red"))
    if result.run is not None:
        print_spent(result.run)
    if result.drift:
        out.print(Text(f"{len(result.drift)} effect(s) are missing in the target", style="red"))
    if result.stopped:
        out.print(Text(f"stopped: {result.stopped}", style="red"))
    if result.waiting or (not result.outcomes and result.stored.verdict is Ruling.NEEDS_DECISION):
        _print_next(result.stored, result.waiting)


def _print_next(stored: StoredPlan, waiting: int) -> None:
    count = waiting or sum(
        part.count for part in stored.parts if part.verdict is Ruling.NEEDS_DECISION
    )
    if count:
        console().print(
            f"{count} action(s) wait for a decision: "
            f"`provisor approve {stored.plan.digest[:12]} --reason TEXT`"
        )


def print_decision(
    wiring: Wiring, decision: Decision, left_out: Sequence[PlannedAction], *, as_json: bool
) -> None:
    """Print what was decided, what was left out of it, and what to do next."""
    stored = wiring.store.plans.find(decision.plan)
    besides = besides_of(wiring, stored)
    if as_json:
        print_json(
            {
                "decision": decision.id,
                "kind": decision.kind.value,
                "plan": decision.plan,
                "approver": decision.approver,
                "actions": len(decision.actions),
                "expires_at": moment(decision.expires_at),
                "status": stored.status.value,
                "left_out": [planned.id for planned in left_out],
                "waits": besides_shape(besides)["waits"],
            }
        )
        return
    out = console()
    out.print(
        f"{decision.kind.value}: {decision.approver} on plan {decision.plan[:12]}, "
        f"{len(decision.actions)} action(s), until {moment(decision.expires_at)}"
    )
    if left_out:
        bundles = len({planned.draft.bundle for planned in left_out})
        text = f"{len(left_out)} action(s) left out: you chose only a part of {bundles} bundle(s)"
        out.print(Text(text, style="yellow"))
    print_besides(replace(besides, runs=()))
    if decision.kind is DecisionKind.APPROVE:
        out.print(f"next: `provisor apply {decision.plan[:12]}`")
