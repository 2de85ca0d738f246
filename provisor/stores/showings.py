"""How a plan was shown: everything counted beside its actions, each time that it was saved.

The long lists (records set aside, findings) are kept once per content, so that a cycle in which
nothing changed adds a few hundred bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from sqlalchemy import Connection, Row, select

from provisor.domain.plan import Plan, Ruling
from provisor.ports.facts import Look
from provisor.ports.store import PlanStatus, StoredPlan
from provisor.stores import plan_documents as documents
from provisor.stores.costs import cost_of
from provisor.stores.plan_pages import StoredActions
from provisor.stores.plan_tables import document, plan_citation, plan_reference
from provisor.stores.rows import insert_new, next_number
from provisor.stores.stored_actions import Labels, labelled, labels_among
from provisor.stores.times import optional_time_of, optional_time_text, time_of, time_text

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


def reference_rows(
    connection: Connection, showing: int, shown: StoredPlan
) -> list[tuple[object, ...]]:
    """Return the row of what became of a plan's references; none where nothing refers."""
    if not shown.references and not shown.pending:
        return []
    text = documents.references_text(shown.references, shown.pending)
    return [(next_number(connection, plan_reference), showing, _kept(connection, text))]


def citation_rows(
    connection: Connection, showing: int, shown: StoredPlan
) -> list[tuple[object, ...]]:
    """Return the row of the configuration revision that a plan cites; none where it cites none."""
    if shown.revision is None:
        return []
    return [(next_number(connection, plan_citation), showing, shown.revision)]


def shown_plan(connection: Connection, row: PlanRow, plan: Plan) -> StoredPlan:
    """Return a plan with its newest showing.

    Raises:
        ValueError: a kept list is missing, or is not the one that was shown.
    """
    labels = documents.labels_of(row.parts)
    listed = kept_document(connection, row.referring) if row.referring else ""
    references, pending = documents.references_of(listed)
    return StoredPlan(
        plan=_labelled(plan, labels) if labels else plan,
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
        set_aside=documents.set_aside_of(kept_document(connection, row.set_aside)),
        findings=documents.findings_of(kept_document(connection, row.findings)),
        baseline=row.baseline,
        observations=documents.texts_of(row.observations),
        predecessor=row.predecessor,
        forecast=cost_of(row.forecast),
        references=references,
        pending=pending,
        look=look_of(row.told),
        revision=row.cited,
    )


def _labelled(plan: Plan, labels: Labels) -> Plan:
    actions = plan.actions
    if isinstance(actions, StoredActions):
        return replace(plan, actions=actions.labelled(labels))
    return replace(plan, actions=tuple(labelled(one, labels) for one in actions))


def look_text(look: Look | None) -> str:
    """Return what a plan was made from, as it is kept."""
    if look is None:
        return ""
    full_at = optional_time_text(look.full_at)
    told = {"full": look.full, "reason": look.reason, "full_at": full_at, "rows": look.rows}
    return json.dumps(told, sort_keys=True)


def look_of(text: str | None) -> Look | None:
    """Return what a plan was made from; None where nothing is kept."""
    if not text:
        return None
    told = json.loads(text)
    return Look(told["full"], told["reason"], optional_time_of(told["full_at"]), told["rows"])


def _kept(connection: Connection, text: str) -> str:
    digest = _digest(text)
    insert_new(connection, document, [(digest, text)])
    return digest


def kept_document(connection: Connection, digest: str) -> str:
    """Return a kept list by its digest.

    Raises:
        ValueError: it is missing, or is not the one that was shown.
    """
    text = connection.execute(select(document.c.body).where(document.c.digest == digest)).scalar()
    if text is None or _digest(text) != digest:
        raise ValueError("a kept list is not the one that was shown")
    return str(text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
