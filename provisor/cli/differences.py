"""How two plans differ: what came, what went, what changed; as JSON and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.table import Table
from rich.text import Text

from provisor.cli.costs import cost_shape, print_forecast
from provisor.cli.referred import shown_change, shown_changes
from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import (
    MOST_ACTIONS,
    action_shape,
    operation_counts,
    part_shape,
    set_aside_shape,
    tallies_shape,
    value_shape,
)
from provisor.domain.action import Change
from provisor.domain.plan import PlannedAction
from provisor.domain.plan_difference import MEMBERS, Difference, Facet, Turn
from provisor.domain.record import Presence, as_text
from provisor.engine.explain import NEW
from provisor.engine.what_if import Foreseen, WhatIf
from provisor.ports.store import StoredPlan

MOST_ROWS = 40

Shape = dict[str, object]
Keys = Mapping[str, str]
"""Identity id to source key."""


def print_difference(
    now: StoredPlan, was: StoredPlan, found: Difference, keys: Keys, *, as_json: bool
) -> None:
    """Print how one stored plan differs from another."""
    if as_json:
        head: Shape = {"plan": now.plan.digest, "against": was.plan.digest}
        print_json(head | {"job": now.plan.header.job} | difference_shape(found, keys))
        return
    out = console()
    out.print(f"from plan {was.plan.digest[:12]} to plan {now.plan.digest[:12]}")
    _print_found(found, keys)


def print_what_if(found: WhatIf, job: str, keys: Keys, *, as_json: bool) -> None:
    """Print the plan under another configuration beside today's."""
    if as_json:
        print_json(what_if_shape(found, job, keys))
        return
    out = console()
    for word, one in (("today", found.today), ("what if", found.other)):
        parts = ", ".join(f"{p.part} {p.count} {p.verdict.value}" for p in one.parts) or "nothing"
        out.print(f"{word}: verdict {one.verdict.value}; {parts}")
        print_forecast(one.forecast)
    _print_found(found.difference, keys)
    out.print("nothing was written, and nothing of this is kept")


def what_if_shape(found: WhatIf, job: str, keys: Keys) -> Shape:
    """Return the shape of two plans beside each other."""
    both: Shape = {
        "job": job,
        "today": _foreseen_shape(found.today),
        "what_if": _foreseen_shape(found.other),
    }
    return both | difference_shape(found.difference, keys)


def _foreseen_shape(one: Foreseen) -> Shape:
    return {
        "configuration": one.configuration,
        "verdict": one.verdict.value,
        "parts": [part_shape(part) for part in one.parts],
        "verdicts": [verdict.body() for verdict in one.verdicts],
        "counts": operation_counts(one.actions),
        "records": tallies_shape(one.records, "in"),
        "accounts": tallies_shape(one.accounts, "seen"),
        "set_aside": [set_aside_shape(aside) for aside in one.set_aside],
        "forecast": cost_shape(one.forecast),
    }


def difference_shape(found: Difference, keys: Keys) -> Shape:
    """Return the shape of a difference; at most 1,000 of each list."""
    lists = (found.came, found.went, found.changed)
    return {
        "differences": {**found.counts(), "unchanged": found.unchanged},
        "came": [action_shape(one, keys) for one in found.came[:MOST_ACTIONS]],
        "went": [action_shape(one, keys) for one in found.went[:MOST_ACTIONS]],
        "changed": [_turn_shape(turn, keys) for turn in found.changed[:MOST_ACTIONS]],
        "truncated": any(len(one) > MOST_ACTIONS for one in lists),
    }


def _turn_shape(turn: Turn, keys: Keys) -> Shape:
    action = turn.now.action
    return {
        "object": action.object_type.value,
        "operation": action.operation.value,
        "key": turn.now.draft.key,
        "id": turn.now.id,
        "was_id": turn.was.id,
        "changes": [
            {
                "attribute": facet.attribute,
                "was": _side(facet, facet.was, keys),
                "now": _side(facet, facet.now, keys),
            }
            for facet in _facets(turn, keys)
        ],
    }


def _facets(turn: Turn, keys: Keys) -> Iterable[Facet]:
    """Yield what differs, with names for identities where an attribute is a reference."""
    for facet in turn.facets:
        was = facet.was and shown_change(facet.was, turn.was.action, keys)
        now = facet.now and shown_change(facet.now, turn.now.action, keys)
        yield Facet(facet.attribute, was, now)


def _side(facet: Facet, change: Change | None, keys: Keys) -> Shape | None:
    if change is None:
        return None
    if facet.attribute == MEMBERS:
        return {"before": _named(change.before, keys), "after": _named(change.after, keys)}
    return {"before": value_shape(change.before), "after": value_shape(change.after)}


def _named(members: Presence, keys: Keys) -> list[str]:
    listed = members if isinstance(members, tuple) else ()
    return sorted(_key(str(member), keys) for member in listed)


def _key(member: str, keys: Keys) -> str:
    return keys.get(member, member.removeprefix(f"{NEW}:"))


def _print_found(found: Difference, keys: Keys) -> None:
    out = console()
    for word, counted in found.counts().items():
        sums = ", ".join(f"{count} {operation}" for operation, count in counted.items())
        out.print(f"{word}: {sums or 'nothing'}")
    out.print(f"unchanged: {found.unchanged}")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "object", "operation", "key", "changes"):
        table.add_column(heading, overflow="fold")
    rows = [*_rows("+", found.came, keys), *_rows("-", found.went, keys)]
    rows += [_turn_row(turn, keys) for turn in found.changed]
    for row in rows[:MOST_ROWS]:
        table.add_row(*map(Text, row))
    if len(rows) > MOST_ROWS:
        table.caption = f"and {len(rows) - MOST_ROWS} more; `--json` names up to {MOST_ACTIONS:,}"
    if rows:
        out.print(table)


Row = tuple[str, str, str, str, str]


def _rows(sign: str, actions: Iterable[PlannedAction], keys: Keys) -> Iterable[Row]:
    for one in actions:
        action = one.action
        changes = shown_changes(action, keys)
        told = [f"{c.attribute}: {_shown(c.before)} -> {_shown(c.after)}" for c in changes]
        told += [f"+{_key(member, keys)}" for member in action.adds]
        told += [f"-{_key(member, keys)}" for member in action.removes]
        more = f" and {len(told) - 4} more" if len(told) > 4 else ""
        kind = (action.object_type.value, action.operation.value)
        yield sign, *kind, one.draft.key, ", ".join(told[:4]) + more


def _turn_row(turn: Turn, keys: Keys) -> Row:
    action = turn.now.action
    told = ", ".join(
        f"{facet.attribute}: {_aim(facet, facet.was, keys)} => {_aim(facet, facet.now, keys)}"
        for facet in _facets(turn, keys)
    )
    return "~", action.object_type.value, action.operation.value, turn.now.draft.key, told


def _aim(facet: Facet, change: Change | None, keys: Keys) -> str:
    """Say what a plan would do about an attribute."""
    if change is None:
        return "left alone"
    if facet.attribute == MEMBERS:
        leave = [f"-{member}" for member in _named(change.before, keys)]
        return " ".join([*(f"+{member}" for member in _named(change.after, keys)), *leave])
    return _shown(change.after)


def _shown(value: Presence) -> str:
    return as_text(value) or "nothing"
