"""How an undo looks: what goes back, what cannot, and the plan that brings it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.table import Table
from rich.text import Text

from provisor.cli.citing import citing_shape
from provisor.cli.printing import member_keys, print_result
from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import MOST_ACTIONS, Shape, plan_shape
from provisor.cli.undo_shapes import deed_shape
from provisor.domain.undoing import Deed, Fate
from provisor.engine.run import Result, exit_code_of
from provisor.engine.undoing.undo import Undone
from provisor.errors import DONE, SOMETHING_LEFT, strictest
from provisor.wiring import Wiring

MOST_ROWS = 40
_WORDS: Mapping[Fate, str] = {
    Fate.BACK: "go back",
    Fate.AS_BEFORE: "are as before already",
    Fate.UNDER_WAY: "are taken back by an earlier undo",
    Fate.MOVED_ON: "have moved on",
    Fate.FINAL: "cannot come back",
    Fate.LEFT: "are left",
    Fate.NOT_DONE: "were not done",
}
_LEFT = frozenset({Fate.MOVED_ON, Fate.FINAL, Fate.LEFT, Fate.NOT_DONE})


def exit_code_of_undo(undone: Undone) -> int:
    """Return the exit code that an undo deserves: that of its plan, and 3 where something stays."""
    codes = [DONE if undone.stored is None else exit_code_of(undone.stored)]
    if any(deed.fate in _LEFT for deed in undone.deeds):
        codes.append(SOMETHING_LEFT)
    return strictest(codes)


def print_undone(wiring: Wiring, undone: Undone, *, as_json: bool) -> None:
    """Print what becomes of everything that a run did, and the plan that brings it back."""
    if as_json:
        print_json(_shape(wiring, undone))
        return
    out = console()
    runs = ", ".join(run.id[:12] for run in undone.carried.runs)
    out.print(f"undo of run {runs}, plan {undone.carried.stored.plan.digest[:12]}", markup=False)
    fates = Counter(deed.fate for deed in undone.deeds)
    for fate, count in fates.items():
        out.print(Text(f"  {count} {_WORDS[fate]}"))
    table = _told(deed for deed in undone.deeds if deed.fate in _LEFT or deed.why)
    if table is not None:
        out.print(table)
    if undone.undo is None:
        out.print("nothing is left to take back; nothing was kept")
        return
    out.print(
        Text(
            f"undo {undone.undo.id}: {len(undone.overrides)} decision(s) hold from now on; "
            f"`provisor override end {undone.undo.id}` ends them"
        )
    )
    if undone.stored is None:
        out.print("everything is as before already, and they keep it so; no plan is needed")
        return
    result = Result(undone.stored, exit_code_of(undone.stored), {})
    print_result(wiring, result, as_json=False, as_lines=False)


def _told(deeds: Iterable[Deed]) -> Table | None:
    """What an approver has to know: what comes back otherwise than it was, and what never does."""
    listed = list(deeds)
    if not listed:
        return None
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("object", "key", "did", "becomes", "why"):
        table.add_column(heading, overflow="fold")
    for deed in listed[:MOST_ROWS]:
        words = (deed.operation.value, deed.attribute, deed.member_key)
        did = " ".join(word for word in words if word)
        becomes = deed.fate.value.replace("_", " ")
        if deed.fate is Fate.BACK:
            becomes = f"{becomes}, {deed.reversible.value}"
        cells = (deed.object_type.value, deed.key, did, becomes, deed.why)
        table.add_row(*(Text(cell) for cell in cells))
    left = len(listed) - MOST_ROWS
    if left > 0:
        table.caption = f"{MOST_ROWS} of {len(listed)}; `--json` names all"
    return table


def _shape(wiring: Wiring, undone: Undone) -> Shape:
    fates = Counter(deed.fate.value for deed in undone.deeds)
    plan: Shape | None = None
    if undone.stored is not None:
        keys = member_keys(wiring, undone.stored, undone.stored.plan.actions[:MOST_ACTIONS])
        plan = plan_shape(undone.stored, keys) | citing_shape(wiring, undone.stored, keys)
    carried = undone.carried
    return {
        "undo": undone.undo.id if undone.undo is not None else None,
        "job": carried.stored.plan.header.job,
        "undoes": {
            "plan": carried.stored.plan.digest,
            "runs": [run.id for run in carried.runs],
        },
        "counts": {fate.value: fates[fate.value] for fate in Fate},
        "deeds": [deed_shape(deed) for deed in undone.deeds],
        "overrides": [one.id for one in undone.overrides],
        "plan": plan,
    }
