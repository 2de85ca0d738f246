"""Every fact row against the leaf that seals it."""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from provisor.verifier.findings import Findings
from provisor.verifier.leaves import Told

SEALED = {
    "observation": (
        "sequence id system object_type started_at ended_at pages row_count declared_total "
        "complete reason digest version watermark column_names nulls"
    ),
    "revision": "job digest author presented_at document",
    "configuration": (
        "number digest document body author asserted hands reason proposed_at after origin"
    ),
    "configuration_result": "sequence configuration digest made_by made_at body",
    "configuration_voice": (
        "sequence configuration kind voter asserted reason at expires_at results"
    ),
    "configuration_activation": "sequence configuration actor asserted reason at",
    "plan": "number digest job header",
    "plan_showing": (
        "sequence plan at initiator author four_eyes asserted verdict parts verdicts records "
        "accounts set_aside findings baseline observations predecessor"
    ),
    "plan_citation": "sequence showing configuration",
    "plan_reference": "sequence showing listed",
    "plan_status": "sequence plan status at",
    "plan_action": "plan position digest part wave bundle urgent label",
    "plan_page": "plan page root grades naming",
    "decision": (
        "sequence id kind plan job configuration approver reason decided_at expires_at signature"
    ),
    "decision_action": "decision action",
    "override": (
        "sequence id kind job object_type key attribute value reason author approver created_at "
        "expires_at"
    ),
    "override_end": "override ended_at",
    "override_term": "override consent until",
    "override_consent": "override approver asserted reason at",
    "opening": "sequence id target part actor asserted reason opened_at expires_at",
    "opening_review": "opening reviewer asserted reason at",
    "intent_opening": "intent opening",
    "undo": "sequence id job target plan runs reason author created_at deeds",
    "intent": (
        "sequence action plan run target attempt part operation object_type at position epoch voted"
    ),
    "intent_count": "sequence intent kind by of amount",
    "outcome": (
        "sequence action plan run target attempt state at native_id code message assurance "
        "blocked_by consumes"
    ),
    "outcome_count": "sequence outcome target at voted kind by of amount",
    "drift": (
        "sequence id job target kind object_type identity key native_id name attribute before "
        "after mover explained_by earlier_at earlier_by later_at later_by"
    ),
    "tie_page": "sequence system object_type cause at body",
    "person_word": (
        "sequence id kind system object_type person other reason author approver at moved undoes"
    ),
}
"""The columns of each kind of fact that a leaf seals, in order."""

_BY_LEAF = frozenset({"override_end"})
"""Rows that are named by words: those of one leaf do not stand together in their order."""
_OWNERS = {"plan_action": "number", "plan_page": "number", "decision_action": "sequence"}
"""Rows that are sealed by the leaf of the row they belong to, and that row's number."""

_MAY_LACK_LEAF = frozenset({"plan_status"})
_SEAL_PREFIX = b"provisor-rows/1\n"


def _question(table: str, columns: str) -> str:
    first, second, *_ = columns.split()
    names = ", ".join(f'r."{column}"' for column in columns.split())
    if table in _BY_LEAF:
        return f'SELECT r.leaf, {names} FROM "{table}" r ORDER BY r.leaf, r."{first}"'  # noqa: S608 - constants
    if table not in _OWNERS:
        return f'SELECT r.leaf, {names} FROM "{table}" r ORDER BY r."{first}"'  # noqa: S608 - constants
    joined = f'"{table}" r LEFT JOIN "{first}" o ON o."{_OWNERS[table]}" = r."{first}"'
    return f'SELECT o.leaf, {names} FROM {joined} ORDER BY r."{first}", r."{second}"'  # noqa: S608 - constants


SEALED_ROWS = {table: _question(table, columns) for table, columns in SEALED.items()}


def check_seals(store: sqlite3.Connection, told: Told, findings: Findings) -> None:
    """Every fact row is sealed by its leaf, and every seal still has its rows."""
    ((seed,),) = store.execute("SELECT seed FROM installation")
    waiting = dict(told.seals)
    for table, question in SEALED_ROWS.items():
        findings.checked[table] = 0
        for leaf, group in groupby(store.execute(question), key=itemgetter(0)):
            rows = [row[1:] for row in group]
            findings.checked[table] += len(rows)
            if leaf is None and table in _MAY_LACK_LEAF:
                continue
            if leaf is None:
                findings.add(f"{table}: no leaf seals {len(rows):,} rows")
            elif waiting.pop((table, leaf), None) != _seal(seed, rows):
                findings.add(f"{table}: {len(rows):,} rows are not what leaf {leaf:,} sealed")
    for table, leaf in waiting:
        findings.add(f"{table}: the rows that leaf {leaf:,} sealed are gone")


def _seal(seed: bytes, rows: Sequence[tuple[object, ...]]) -> str:
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
    return hmac.digest(seed, _SEAL_PREFIX + text.encode(), "sha256").hex()
