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
        document, hands = (
            json.loads(revision[0]),
            {name.casefold() for name in json.loads(revision[1])},
        )
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
    charter = document["charter"]
    return bool(charter["approvals"]["four_eyes"]) and charter["revisions"]["run"] == "active"
