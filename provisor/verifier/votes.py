"""Acts whose part waited for a decision, against what people said of them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator

from provisor.verifier.findings import Findings

_ACTS = """
    SELECT i.sequence, i.action, i."plan", i.attempt, i.part, i.at FROM intent i
    WHERE NOT (i.epoch <= 0 AND i.operation IN ('disable', 'membership'))
    AND NOT EXISTS (SELECT 1 FROM intent_opening c WHERE c.intent = i.sequence)
    ORDER BY i.sequence
"""
"""Intents that stand on a plan: neither on somebody's kill nor on a gate that was broken open."""
_NOT_SENT = """SELECT action, "plan", attempt FROM outcome WHERE state = 'blocked'"""
"""Acts that were held back at the last moment, such as by a gate that had shut."""


def check_votes(store: sqlite3.Connection, findings: Findings) -> None:
    """What waited for a decision was approved before it was sent."""
    waiting = _waiting(store)
    if not waiting:
        return
    approved = _approved(store)
    held_back = set(store.execute(_NOT_SENT))
    for number, action, plan, attempt, part, at in store.execute(_ACTS):
        if (action, plan, attempt) in held_back or approved.get(action, "~") <= at:
            continue
        if _waits(waiting.get(plan, []), part, at):
            findings.add(f"intent {number}: {part} waited for a decision, and nobody approved it")


def check_own_votes(store: sqlite3.Connection, findings: Findings) -> None:
    """Nobody approved a plan under four eyes that is theirs."""
    question = """
        SELECT d.sequence FROM decision d WHERE d.kind = 'approve' AND EXISTS (
            SELECT 1 FROM plan_showing s WHERE s."plan" = d."plan" AND s.four_eyes = 1
            AND s.at <= d.decided_at
            AND lower(trim(d.approver)) IN (lower(trim(s.author)), lower(trim(s.initiator)))
        )
        ORDER BY d.sequence
    """
    for (number,) in store.execute(question):
        findings.add(f"decision {number}: whoever made the plan approved it")


def _waiting(store: sqlite3.Connection) -> dict[int, list[tuple[str, frozenset[str]]]]:
    """Return which parts of a plan waited, per showing, for plans of which any ever did."""
    found: dict[int, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    for plan, at, parts in store.execute(
        'SELECT "plan", at, parts FROM plan_showing ORDER BY sequence'
    ):
        found[plan].append((at, frozenset(_parts(parts))))
    return {plan: shown for plan, shown in found.items() if any(parts for _, parts in shown)}


def _parts(told: str) -> Iterator[str]:
    for part, _, verdict, *_ in json.loads(told):
        if verdict != "allowed":
            yield part


def _waits(shown: list[tuple[str, frozenset[str]]], part: str, at: str) -> bool:
    """Say whether a part waited as it was shown last before a moment."""
    before = [parts for shown_at, parts in shown if shown_at <= at]
    return bool(before) and part in before[-1]


def _approved(store: sqlite3.Connection) -> dict[bytes, str]:
    """Return when each action was first approved."""
    return dict(
        store.execute(
            "SELECT a.action, min(d.decided_at) FROM decision_action a "
            "JOIN decision d ON d.sequence = a.decision WHERE d.kind = 'approve' GROUP BY a.action"
        )
    )
