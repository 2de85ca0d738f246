"""What the store says was planned, allowed and promised, read from its bytes alone.

Nothing of the product's own reading is used: raw rows, canonical JSON, and digests.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FINAL = frozenset({"done", "already_so", "failed", "stale", "superseded", "blocked"})


@dataclass(frozen=True, slots=True)
class Planned:
    """One sealed action."""

    digest: bytes
    plan: int
    operation: str
    object_type: str
    key: str
    native: str
    values: Mapping[str, Any]
    """What it writes, by attribute; secrets that are drawn stand under `drawn`."""
    drawn: frozenset[str]
    joins: frozenset[str]
    """Keys of those whom it lets into a group."""
    parts_from: frozenset[str]
    """Keys, or native ids of outsiders, whom it lets out."""
    showings: tuple[tuple[int, bool], ...]
    """When its plan was shown, and whether it waits for a decision there."""

    def is_gated(self, showings: int) -> bool:
        """Say whether its plan, as it was shown last at a moment, lets it wait for a decision."""
        return [waits for number, waits in self.showings if number <= showings][-1]


@dataclass(frozen=True, slots=True)
class Promise:
    """One intent, with where its end stands; none yet where `ended` is 0."""

    sequence: int
    digest: bytes
    plan: int
    ended: int
    state: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that says what may be done."""

    planned: Mapping[tuple[bytes, int], Planned]
    promises: tuple[Promise, ...]
    approvals: Mapping[bytes, tuple[int, ...]]
    """Action digest to the numbers of the decisions that approve it."""
    unsettled: int
    """Intents that the store itself calls unfinished."""
    texts: tuple[str, ...]
    """What is shown to people who may not know persons: the log and the alerts."""


def evidence_of(path: Path) -> Evidence:
    """Read the evidence of a store."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        store.execute("BEGIN")
        (unsettled,) = store.execute("SELECT count(*) FROM unsettled").fetchone()
        leaves = [bytes(body).decode() for (body,) in store.execute("SELECT body FROM leaf")]
        alerts = [text for (text,) in store.execute("SELECT message || next FROM alert")]
        return Evidence(
            {(one.digest, one.plan): one for one in _planned(store)},
            tuple(_promises(store)),
            _approvals(store),
            unsettled,
            (*leaves, *alerts),
        )


def _planned(store: sqlite3.Connection) -> Iterator[Planned]:
    keys = dict(store.execute('SELECT subject, "key" FROM plan_action'))
    shown: dict[int, list[tuple[int, frozenset[str]]]] = {}
    question = "SELECT plan, sequence, parts FROM plan_showing ORDER BY sequence"
    for plan, number, parts in store.execute(question):
        waiting = frozenset(part[0] for part in json.loads(parts) if part[2] != "allowed")
        shown.setdefault(plan, []).append((number, waiting))
    rows = store.execute('SELECT digest, plan, part, "key", body FROM plan_action')
    for digest, plan, part, key, body in rows:
        action = json.loads(body)
        yield Planned(
            digest,
            plan,
            action["operation"],
            action["object_type"],
            key,
            action["native_id"] or "",
            {one["attribute"]: one["after"] for one in action["changes"] if "after" in one},
            frozenset(one["attribute"] for one in action.get("draws", ())),
            frozenset(keys.get(one, "") for one in action["adds"]),
            frozenset(
                [keys.get(one, "") for one in action["removes"]]
                + [f"native:{one}" for one in action.get("outsiders", ())]
            ),
            tuple((number, part in waiting) for number, waiting in shown[plan]),
        )


def _promises(store: sqlite3.Connection) -> Iterator[Promise]:
    ends: dict[tuple[bytes, int, int], tuple[int, str]] = {}
    question = "SELECT sequence, action, plan, attempt, state FROM outcome ORDER BY sequence"
    for sequence, action, plan, attempt, state in store.execute(question):
        if state in FINAL:
            ends.setdefault((action, plan, attempt), (sequence, state))
    question = "SELECT sequence, action, plan, attempt FROM intent ORDER BY sequence"
    for sequence, action, plan, attempt in store.execute(question):
        ended, state = ends.get((action, plan, attempt), (0, ""))
        yield Promise(sequence, action, plan, ended, state)


def _approvals(store: sqlite3.Connection) -> dict[bytes, tuple[int, ...]]:
    found: dict[bytes, tuple[int, ...]] = {}
    question = (
        "SELECT a.action, d.sequence FROM decision_action a JOIN decision d"
        " ON d.sequence = a.decision WHERE d.kind = 'approve'"
    )
    for action, decision in store.execute(question):
        found[action] = (*found.get(action, ()), decision)
    return found
