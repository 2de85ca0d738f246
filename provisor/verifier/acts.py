"""Intents, outcomes and what follows from them."""

from __future__ import annotations

import sqlite3
from collections.abc import KeysView

from provisor.verifier.findings import Findings
from provisor.verifier.leaves import Told

Act = tuple[bytes, int, int]
"""An attempt: action digest, plan number, attempt number."""

_FINAL = frozenset({"done", "already_so", "failed", "stale", "superseded", "blocked"})


def check_acts(store: sqlite3.Connection, told: Told, findings: Findings) -> None:
    """No outcome without an intent, neither without a leaf, and nothing open is forgotten."""
    promised = _intents(store, told, findings)
    settled = _outcomes(store, told, findings, promised.keys())
    newest: dict[bytes, Act] = {}
    for act in sorted(promised, key=promised.__getitem__):
        newest[act[0]] = act
    unsettled = {(*act, promised[act]) for act in newest.values() if act not in settled}
    every = {(*act, number) for act, number in promised.items()}
    marked = set(store.execute('SELECT action, "plan", attempt, intent FROM unsettled'))
    if not unsettled <= marked <= every:
        findings.add("the list of unsettled acts is not what intents and outcomes say")


def _intents(store: sqlite3.Connection, told: Told, findings: Findings) -> dict[Act, int]:
    """Return the number of the newest intent of every attempt."""
    promised: dict[Act, int] = {}
    question = 'SELECT sequence, action, "plan", attempt FROM intent ORDER BY sequence'
    for number, action, plan, attempt in store.execute(question):
        promised[action, plan, attempt] = number
        if not told.names(action, "intended"):
            findings.add(f"intent {number}: no leaf tells of its action")
    return promised


def _outcomes(
    store: sqlite3.Connection, told: Told, findings: Findings, promised: KeysView[Act]
) -> set[Act]:
    """Return the attempts that came to an end."""
    settled: set[Act] = set()
    question = 'SELECT sequence, state, action, "plan", attempt FROM outcome'
    for number, state, action, plan, attempt in store.execute(question):
        act = (action, plan, attempt)
        if act not in promised:
            findings.add(f"outcome {number}: nothing was intended before it")
        if not told.names(action, "outcome", "confirmed"):
            findings.add(f"outcome {number}: no leaf tells of its action")
        if state in _FINAL:
            settled.add(act)
    return settled
