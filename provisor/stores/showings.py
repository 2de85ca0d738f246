"""How a plan was shown: everything counted beside its actions, each time that it was saved.

The long lists (records set aside, findings) are kept once per content, so that a cycle in which
nothing changed adds a few hundred bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sqlalchemy import Connection, Row, select

from provisor.domain.plan import Plan, Ruling
from provisor.ports.store import PlanStatus, StoredPlan
from provisor.stores import plan_documents as documents
from provisor.stores.costs import cost_of
from provisor.stores.plan_tables import document
from provisor.stores.rows import insert_new
from provisor.stores.stored_actions import labelled, labels_among
from provisor.stores.times import time_of, time_text

PlanRow = Row[tuple[object, ...]]


def showing_row(
    connection: Connection, sequence: int, number: int, shown: StoredPlan
) -> tuple[object, ...]:
    """Return the row of a showing; its long lists are kept as documents at once."""
    return (
        sequence,
        number,
        time_text(shown.created_at),
        shown.initiator,
        shown.author,
        int(shown.four_eyes),
        int(shown.asserted),
        shown.verdict.value,
        documents.parts_text(shown.parts, labels_among(shown.plan.actions)),
        documents.verdicts_text(shown.verdicts),
        documents.tallies_text(shown.records),
        documents.tallies_text(shown.accounts),
        _kept(connection, documents.set_aside_text(shown.set_aside)),
        _kept(connection, documents.findings_text(shown.findings)),
        shown.baseline,
        documents.json_text(shown.observations),
        shown.predecessor,
    )


def shown_plan(connection: Connection, row: PlanRow, plan: Plan) -> StoredPlan:
    """Return a plan with its newest showing.

    Raises:
        ValueError: a kept list is missing, or is not the one that was shown.
    """
    labels = documents.labels_of(row.parts)
    return StoredPlan(
        plan=replace(plan, actions=labelled(plan.actions, labels)) if labels else plan,
        status=PlanStatus(row.status),
        created_at=time_of(row.at),
        initiator=row.initiator,
        author=row.author,
        four_eyes=row.four_eyes == 1,
        asserted=row.asserted == 1,
        verdict=Ruling(row.verdict),
        parts=documents.parts_of(row.parts),
        verdicts=documents.verdicts_of(row.verdicts),
        records=documents.tallies_of(row.records),
        accounts=documents.tallies_of(row.accounts),
        set_aside=documents.set_aside_of(_document(connection, row.set_aside)),
        findings=documents.findings_of(_document(connection, row.findings)),
        baseline=row.baseline,
        observations=documents.texts_of(row.observations),
        predecessor=row.predecessor,
        forecast=cost_of(row.forecast),
    )


def _kept(connection: Connection, text: str) -> str:
    digest = _digest(text)
    insert_new(connection, document, [(digest, text)])
    return digest


def _document(connection: Connection, digest: str) -> str:
    text = connection.execute(select(document.c.body).where(document.c.digest == digest)).scalar()
    if text is None or _digest(text) != digest:
        raise ValueError("a kept list is not the one that was shown")
    return str(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
