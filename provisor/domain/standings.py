"""Standings that need no evaluation: people whose row is missing, and open match questions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from provisor.domain.composed import Composed
from provisor.domain.leaving import Gone, is_former
from provisor.domain.lifecycle import Departure, absence_is_proven
from provisor.domain.link import Absence, Link
from provisor.domain.matching import Matches
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import SetAside
from provisor.domain.record import Record
from provisor.domain.standing import Standing
from provisor.domain.world import World

LONGEST_DOUBT: Final = timedelta(days=7)
"""So long a question holds back what follows from a missing row: whoever gives somebody the mail
address of a leaver keeps the leaver's account no longer."""


def absent_standing(
    link: Link, account: Record | None, overrides: tuple[Override, ...], proven: Absence | None
) -> Standing:
    """Return the standing of a linked person whose row was not in the read.

    Only a proven absence, or a person who said so, makes a departure; else nothing follows.

    Args:
        link: of the person.
        account: as it was read; None when it is missing.
        overrides: what people decided about this key.
        proven: the absence, if it makes a leaver.
    """
    denied = next((o for o in overrides if o.kind is OverrideKind.DENY), None)
    departure: Departure | None = None
    if denied is not None:
        departure = Departure(Gone.DENIED, f"override {denied.id}")
    elif proven is not None:
        said = proven.said
        rule = "deleted at the source" if said else "absent from two complete reads of the source"
        departure = Departure(Gone.ABSENT, rule, by_absence=not said)
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


def absence_makes_leaver(world: World, absence: Absence | None) -> bool:
    """Say whether a linked person whose row was not in the read is gone.

    What the source said itself counts after an incomplete read, too.
    """
    if absence is not None and absence.said:
        return True
    return world.absence_counts and absence_is_proven(absence, world.now, world.rules.absence_hours)


def is_gone_for_good(
    world: World, link: Link, absence: Absence | None, asked: Collection[str]
) -> bool:
    """Say whether a linked person whose row was not in the read is gone, and nobody wonders where.

    Somebody may be here under another key. As long as that is asked, and for `LONGEST_DOUBT` at
    most, nothing follows from the missing row; whoever was seen gone before stays gone.

    Args:
        world: for the moment, and for what makes a leaver.
        link: of the person.
        absence: of the row.
        asked: native ids of accounts about which a question is open.
    """
    if not absence_makes_leaver(world, absence):
        return False
    doubted = link.native_id in asked and not is_former(link.leave)
    return not doubted or (absence is not None and world.now - absence.since >= LONGEST_DOUBT)


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
