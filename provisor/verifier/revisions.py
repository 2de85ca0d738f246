"""No configuration came into force without somebody's yes."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from provisor.verifier.findings import Findings


def check_revisions(store: sqlite3.Connection, findings: Findings) -> None:
    """Every activation follows an approval, by other hands where the revision before asked that."""
    before: dict[str, Any] | None = None
    question = "SELECT sequence, configuration, at FROM configuration_activation ORDER BY sequence"
    for sequence, number, at in store.execute(question).fetchall():
        revision = store.execute(
            "SELECT document, hands FROM configuration WHERE number = ?", (number,)
        ).fetchone()
        if revision is None:
            findings.add(f"activation {sequence:,}: there is no revision {number:,}")
            continue
        document = json.loads(revision[0])
        hands = {name.casefold() for name in json.loads(revision[1])}
        voters = _agreed(store, number, at)
        strict = before is not None and _asks_for_others(before)
        if not (voters - hands if strict else voters):
            findings.add(f"revision {number:,} became active, and nobody else approved it")
        before = document


def _agreed(store: sqlite3.Connection, number: int, at: str) -> set[str]:
    """Whose latest word before a moment is a yes, whatever the letter case of the name."""
    question = (
        "SELECT voter, kind FROM configuration_voice "
        "WHERE configuration = ? AND at <= ? ORDER BY sequence"
    )
    latest = {voter.casefold(): kind for voter, kind in store.execute(question, (number, at))}
    return {voter for voter, kind in latest.items() if kind == "approve"}


def _asks_for_others(document: dict[str, Any]) -> bool:
    votes = document.get("charter", {}).get("approvals", {})
    return bool(votes.get("four_eyes")) and _runs(document) == "active"


def _runs(document: dict[str, Any]) -> object:
    """What could act under a revision; nothing is known of a document that does not say."""
    return document.get("charter", {}).get("revisions", {}).get("run")


# --- what went without a vote ---------------------------------------------------------------------

_UNGATED = (
    "SELECT plan, part, min(at), count(*) FROM intent WHERE voted = 0 "
    "AND (epoch > 0 OR operation NOT IN ('disable', 'membership')) GROUP BY plan, part "
    "ORDER BY plan, part"
)
_SHOWN = (
    "SELECT c.configuration FROM plan_showing s "
    "LEFT JOIN plan_citation c ON c.showing = s.sequence "
    "WHERE s.plan = ? AND s.at <= ? ORDER BY s.sequence DESC LIMIT 1"
)


def check_citations(store: sqlite3.Connection, findings: Findings) -> None:
    """What went without a vote while only active revisions could act names one of them.

    A kill stands on an override instead: it takes no lease, and does nothing but take away.
    """
    activations = store.execute(
        "SELECT a.at, a.configuration, c.document FROM configuration_activation a "
        "JOIN configuration c ON c.number = a.configuration ORDER BY a.sequence"
    ).fetchall()
    if not activations:
        return
    for plan, part, at, count in store.execute(_UNGATED).fetchall():
        before = [row for row in activations if row[0] <= at]
        if not before or _runs(json.loads(before[-1][2])) != "active":
            continue
        shown = store.execute(_SHOWN, (plan, at)).fetchone()
        if shown is None or shown[0] not in {number for _, number, _ in before}:
            findings.add(
                f"plan {plan:,}: {count:,} acts of {part} went without a vote, "
                "and it names no revision that was in force"
            )
