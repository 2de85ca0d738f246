"""How revisions look: where they stand, what they change, who gains and who loses."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from provisor.cli.revision_shapes import (
    aged,
    brief_shape,
    difference_shape,
    ordered_shifts,
    results_of,
    standing_shape,
    text_difference,
)
from provisor.cli.rooms import console, print_json
from provisor.config.whole_revision import charter_of
from provisor.domain.configuration_guards import Weight
from provisor.domain.configuration_life import (
    ConfigurationRevision,
    Stage,
    approvers_of,
    stages,
)
from provisor.domain.event import moment
from provisor.engine.revisions.desk import Standing, standing
from provisor.engine.revisions.in_force import is_enforced
from provisor.engine.revisions.naming_revisions import found_in
from provisor.wiring import Wiring, desk_of

MOST_ROWS = 20
_MARKS = {
    Weight.LOOSER: ("LOOSER ", "red"),
    Weight.GUARD: ("guard  ", "yellow"),
    Weight.TIGHTER: ("tighter", "green"),
    Weight.PLAIN: ("       ", ""),
}


def print_revision(wiring: Wiring, reference: str, *, as_json: bool) -> None:
    """Print where a revision stands, and all that was shown and said of it."""
    print_standing(wiring, standing(desk_of(wiring), reference), as_json=as_json)


def print_text(wiring: Wiring, reference: str) -> None:
    """Print a revision's text, word by word."""
    chronicle = wiring.store.configurations.chronicle()
    sys.stdout.write(found_in(chronicle, reference).text)


def print_standing(wiring: Wiring, one: Standing, *, as_json: bool) -> None:
    """Print where a revision stands, what it changes and would do, and what to do next."""
    if as_json:
        print_json(standing_shape(wiring, one))
        return
    out = console()
    revision = one.revision
    brought = f", brings revision {revision.origin} back" if revision.origin else ""
    out.print(
        Text(f"revision {revision.number}  {revision.digest[:12]}  {one.stage.value}{brought}")
    )
    out.print(
        Text(f"proposed by {revision.author} at {moment(revision.proposed_at)}: {revision.reason}")
    )
    for line in _warnings(wiring, one):
        out.print(Text(line, style="yellow"))
    for voice in one.chronicle.voices_of(revision.number):
        words = f"{voice.kind.value} by {voice.voter} at {moment(voice.at)}: {voice.reason}"
        out.print(Text(words))
    activation = one.chronicle.activation_of(revision.number)
    if activation is not None:
        by = " and ".join(one.approvers) or "nobody"
        out.print(f"active since {moment(activation.at)} by {activation.actor}, approved by {by}")
    _print_changes(_before(one), revision)
    _print_results(wiring, one)
    _print_next(one)


def _warnings(wiring: Wiring, one: Standing) -> Iterable[str]:
    voices = one.chronicle.voices_of(one.revision.number)
    if one.revision.asserted or any(voice.asserted for voice in voices):
        yield "identities are asserted, not proven: who proposed and approved is not evidence"
    if not wiring.configuration.approvals.four_eyes:
        yield "four eyes are switched off: approvals are not evidence of separation"


def _before(one: Standing) -> ConfigurationRevision | None:
    return one.chronicle.revision(one.revision.after)


def _print_changes(was: ConfigurationRevision | None, now: ConfigurationRevision) -> None:
    out = console()
    if was is None:
        out.print("no revision was active before it; `provisor config show --text` is all of it")
        return
    found = ordered_shifts(was, now)
    out.print(f"against revision {was.number}: {len(found)} change(s)")
    for shift in found:
        mark, style = _MARKS[shift.weight]
        out.print(Text(f"  {mark} {shift.words}", style=style))


def _print_results(wiring: Wiring, one: Standing) -> None:
    out = console()
    body = results_of(one.results)
    if one.results is None or body is None:
        return
    age = aged(wiring, one.results)
    since = f"; read since and not the same: {', '.join(age.moved)}" if age.moved else ""
    out.print(
        Text(
            f"worked out {age.hours} h ago by {one.results.made_by}, "
            f"results {one.results.digest[:12]}{since}",
            style="yellow" if age.moved else "",
        )
    )
    for job in body["what_if"]:
        _print_job(job)
    _print_tests(body["tests"])


def _print_job(job: Mapping[str, Any]) -> None:
    out = console()
    told = job["then"]
    parts = ", ".join(f"{p['part']} {p['count']}" for p in told["parts"]) if told else ""
    verdict = told["verdict"] if told else "gone"
    remark = f" ({job['remark']})" if job["remark"] else ""
    out.print(Text(f"job {job['job']}: {verdict}; first plan {parts or 'nothing'}{remark}"))
    print_sides(job)


def print_sides(told: Mapping[str, Any]) -> None:
    """Print who loses, then who gains: at most 20 of each, the rest is counted."""
    out = console()
    for word, style in (("lost", "red"), ("gained", "green")):
        side = told[word]
        kinds = ", ".join(f"{count} {kind}" for kind, count in side["kinds"].items())
        out.print(Text(f"  {word}: {kinds or 'nothing'}", style=style if side["count"] else ""))
        for one in side["listed"][:MOST_ROWS]:
            of = f" {one['of']}" if one["of"] else ""
            out.print(Text(f"    {one['key']}: {one['what']}{of} ({one['how']})"))
        left = side["count"] - MOST_ROWS
        if left > 0:
            out.print(f"    and {left} more")


def _print_tests(tests: Mapping[str, Any] | None) -> None:
    out = console()
    if tests is None:
        out.print("cases: none; `provisor test` finds them in `tests/` beside the file")
        return
    failed = tests["failed"] + len(tests["wrong"])
    words = f"cases: {tests['passed']} passed, {failed} failed"
    out.print(Text(words, style="red" if failed else "green"))
    for line in (*tests["failures"], *tests["wrong"]):
        out.print(Text(f"  {line}", style="red"))


def _print_next(one: Standing) -> None:
    number = one.revision.number
    match one.stage:
        case Stage.PROPOSED:
            left = one.needed - len(one.approvers)
            words = (
                f"waits for {left} approval(s) by others than {' and '.join(one.revision.hands)}: "
                f"`provisor config approve {number} --reason TEXT`"
            )
        case Stage.APPROVED:
            words = f"next: `provisor config activate {number}`"
        case Stage.ACTIVE:
            words = "jobs act under it; their first plan waits for a decision and shows who loses"
        case _:
            words = f"to bring it back: `provisor config propose --from {number} --reason TEXT`"
    console().print(Text(words))


def print_difference(wiring: Wiring, reference: str, against: str, *, as_json: bool) -> None:
    """Print what a revision changes, by meaning and as text."""
    chronicle = wiring.store.configurations.chronicle()
    now = found_in(chronicle, reference)
    was = found_in(chronicle, against) if against else chronicle.revision(now.after)
    if as_json:
        print_json(difference_shape(was, now))
        return
    out = console()
    _print_changes(was, now)
    for line in text_difference(was, now):
        style = {"+": "green", "-": "red"}.get(line[:1], "dim")
        out.print(Text(line, style=style))


def print_history(wiring: Wiring, *, as_json: bool) -> None:
    """Print every revision, the newest first."""
    chronicle, now = wiring.store.configurations.chronicle(), wiring.clock.now()
    active = chronicle.revision(chronicle.active)
    enforced = is_enforced(charter_of(wiring.configuration), active)
    rows = [
        brief_shape(one, stage, approvers_of(chronicle, one.number, now))
        for one, stage in stages(chronicle, wiring.configuration.approvals, now)
    ]
    if as_json:
        print_json({"active": chronicle.active or None, "enforced": enforced, "revisions": rows})
        return
    out = console()
    out.print("only the active revision may act" if enforced else "any configuration may act")
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("revision", "digest", "stage", "after", "author", "approved by", "reason"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        names = row["approvers"]
        by = " ".join(names) if isinstance(names, list) else ""
        after = str(row["after"] or "")
        if row["origin"]:
            after += f" (text of {row['origin']})"
        told = (str(row["author"]), by, str(row["reason"]))
        cells = (str(row["revision"]), str(row["digest"])[:12], str(row["stage"]), after, *told)
        table.add_row(*map(Text, cells))
    out.print(table)
