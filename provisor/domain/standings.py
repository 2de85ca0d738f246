"""Standings that need no evaluation: people whose row is missing, and open match questions."""

from __future__ import annotations

from provisor.domain.composing import Composed, Standing
from provisor.domain.lifecycle import Departure, Gone
from provisor.domain.link import Link
from provisor.domain.matching import Matches
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import SetAside
from provisor.domain.record import Record


def absent_standing(
    link: Link, account: Record | None, overrides: tuple[Override, ...], proven: object
) -> Standing:
    """Return the standing of a linked person whose row was not in the read.

    Only a proven absence, or a person who said so, makes a departure; else nothing follows.
    """
    denied = next((o for o in overrides if o.kind is OverrideKind.DENY), None)
    departure: Departure | None = None
    if denied is not None:
        departure = Departure(Gone.DENIED, f"override {denied.id}")
    elif proven:
        departure = Departure(Gone.ABSENT, "absent from two complete reads of the source")
    return Standing(
        key=link.key,
        identity=link.identity,
        values=None,
        departure=departure,
        mapped=None,
        link=link,
        account=account,
        overrides=overrides,
        present=departure is not None,
    )


def question_of(key: str, matches: Matches) -> Composed | None:
    """Return the set-aside record of an open match question, or None when there is none."""
    question = matches.questions.get(key)
    if question is None:
        return None
    problem = question.problem()
    where = f"{question.object_type.value} {key}, {problem.where}"
    parts = {**problem.parts(), "where": where}
    reason = SetAside(question.object_type, key, problem.code, parts)
    return Composed(record="set_aside", set_aside=reason, question=question)
