"""What a cycle asks of the plan before it: never all of it, since all of it costs what it holds."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from provisor.domain.plan import Finding, PlannedAction
from provisor.domain.schema import ObjectType
from provisor.ports.facts import PlanStanding, PlanStatus
from provisor.stores.plan_documents import findings_of, json_text
from provisor.stores.plan_tables import plan, plan_action
from provisor.stores.planned_rows import planned_actions, planned_select
from provisor.stores.rows import ask
from provisor.stores.showings import kept_document

_STANDING = """
    SELECT p.digest, s.initiator, s.predecessor,
        (SELECT t.status FROM plan_status t WHERE t."plan" = p.number
         ORDER BY t.sequence DESC LIMIT 1)
    FROM plan_showing s JOIN "plan" p ON p.number = s."plan"
    LEFT JOIN plan_focus f ON f."plan" = p.number
    WHERE p.job = ? AND {focus} ORDER BY s.sequence DESC LIMIT 1
"""
_FINDINGS = """
    SELECT s.findings FROM plan_showing s JOIN "plan" p ON p.number = s."plan"
    WHERE p.digest = ? ORDER BY s.sequence DESC LIMIT 1
"""


def standing_of_newest(
    connection: Connection, job: str, only: tuple[str, ...]
) -> PlanStanding | None:
    """Return what a job's newest plan about exactly these identities is called, and how it stands.

    Cost: one SELECT that begins with the newest plan of all.
    """
    focus, values = ("f.only = ?", [json_text(only)]) if only else ("f.only IS NULL", [])
    rows = ask(connection, _STANDING.format(focus=focus), job, *values)
    if not rows:
        return None
    digest, initiator, predecessor, status = rows[0]
    return PlanStanding(digest, PlanStatus(status), initiator, predecessor)


def findings_of_plan(connection: Connection, digest: str) -> tuple[Finding, ...]:
    """Return what a plan told of accounts when it was last shown; of an unknown plan nothing.

    Raises:
        ValueError: the kept list is missing, or is not the one that was shown.
    """
    rows = ask(connection, _FINDINGS, digest)
    return findings_of(kept_document(connection, rows[0][0])) if rows else ()


def memberships_of_plan(connection: Connection, digest: str, where: str) -> Sequence[PlannedAction]:
    """Return the acts of a plan on memberships, each checked against its seal.

    Raises:
        StoreDamaged: one of them is not what was sealed.

    Cost: one HMAC and one JSON document for each of them; the others are passed over.
    """
    question = (
        planned_select()
        .join(plan, plan.c.number == plan_action.c.plan)
        .where(plan.c.digest == digest)
        .where(plan_action.c.part.startswith(f"{ObjectType.MEMBERSHIPS}.", autoescape=True))
        .order_by(plan_action.c.position)
    )
    return planned_actions(connection, question, f"{where}, plan {digest[:16]}")
