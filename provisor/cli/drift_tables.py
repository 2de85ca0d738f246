"""How drift looks: a table of what stands, the rate, or JSON."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.domain.drift import OF_MEMBERS, Drift, Evidence
from provisor.domain.event import moment
from provisor.domain.record import Value, as_text
from provisor.engine.drifting.tell_drift import DriftLine, DriftReport

MOST_ROWS = 40
"""Rows in a table; `--json` has all."""


def print_drift(report: DriftReport, *, as_json: bool, passed: bool) -> None:
    """Print what others changed in a target."""
    if as_json:
        print_json(_shape(report, passed=passed))
        return
    out = console()
    if report.standing:
        out.print(_table(report.standing))
    else:
        out.print(f"nothing stands in {report.target} that others changed")
    left = len(report.standing) - MOST_ROWS
    if left > 0:
        out.print(f"and {left} more; `provisor drift {report.job} --json` lists them all")
    for one in report.passed[-MOST_ROWS:] if passed else ():
        out.print(Text(f"passed: {drift_words(one)}, seen {moment(one.later.at)}", style="dim"))
    for one in report.explained:
        out.print(Text(f"explained by {one.explained_by}: {drift_words(one)}", style="dim"))
    since = f"{report.rate.since:%Y-%m-%d}"
    out.print(f"changes by others since {since}: {report.rate.words()} of those that were seen")
    for doubt in report.doubts:
        out.print(Text(f"not complete: {doubt}; the list may not be, either", style="red"))
    if any(line.decided is None for line in report.standing):
        out.print(
            f"decide: `provisor drift {report.job} --decide repair|adopt|except --key KEY "
            "--until DAY --reason TEXT`"
        )


def _table(lines: Iterable[DriftLine]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("object", "key", "what", "before", "after", "between", "then"):
        table.add_column(heading, overflow="fold")
    for line in list(lines)[:MOST_ROWS]:
        drift = line.drift
        table.add_row(
            drift.object_type.value,
            Text(drift.key),
            Text(_what(drift)),
            Text(as_text(drift.before) or "nothing"),
            Text(as_text(drift.after) or "nothing"),
            f"{moment(drift.earlier.at)} and {moment(drift.later.at)}",
            Text(_then(line)),
        )
    return table


def _what(drift: Drift) -> str:
    plain = drift.kind.value.replace("_", " ")
    named = drift.attribute if drift.attribute and drift.kind not in OF_MEMBERS else ""
    both = " (the source changed, too)" if drift.mover.value == "both" else ""
    return f"{plain} {named}".strip() + both


def drift_words(drift: Drift) -> str:
    """Return one drift in a few words."""
    change = f"{as_text(drift.before) or 'nothing'} -> {as_text(drift.after) or 'nothing'}"
    return f"{drift.object_type.value} {drift.key} {_what(drift)}: {change}"


def _then(line: DriftLine) -> str:
    if line.decided is None:
        return f"policy: {line.policy.value}"
    override = line.decided.override
    end = f" until {moment(override.expires_at)}" if override.expires_at is not None else ""
    return f"{line.decided.choice.value} by {override.author}{end}"


# --- JSON ----------------------------------------------------------------------------------------


def _shape(report: DriftReport, *, passed: bool) -> dict[str, object]:
    return {
        "job": report.job,
        "target": report.target,
        "standing": [_line(line) for line in report.standing],
        "passed": [drift_item(one) for one in report.passed] if passed else [],
        "explained": [drift_item(one) for one in report.explained],
        "rate": {
            "unexplained": report.rate.unexplained,
            "observed": report.rate.observed,
            "since": moment(report.rate.since),
            "until": moment(report.rate.until),
        },
        "doubts": list(report.doubts),
    }


def _line(line: DriftLine) -> dict[str, object]:
    return {**drift_item(line.drift), "policy": line.policy.value, "decision": _decision(line)}


def _decision(line: DriftLine) -> dict[str, object] | None:
    if line.decided is None:
        return None
    override = line.decided.override
    return {
        "choice": line.decided.choice.value,
        "override": override.id,
        "author": override.author,
        "reason": override.reason,
        "until": moment(override.expires_at) if override.expires_at is not None else None,
    }


def drift_item(drift: Drift) -> dict[str, object]:
    """Return one drift as the contract shows it."""
    return {
        "id": drift.id or None,
        "kind": drift.kind.value,
        "object": drift.object_type.value,
        "key": drift.key,
        "target_id": drift.native_id,
        "name": drift.name,
        "attribute": drift.attribute,
        "before": _value(drift.before),
        "after": _value(drift.after),
        "earlier": _evidence(drift.earlier),
        "later": _evidence(drift.later),
        "mover": drift.mover.value,
        "explained_by": drift.explained_by or None,
    }


def _evidence(evidence: Evidence) -> dict[str, object]:
    return {"at": moment(evidence.at), "by": evidence.by}


def _value(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value
